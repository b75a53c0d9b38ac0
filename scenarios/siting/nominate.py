"""Sets of sites worth planning: the best few of each exact model, today's set and the empty one.

Models take turns, so that a few sets differ in what they are good at; a set that two models bring up counts once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from scenarios.errors import InvalidInput
from scenarios.siting.locate import SitingModel, best_sets, best_sites, max_coverage, p_median, set_cover
from scenarios.siting.model import NONE, TODAY, Nomination, SiteSet, Siting
from scenarios.siting.stations_day import with_sites
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scenarios.scenario import Scenario
    from scenarios.siting.ground import Ground
    from scenarios.siting.locate import Located

SHOWN = 3
"""Names of sites that the name of a set spells out."""


class Costs(Protocol):
    """What a kind of site knows for the models: places, what they weigh, how far they are, what a day costs."""

    @property
    def ground(self) -> Ground:
        """The county."""
        ...

    @property
    def siting(self) -> Siting:
        """What is to be decided."""
        ...

    @property
    def clients(self) -> tuple[str, ...]:
        """Places that sites may serve."""
        ...

    @property
    def weight(self) -> np.ndarray:
        """Pieces or kg a day (n,)."""
        ...

    @property
    def way_s(self) -> np.ndarray:
        """Seconds (n, m) one way, inf where there is none."""
        ...

    def fixed_charge(self, limit_s: float | None = None) -> SitingModel:
        """Return the model of all costs a day."""
        ...


def nominate(costs: Costs, most: int) -> tuple[SiteSet, ...]:
    """Return today's set, the empty one unless it is today's, and up to ``most`` others.

    The empty set is left out where some places may be served through a station only.

    Raises
    ------
    InvalidInput
        E526, when no set serves or covers all that it must.
    """
    siting, day, today = costs.siting, costs.ground.scenario, costs.siting.today
    known = frozenset({today, frozenset[str]()})
    found = _nominated(costs, most, known)
    names = {place.id: place.name or place.id for place in day.places}
    told = {sites: found.get(sites, ()) for sites in known}
    sets = [
        SiteSet(id=TODAY, name=Text("现状", "as today"), sites=today, is_today=True, nominations=told[today]),
    ]
    if today and _may_close(day, siting):
        empty = frozenset[str]()
        sets.append(SiteSet(id=NONE, name=Text("不设站", "no stations"), sites=empty, nominations=told[empty]))
    others = [(sites, nominations) for sites, nominations in found.items() if sites not in known]
    for number, (sites, nominations) in enumerate(others, start=1):
        assigned = assign(costs, sites)
        name = _named(number, sites, today, names)
        sets.append(SiteSet(id=f"set{number}", name=name, sites=sites, assigned=assigned, nominations=nominations))
    return tuple(sets)


def assign(costs: Costs, sites: frozenset[str]) -> dict[str, str]:
    """Return the nearest site of each place, as far as sites have room: the least sum of weight x time, exactly.

    Places that no site reaches, or that find no room, are not in it.
    """
    candidates = costs.siting.candidates
    columns = [rank for rank, each in enumerate(candidates) if each.place in sites]
    way_s = costs.way_s[:, columns]  # (n, k)
    if not way_s.size:
        return {}
    nearest = p_median(np.maximum(costs.weight, 1e-6), way_s, len(columns))
    whole = costs.fixed_charge()
    dear = 10 * float(nearest.cost[np.isfinite(nearest.cost)].max(initial=1.0)) + 1
    model = replace(
        nearest,
        without=np.full(len(way_s), dear),
        weight=whole.weight,
        capacity=whole.capacity[columns],
    )
    found = best_sites(model)
    served = found.served_by if found is not None else ()
    return {place: candidates[columns[k]].place for place, k in zip(costs.clients, served, strict=True) if k >= 0}


def covered_share(costs: Costs, sites: frozenset[str]) -> float | None:
    """Return the share of the weight within the time limit of an open site; None where there is no weight."""
    columns = [rank for rank, each in enumerate(costs.siting.candidates) if each.place in sites]
    total = float(costs.weight.sum())
    is_near = (costs.way_s[:, columns] <= costs.siting.limit_s).any(axis=1)
    return float(costs.weight[is_near].sum()) / total if total else None


def _nominated(
    costs: Costs, most: int, known: frozenset[frozenset[str]]
) -> dict[frozenset[str], tuple[Nomination, ...]]:
    """Return sets with who brought them up, models taking turns until there are ``most`` besides the ``known``."""
    turns = [_Turn(name, best_sets(model, most + len(known))) for name, model in _models(costs)]
    places = [each.place for each in costs.siting.candidates]
    found: dict[frozenset[str], tuple[Nomination, ...]] = {}
    while turns and len(found.keys() - known) < most:
        for turn in tuple(turns):
            located = next(turn.sets, None)
            if located is None:
                turns.remove(turn)
                continue
            turn.rank += 1
            sites = frozenset(places[j] for j in located.sites)
            if sites in known or sites in found or len(found.keys() - known) < most:
                found[sites] = (*found.get(sites, ()), turn.nomination(located))
    return found


@dataclass(slots=True)
class _Turn:
    model: str
    sets: Iterator[Located]
    rank: int = 0

    def nomination(self, located: Located) -> Nomination:
        return Nomination(model=self.model, rank=self.rank, value=located.value, gap=located.gap)


def _models(costs: Costs) -> Iterator[tuple[str, SitingModel]]:
    """Yield the models that answer what is asked: how many, how near, or what costs least."""
    siting = costs.siting
    must_s = siting.cover_s if siting.count is None else None
    whole = costs.fixed_charge(must_s)
    first = best_sites(whole)
    if first is None:
        raise InvalidInput("E526")
    yield "fixed_charge", whole
    if siting.count is None and siting.cover_s is not None:
        yield "set_cover", set_cover(costs.way_s, siting.cover_s)
    counts = _counts(siting, len(first.sites))
    for count in counts:
        yield "p_median", p_median(costs.weight, costs.way_s, count)
    yield "max_coverage", max_coverage(costs.weight, costs.way_s, siting.limit_s, counts[0])


def _counts(siting: Siting, cheapest: int) -> tuple[int, ...]:
    """Return how many sites are tried: as asked, else as many as cost least, and one less than there are today."""
    if siting.count is not None:
        return (siting.count,)
    return tuple(dict.fromkeys((max(1, cheapest), max(1, len(siting.today) - 1))))


def _may_close(day: Scenario, siting: Siting) -> bool:
    try:
        with_sites(day, SiteSet(id=NONE, name=Text("", ""), sites=frozenset()), siting)
    except InvalidInput:
        return False
    return True


def _named(number: int, sites: frozenset[str], today: frozenset[str], names: Mapping[str, str]) -> Text:
    """Return what a set is called: its sites, or what it closes of many that are open today."""
    if sites < today and len(today - sites) < len(sites):
        closed = [names[site] for site in sorted(today - sites)]
        zh, en = _listed(closed)
        return Text(f"方案 {number}：现状去掉{zh}", f"set {number}: today without {en}")
    zh, en = _listed([names[site] for site in sorted(sites)])
    return Text(f"方案 {number}：{zh}", f"set {number}: {en}")


def _listed(names: list[str]) -> Text:
    shown, more = names[:SHOWN], len(names) - SHOWN
    zh = "、".join(shown) + (f" 等 {len(names)} 处" if more > 0 else "")
    return Text(zh, ", ".join(shown) + (f" and {more} more" if more > 0 else ""))
