"""Moves of the search across tiers: a village, a township or a station goes another way, or a clock is retimed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.tiers.clocks import first_clocks, met, moved, tightened
from optimizer.tiers.model import DIRECT, Way
from optimizer.tiers.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np

    from optimizer.tiers.legs import Legs
    from optimizer.tiers.model import Choice, Clocks, TieredPlan, Tiers

RETIMED_S = (900, 1_800, 3_600)
"""By how much a clock is moved at once."""

MOST_NEIGHBOURS = 8
"""Most groups of places that a township's move takes along."""


class Decision(NamedTuple):
    """Where the search may stand: ways and clocks."""

    choice: Choice
    clocks: Clocks


class Moves:
    """Random moves from a decision to one beside it; mutable only in its generator."""

    def __init__(self, tiers: Tiers, rng: np.random.Generator) -> None:
        self.tiers = tiers
        self._rng = rng
        self._reach = Reach(tiers)
        self._groups = tiers.groups
        self._free = [g for g, (_, ways) in enumerate(self._groups) if len(ways) > 1]

    def direct(self) -> Choice:
        """Return the choice in which everything goes direct that may."""
        return self._chosen(DIRECT if DIRECT in ways else min(ways) for _, ways in self._groups)

    def through(self) -> Choice:
        """Return the choice in which everything goes through the nearest station that it may."""
        return self._chosen(self._nearest(g) for g in range(len(self._groups)))

    def lined(self) -> Choice:
        """Return the choice in which everything rides a line that may, from the hub where it may, else goes direct."""

        def best(ways: frozenset[Way], g: int) -> Way:
            lines = [way for way in ways if "line" in (way.trunk, way.last)]
            if lines:
                return min(lines, key=lambda way: (bool(way.station), way.last == "road", way))
            return DIRECT if DIRECT in ways else self._nearest(g)

        return self._chosen(best(ways, g) for g, (_, ways) in enumerate(self._groups))

    def next(self, legs: Legs, plan: TieredPlan) -> Decision:
        """Return another decision: ways are changed twice as often as clocks; never the same if there is another."""
        kinds = [self._village, self._township, self._station] if self._free else []
        used = [key for key, moments in legs.clocks.items() if moments]
        drawn = int(self._rng.integers(3))
        if used and (not kinds or drawn == 2):
            return self._retimed(legs, plan, used)
        if not kinds:
            return Decision(legs.choice, legs.clocks)
        choice = dict(legs.choice)
        kinds[int(self._rng.integers(len(kinds)))](choice)
        fresh = first_clocks(self.tiers, choice)
        return Decision(choice, {key: legs.clocks.get(key, moments) for key, moments in fresh.items()})

    def _retimed(self, legs: Legs, plan: TieredPlan, used: Sequence[tuple[str, str]]) -> Decision:
        """Tighten all clocks to the true arrivals, let both directions meet at one station, or move one clock."""
        drawn = self._rng.random()
        if drawn < 0.3:
            return Decision(legs.choice, tightened(legs, plan))
        if drawn < 0.4:
            place = used[int(self._rng.integers(len(used)))][0]
            own = {key: moments for key, moments in legs.clocks.items() if key[0] == place}
            return Decision(legs.choice, {**legs.clocks, **met(self.tiers, own)})
        key = used[int(self._rng.integers(len(used)))]
        rank = int(self._rng.integers(len(legs.clocks[key])))
        by_s = int(self._rng.choice(RETIMED_S)) * (1 if self._rng.random() < 0.5 else -1)
        return Decision(legs.choice, moved(legs.clocks, key, rank, by_s))

    def _village(self, choice: dict[str, Way]) -> None:
        """Let one group of places go another way."""
        group = self._drawn()
        self._send(choice, [group], self._other(choice, group))

    def _township(self, choice: dict[str, Way]) -> None:
        """Let a group and its neighbours go another way together, as far as they may."""
        group = self._drawn()
        size = int(self._rng.integers(2, MOST_NEIGHBOURS + 1))
        near = sorted(self._free, key=lambda other: (self._apart_s(group, other), other))[:size]
        self._send(choice, near, self._other(choice, group))

    def _station(self, choice: dict[str, Way]) -> None:
        """Close a station for all that goes through it, or send all through it that may."""
        group = self._drawn()
        others = sorted(self._groups[group][1] - {DIRECT})
        way = others[int(self._rng.integers(len(others)))]
        inside = [g for g in self._free if self._way(choice, g) == way]
        if not inside or self._rng.random() < 0.5:
            self._send(choice, self._free, way)
            return
        for g in inside:
            left = self._groups[g][1] - {way}
            self._send(choice, [g], DIRECT if DIRECT in left else self._nearest(g, without=way))

    def _drawn(self) -> int:
        return self._free[int(self._rng.integers(len(self._free)))]

    def _other(self, choice: Choice, group: int) -> Way:
        others = sorted(self._groups[group][1] - {self._way(choice, group)})
        return others[int(self._rng.integers(len(others)))]

    def _way(self, choice: Choice, group: int) -> Way:
        return choice.get(self._groups[group][0][0], DIRECT)

    def _send(self, choice: dict[str, Way], groups: Iterable[int], way: Way) -> None:
        for g in groups:
            places, ways = self._groups[g]
            if way in ways:
                choice.update(dict.fromkeys(places, way))

    def _chosen(self, ways: Iterable[Way]) -> Choice:
        choice: dict[str, Way] = {}
        for (places, _), way in zip(self._groups, ways, strict=True):
            choice.update(dict.fromkeys(places, way))
        return choice

    def _nearest(self, group: int, *, without: Way = DIRECT) -> Way:
        """Return the way through the station to which the group's places are nearest together, else any other way.

        Direct where it has none.
        """
        places, ways = self._groups[group]
        others = sorted(ways - {DIRECT, without})

        def apart(way: Way) -> tuple[bool, int, Way]:
            return not way.station, sum(self._drive_s(way.station, p) for p in places) if way.station else 0, way

        return min(others, key=apart, default=DIRECT)

    def _apart_s(self, group: int, other: int) -> int:
        return self._drive_s(self._groups[group][0][0], self._groups[other][0][0])

    def _drive_s(self, origin: str, destination: str) -> int:
        seconds = self._reach.drive_s(origin, destination)
        return 1 << 40 if seconds is None else seconds  # no path is farther than any
