"""Clocks of stations: the first ones from drives and due times alone, later ones from a plan's true arrivals."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from optimizer.tiers.model import leg_id
from optimizer.tiers.reach import Reach, reach_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.tiers.legs import Legs
    from optimizer.tiers.model import Choice, Clocks, Station, TieredPlan, Tiers

SLACK_S = 3_600
"""Left between the quickest drive and the clock, for a vehicle that has other places to call at: a judgement."""

APART_S = 7_200
"""Goods further apart than this are handed over in waves of their own: a judgement."""


class _Span(NamedTuple):
    """When one shipment can be at the station at the earliest, and must have come at the latest."""

    early_s: int
    late_s: int


def first_clocks(tiers: Tiers, choice: Choice) -> dict[tuple[str, str], tuple[int, ...]]:
    """Return a clock for each wave that ``choice`` makes, from what the goods themselves allow.

    Down, a wave is handed over ``SLACK_S`` after the last of its goods can be there, up as much before the first
    of its goods would be too late, as far as the other goods allow. Goods that come by line need none: the line
    has its own time. O(shipments), once O(places^2).
    """
    reach = reach_of(tiers)
    spans: dict[tuple[str, str], list[_Span]] = defaultdict(list)
    for s in tiers.problem.shipments:
        way = tiers.way(s, choice)
        station, (first, second) = tiers.through(s, choice), way.means(tiers.direction(s))
        if station is None or first == "line" or not reach.has_paths(s, station, (first, second)):
            continue
        early_s = reach.earliest_s(s, station)
        if early_s is not None:
            late_s = reach.latest_s(s, station, second) - station.handling_s
            spans[station.place, tiers.direction(s)].append(_Span(early_s, max(early_s, late_s)))
    return {key: _waves(reach, tiers.station_of[key[0]], key[1], own) for key, own in spans.items()}


def _waves(reach: Reach, station: Station, direction: str, spans: Sequence[_Span]) -> tuple[int, ...]:
    by = 0 if direction == "down" else 1
    moments = set()
    for wave in _parted(sorted(spans, key=lambda span: span[by]), by):
        early_s, late_s = max(span.early_s for span in wave), min(span.late_s for span in wave)
        if direction == "down":
            clock_s = max(early_s, min(early_s + SLACK_S, late_s))
        else:
            clock_s = min(late_s, max(early_s, late_s - SLACK_S)) if early_s <= late_s else early_s
        moments.add(_in_hours(reach, station, clock_s))
    return tuple(sorted(moments))


def _parted(spans: Sequence[_Span], by: int) -> Iterator[list[_Span]]:
    """Yield neighbours together, a new wave wherever the next is ``APART_S`` after the first of a wave."""
    wave: list[_Span] = []
    for span in spans:
        if wave and span[by] - wave[0][by] > APART_S:
            yield wave
            wave = []
        wave.append(span)
    yield wave


def _in_hours(reach: Reach, station: Station, clock_s: int) -> int:
    """Return the clock, or the last one after which the goods can still be handled before the station closes."""
    if reach.open_s(station, clock_s + station.handling_s) is not None:
        return clock_s
    windows = reach.tiers.problem.place(station.place).windows
    return max(0, max(w.late_s for w in windows) - station.handling_s)


def tightened(legs: Legs, plan: TieredPlan) -> dict[tuple[str, str], tuple[int, ...]]:
    """Return clocks at each wave's last true arrival: the plan stands, and its second legs may begin sooner."""
    arrived: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for h in plan.handovers:
        brought = legs.parts.get(leg_id(h.shipment, 1))
        if brought is None:
            continue  # by line
        station, direction, rank = brought.wave
        known = arrived[station, direction]
        known[rank] = max(known.get(rank, 0), h.arrived_s)
    return {
        key: tuple(sorted({arrived[key].get(rank, at_s) for rank, at_s in enumerate(moments)}))
        for key, moments in legs.clocks.items()
    }


def moved(clocks: Clocks, key: tuple[str, str], rank: int, by_s: int) -> dict[tuple[str, str], tuple[int, ...]]:
    """Return the clocks with one wave's moment moved."""
    moments = list(clocks[key])
    moments[rank] = max(0, moments[rank] + by_s)
    return {**clocks, key: tuple(sorted(set(moments)))}


def met(tiers: Tiers, clocks: Clocks) -> dict[tuple[str, str], tuple[int, ...]]:
    """Return clocks by which one call of a vehicle brings the goods down and takes the goods up along.

    At every station with both, halfway between its last wave down and its first wave up: goods up are there and
    handled by then, goods down come within ``SLACK_S`` of it. Loops collect before and deliver after. Goods
    that are ready later than that are left to whoever looks at what is refused.
    """
    found = dict(clocks)
    for place, station in tiers.station_of.items():
        down, up = clocks.get((place, "down"), ()), clocks.get((place, "up"), ())
        if down and up and down[-1] < up[0]:
            moment_s = (down[-1] + up[0]) // 2
            found[place, "down"] = (moment_s + SLACK_S,)
            found[place, "up"] = (max(0, moment_s - station.handling_s),)
    return found
