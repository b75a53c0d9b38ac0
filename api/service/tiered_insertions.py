"""Where one more order could ride on a day across tiers: direct, through a station, by line, or not at all.

The search is ``optimizer.tiers.ranking``'s; here it is said in an answer of the same form as on a day of one tier, with
the way and a line for each leg besides.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.commands.explain import shipments_named
from api.schemas import to_plan, to_tiered
from api.service import insertions as one_tier
from api.service.insertions import MOST_SHIPMENTS
from api.service.rehearsing import written
from api.tiers import tiers_of
from optimizer.tiers.model import leg_id
from optimizer.tiers.ranking import carry_tiered_together, rank_tiered_ways
from optimizer.tiers.restate import LEGS
from scenarios.event_columns import EVENTS_FILE
from scenarios.events_county import changed_day
from scenarios.events_file import read_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.service.questions import Asked
    from optimizer.plan import Cost
    from optimizer.tiers.lines import Ride
    from optimizer.tiers.model import TieredPlan, Tiers

MOST_WORK = 1_000
"""Work on one leg, as ``explain.insertion`` counts it; about six legs a station."""


def insertions(asked: Asked) -> dict[str, Any]:
    """Return, for each shipment of an order, ranked ways to carry it, the cheapest first, and leaving it out.

    As ``api.service.insertions.insertions``; the best of every kind of way is among the ways. Of an order in several
    shipments each is told as if the others stayed as they are, a new one's left; ``together`` says of each way besides.

    Raises
    ------
    InvalidInput
        E431 for a name that is neither a shipment nor an order, E370 for a new order with faults.
    """
    if not asked.is_tiered:
        return one_tier.insertions(asked)
    tiers, plan, order = tiers_of(asked.open), to_tiered(asked.record), asked.question["order"]
    if asked.question.get("added"):
        events = read_events(written(asked, asked.question["added"], EVENTS_FILE), asked.open.scenario)
        tiers = replace(tiers, problem=changed_day(asked.open, to_plan(asked.record), events).problem)
        names = [s.id for s in tiers.problem.shipments if s.id not in asked.open.problem.shipment_of]
    else:
        names = shipments_named(asked.open, order)
    new_fen = {i: s.penalty_fen for i, s in tiers.problem.shipment_of.items() if asked.question.get("added")}
    told = []
    for name in names[:MOST_SHIPMENTS]:
        others_fen = sum(new_fen[other] for other in names if other != name) if new_fen else 0
        told.append(_ranked(asked, tiers, plan, name, plan.plan.cost.total_fen + others_fen))
    together = _together(asked, tiers, plan, names) if 1 < len(names) <= MOST_SHIPMENTS else None
    return {"order": order, "num_shipments": len(names), "shipments": told, "together": together}


def _together(asked: Asked, tiers: Tiers, plan: TieredPlan, names: Sequence[str]) -> dict[str, Any] | None:
    """Return one way for all shipments of an order at once; None where the others may not ride without them."""
    found = carry_tiered_together(tiers, plan, names, most_work=MOST_WORK // len(names))
    if found is None or asked.lapses(found.plan):
        return None
    before = plan.plan.cost.total_fen, plan.plan.cost.operating_fen
    carried = []
    for name in (each for each in names if each not in found.left):
        way = tiers.way(tiers.problem.shipment_of[name], found.plan.choice, found.plan.exceptions)
        legs = _legs(asked, tiers, found.plan, name)
        carried.append({"shipment": name, "way": str(way), **_far(tiers, name, legs), "legs": legs})
    change = _option("together", before, found.plan.plan.cost)
    return {**change, "carried": carried, "left": list(found.left), "is_complete": found.is_complete}


def _ranked(asked: Asked, tiers: Tiers, plan: TieredPlan, name: str, total_fen: int) -> dict[str, Any]:
    before = total_fen, plan.plan.cost.operating_fen
    found = rank_tiered_ways(tiers, plan, name, most=asked.question["most"], most_work=MOST_WORK)
    options, ways = [], [(made, way) for made, way in found.ways if not asked.lapses(made)]
    for made, way in ways:
        legs = _legs(asked, tiers, made, name)
        options.append({**_option("carry", before, made.plan.cost), "way": str(way), **_far(tiers, name, legs)})
        options[-1]["legs"] = legs
    if found.left_out is not None:
        options.append(_option("leave_out", before, found.left_out.plan.cost))
    now = _legs(asked, tiers, plan, name)
    return {
        "shipment": name,
        "now": _far(tiers, name, now) if now else None,
        "penalty_fen": tiers.problem.shipment_of[name].penalty_fen,
        "options": sorted(options, key=lambda option: option["total_change_fen"]),
        "is_complete": found.is_complete and len(ways) == len(found.ways),
    }


def _option(kind: str, before: tuple[int, int], cost: Cost) -> dict[str, Any]:
    return {
        "kind": kind,
        "total_change_fen": cost.total_fen - before[0],
        "operating_change_fen": cost.operating_fen - before[1],
    }


def _legs(asked: Asked, tiers: Tiers, plan: TieredPlan, name: str) -> list[dict[str, Any]]:
    """Return who hands over each leg of a shipment at its far end, when and where: a vehicle, or a departure."""
    is_down = tiers.direction(tiers.problem.shipment_of[name]) == "down"
    found = []
    for leg in (name, *(leg_id(name, index) for index in LEGS)):
        carriers = (route for route in plan.plan.routes if any(leg in trip.shipments for trip in route.trips))
        found += [{"leg": leg, **asked.handover(route, leg, is_last=is_down)} for route in carriers]
        found += [{"leg": leg, **_on_departure(asked, r, is_down=is_down)} for r in plan.rides if r.shipment == leg]
    return found


def _far(tiers: Tiers, name: str, legs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the leg at the shipment's far end, without its name."""
    is_down = tiers.direction(tiers.problem.shipment_of[name]) == "down"
    return {key: value for key, value in legs[-1 if is_down else 0].items() if key != "leg"}


def _on_departure(asked: Asked, ride: Ride, *, is_down: bool) -> dict[str, Any]:
    """Return where and when a ride ends, or begins where the goods go up."""
    place, at_s = (ride.destination, ride.alight_s) if is_down else (ride.origin, ride.board_s)
    return {"departure": ride.departure, "place": place, "start_s": at_s, "at": asked.at(at_s)}
