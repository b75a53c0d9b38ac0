"""Who is cut off, and what an answer brings them: villages, pieces and kilograms by area and by class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.packed import NO_PATH
from optimizer.tiers.plan import Traces
from scenarios.emergency.priority import class_text, rank_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from networks.matrix import TravelMatrix
    from optimizer.model import Shipment
    from optimizer.tiers.model import TieredPlan, Tiers
    from scenarios.build import County
    from scenarios.emergency.areas import Ground
    from scenarios.emergency.county import Rescue
    from scenarios.text import Text

LONGER_S = 60
"""A place is reached later if its drive from the hub grows by this or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutPlace:
    """A place that no vehicle of the hub reaches any more; ``before_s``: the quickest drive from the hub before."""

    place: str
    name: str
    tier: str
    area: int
    before_s: int
    pieces: int
    load_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LongerPlace:
    """A place that is reached later than before."""

    place: str
    name: str
    before_s: int
    after_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassReach:
    """What one class of vehicles cannot reach any more: places and pieces."""

    profile: str
    places: int
    pieces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who is cut off, area by area with the most places first, who is only farther away, and what classes miss."""

    cut: tuple[CutPlace, ...]
    longer: tuple[LongerPlace, ...]
    classes: tuple[ClassReach, ...]

    @property
    def areas(self) -> Mapping[int, tuple[CutPlace, ...]]:
        """The cut off places of each isolated area."""
        found: dict[int, list[CutPlace]] = {}
        for each in self.cut:
            found.setdefault(each.area, []).append(each)
        ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
        return {area: tuple(places) for area, places in ordered}


def stand(base: County, ground: Ground) -> Standing:
    """Return who is cut off in ``base``, a county built before the closures; one matrix a profile."""
    after = {name: ground.matrix(name, ground.points, ground.area_of) for name in ground.profiles}
    before_s, after_s = _quickest(base, base.matrices), _quickest(base, after)
    goods = _goods_at(base)
    areas = ground.area_of.tolist()
    rows = [row for row, p in enumerate(base.scenario.places) if p.tier != "hub" and before_s[row] != NO_PATH]
    places = base.scenario.places
    cut = [
        CutPlace(
            place=places[row].id,
            name=places[row].name,
            tier=places[row].tier,
            area=areas[row],
            before_s=int(before_s[row]),
            pieces=sum(s.pieces for s in goods.get(places[row].id, ())),
            load_g=sum(_grams(base, s) for s in goods.get(places[row].id, ())),
        )
        for row in rows
        if after_s[row] == NO_PATH
    ]
    longer = [
        LongerPlace(place=places[row].id, name=places[row].name, before_s=int(before_s[row]), after_s=int(after_s[row]))
        for row in rows
        if after_s[row] != NO_PATH and after_s[row] - before_s[row] >= LONGER_S
    ]
    return Standing(cut=tuple(cut), longer=tuple(longer), classes=tuple(_class_reach(base, after, goods)))


def _quickest(base: County, matrices: Mapping[str, TravelMatrix]) -> np.ndarray:
    """Return (n,) seconds of the quickest drive from a hub, by any profile; ``NO_PATH`` if none."""
    far = np.iinfo(np.int64).max
    hubs = [row for row, p in enumerate(base.scenario.places) if p.tier == "hub"]
    best = np.full(len(base.scenario.places), far)
    for name in base.profiles:
        seconds = matrices[name].duration_s
        for hub in hubs:
            is_near = (seconds[hub] != NO_PATH) & (seconds[:, hub] != NO_PATH)
            best = np.minimum(best, np.where(is_near, seconds[hub], far))
    return np.where(best == far, NO_PATH, best)


def _goods_at(base: County) -> dict[str, list[Shipment]]:
    """Return the shipments from or to each place."""
    found: dict[str, list[Shipment]] = {}
    for s in base.problem.shipments:
        for end in {s.origin, s.destination}:
            found.setdefault(end, []).append(s)
    return found


def _grams(base: County, s: Shipment) -> int:
    dims = base.problem.load_dimensions
    return s.load[dims.index("load_g")] if "load_g" in dims else 0


def _class_reach(
    base: County, after: Mapping[str, TravelMatrix], goods: Mapping[str, Sequence[Shipment]]
) -> Iterable[ClassReach]:
    for name in base.profiles:
        was = _quickest_by(base, base.matrices[name])
        now = _quickest_by(base, after[name])
        lost = [p.id for p, a, b in zip(base.scenario.places, was, now, strict=True) if a and not b]
        yield ClassReach(
            profile=name, places=len(lost), pieces=sum(s.pieces for place in lost for s in goods.get(place, ()))
        )


def _quickest_by(base: County, matrix: TravelMatrix) -> list[bool]:
    """Tell of each place whether the profile gets there from some hub and back."""
    hubs = [row for row, p in enumerate(base.scenario.places) if p.tier == "hub"]
    seconds = matrix.duration_s
    near = [(seconds[hub] != NO_PATH) & (seconds[:, hub] != NO_PATH) for hub in hubs]
    return np.asarray(np.any(near, axis=0)).tolist() if near else [False] * len(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """What of one class of the goods that cross the break is brought over.

    ``villages``: places that get, or give, all or some of it. ``first_s``, ``mean_s``: first delivery, and the mean
    over pieces; None where nothing is brought.
    """

    name: Text
    rank: int
    pieces: int
    carried: int
    load_g: int
    carried_g: int
    places: int
    villages: int
    first_s: int | None
    mean_s: float | None


def crossing_shipments(rescue: Rescue, tiers: Tiers) -> tuple[Shipment, ...]:
    """Return the shipments of which just one end is cut off."""
    cut = rescue.isolated
    return tuple(s for s in tiers.problem.shipments if (s.origin in cut) != (s.destination in cut))


def class_rows(rescue: Rescue, tiers: Tiers, plan: TieredPlan) -> tuple[ClassRow, ...]:
    """Return what a plan brings across, class by class, the highest first; O(shipments x stages)."""
    classes = rescue.emergency.classes
    rank = rank_of(classes)
    goods = crossing_shipments(rescue, tiers)
    traces = Traces(tiers, plan)
    at_s = {s.id: _delivered_s(traces, s) for s in goods}
    ranks = sorted({rank(s.commodity) for s in goods})
    return tuple(
        _row(rescue, class_text(classes, k), k, [s for s in goods if rank(s.commodity) == k], at_s) for k in ranks
    )


def _delivered_s(traces: Traces, s: Shipment) -> int | None:
    last = traces.of(s.id)[-1]
    return last.at_s if last.what == "delivered" else None


def _row(rescue: Rescue, name: Text, rank: int, own: Sequence[Shipment], at_s: Mapping[str, int | None]) -> ClassRow:
    done = [(s, at) for s in own if (at := at_s[s.id]) is not None]
    carried = sum(s.pieces for s, _ in done)
    return ClassRow(
        name=name,
        rank=rank,
        pieces=sum(s.pieces for s in own),
        carried=carried,
        load_g=sum(_grams(rescue.county, s) for s in own),
        carried_g=sum(_grams(rescue.county, s) for s, _ in done),
        places=len({_village(rescue, s) for s in own}),
        villages=len({_village(rescue, s) for s, _ in done}),
        first_s=min((at for _, at in done), default=None),
        mean_s=sum(s.pieces * at for s, at in done) / carried if carried else None,
    )


def _village(rescue: Rescue, s: Shipment) -> str:
    far = s.destination if s.destination in rescue.isolated else s.origin
    return rescue.village_of.get(far, far)


def villages_reached(rescue: Rescue, tiers: Tiers, plan: TieredPlan) -> tuple[int, int]:
    """Return how many cut off places get or give something, and how many have goods at all."""
    goods = crossing_shipments(rescue, tiers)
    traces = Traces(tiers, plan)
    done = {_village(rescue, s) for s in goods if _delivered_s(traces, s) is not None}
    return len(done), len({_village(rescue, s) for s in goods})
