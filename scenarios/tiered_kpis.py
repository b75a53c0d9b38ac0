"""KPIs of a day across tiers: kilometres, hours and energy of its trips, service of whole shipments.

A piece counts once, however many legs and rides carry it. A village served by line counts as visited, a handover to
a village by line happens when the departure is there. Load factors and the empty share are those of vehicles;
what scheduled departures drive anyway is not counted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.tiers.model import leg_id
from optimizer.tiers.plan import Traces, carried_once, driven
from scenarios.kpis import measure
from scenarios.service_kpis import (
    Delay,
    brand_kpis,
    coverage,
    days_between_visits,
    longest_gap_days,
    on_time_share,
    ratio,
    weighted_rank,
    worst_decile_s,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.model import Shipment
    from optimizer.tiers.model import TieredPlan, Tiers
    from scenarios.build import County
    from scenarios.kpis import Kpis


def driven_county(county: County, tiers: Tiers, tiered: TieredPlan) -> County:
    """Return the county with the problem that the trips of a tiered plan answer; bags and orders of legs are known."""
    legs = {leg_id(s.id, index): s.id for s in tiers.problem.shipments for index in (1, 2)}
    return replace(
        county,
        problem=driven(tiers, tiered),
        bags={**county.bags, **{leg: county.bags.get(i, 1) for leg, i in legs.items()}},
        orders={**county.orders, **{leg: county.orders.get(i, ()) for leg, i in legs.items()}},
    )


def measure_tiers(county: County, tiers: Tiers, tiered: TieredPlan) -> Kpis:
    """Return all measures of a plan across tiers that its referee has passed; O(shipments x stages)."""
    of_trips = measure(driven_county(county, tiers, tiered), tiered.plan)
    left = {u.shipment for u in tiered.plan.unserved}
    goods = tiers.problem.shipments
    carried = carried_once(tiers, tiered)
    pieces, carried_pieces = (sum(s.pieces for s in some) for some in (goods, carried))
    traces = Traces(tiers, tiered)
    delays = _delays(tiers, traces)
    served = [(d.delay_s, d.pieces) for d in delays if d.is_served]
    visits = visits_of(tiered)
    cost = tiered.plan.cost
    return replace(
        of_trips,
        cost_per_piece_fen=ratio(cost.operating_fen, carried_pieces),
        operating_cost_fen=cost.operating_fen,
        line_cost_fen=cost.line_fen,
        handling_cost_fen=cost.handling_fen,
        pieces=pieces,
        carried_pieces=carried_pieces,
        unserved_shipments=len(left),
        unserved_pieces=pieces - carried_pieces,
        co_delivery_share=ratio(_shared_pieces(tiers, tiered, carried), pieces),
        coverage=coverage(county.scenario, visits),
        timeliness_p50_s=weighted_rank(served, 0.5),
        timeliness_p90_s=weighted_rank(served, 0.9),
        on_time_share=on_time_share(county, delays),
        freshness_kept=_freshness_kept(tiers, traces),
        worst_decile_s=worst_decile_s(county, delays),
        days_between_visits=days_between_visits(county.scenario, visits),
        longest_gap_days=longest_gap_days(county, visits),
        brands=brand_kpis(county, goods, left, delays),
    )


def _delays(tiers: Tiers, traces: Traces) -> list[Delay]:
    """Return every shipment that leaves a hub, with when it is delivered at its far end."""
    down = (s for s in tiers.problem.shipments if s.origin in tiers.hubs)
    last = ((s, traces.of(s.id)[-1]) for s in down)
    return [Delay(shipment=s, handover_s=stage.at_s if stage.what == "delivered" else None) for s, stage in last]


def _freshness_kept(tiers: Tiers, traces: Traces) -> float | None:
    """Return what is left of the longest times on board, as a mean over pieces, from first leaving to delivery."""
    limits = [(s, s.max_on_board_s) for s in tiers.problem.shipments if s.max_on_board_s is not None]
    kept = 0.0
    for s, most_s in limits:
        stages = traces.of(s.id)
        left_s = next((stage.at_s for stage in stages if stage.what == "left"), None)
        if left_s is not None and stages[-1].at_s is not None and most_s:
            kept += s.pieces * max(0.0, 1 - (stages[-1].at_s - left_s) / most_s)
    return ratio(kept, sum(s.pieces for s, _ in limits))


def visits_of(tiered: TieredPlan) -> Mapping[str, int]:
    """Return how often each place is visited, by a vehicle or by a departure that hands over goods there."""
    calls = [v.place for _, trip in tiered.plan.trips() for v in trip.visits]
    stops = {(r.departure, place) for r in tiered.rides for place in (r.origin, r.destination)}
    counts: dict[str, int] = {}
    for place in (*calls, *(place for _, place in stops)):
        counts[place] = counts.get(place, 0) + 1
    return counts


def _shared_pieces(tiers: Tiers, tiered: TieredPlan, carried: Sequence[Shipment]) -> int:
    """Return the pieces that share a trip or a departure with another brand on any of their legs."""
    aboard = [list(trip.shipments) for _, trip in tiered.plan.trips()]
    by_departure: dict[str, list[str]] = {}
    for ride in tiered.rides:
        by_departure.setdefault(ride.departure, []).append(ride.shipment)
    known = tiers.problem.shipment_of
    wholes = {leg_id(s.id, index): s.id for s in tiers.problem.shipments for index in (1, 2)}
    shared: set[str] = set()
    for group in (*aboard, *by_departure.values()):
        goods = {wholes.get(i, i) for i in group}
        if len({known[i].brand for i in goods if known[i].brand}) > 1:
            shared |= goods
    return sum(s.pieces for s in carried if s.id in shared)
