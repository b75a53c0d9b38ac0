"""Vehicles of the rest of a day: broken ones and those with roads of their own become types of their own.

Those that have been out stay together as one type, those that have not become another, whose shift begins now.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from optimizer.model import TimeWindow
from optimizer.problem import Matrix

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.daybook import Unit
    from optimizer.model import Lock, Place, VehicleType
    from optimizer.problem import Problem
    from optimizer.replan.standing import Begun, Situation, Standing


class RestFleet:
    """Vehicles of the rest of the day: broken ones and those with roads of their own become types of their own."""

    def __init__(self, before: Problem, after: Problem, days: Mapping[Unit, Standing], situation: Situation) -> None:
        self._after = after
        self._days = days
        self.matrices: dict[str, Matrix] = dict(after.matrices)
        self.driven: dict[str, frozenset[tuple[str, str]]] = {}
        self._profile: dict[Unit, str] = {}
        for unit, day in days.items():
            self._keep_driven(before, unit, day)
        broken = {(b.vehicle_type, b.number) for b in situation.breakdowns}
        self._own = {u for u in days if u in self._profile or (u in broken and days[u].begun)}
        self._gone = broken - self._own
        self._now_s = situation.now_s
        self.name_of = self._names()

    def types(self, *, is_strict: bool) -> tuple[VehicleType, ...]:
        """Return the vehicle types; strict: a broken vehicle's shift ends with what stands of its day."""
        found = []
        for kind in self._after.vehicle_types:
            names = [name for unit, name in self.name_of.items() if unit[0] == kind.id]
            num_home, num_out = (sum(name[0] == id_ for name in names) for id_ in (kind.id, _out(kind.id)))
            found.append(
                replace(kind, count=num_home, shift=self._later(kind) if self._is_parted(kind) else kind.shift)
            )
            if num_out:
                found.append(replace(kind, id=_out(kind.id), count=num_out))
            own = sorted(unit for unit in self._own if unit[0] == kind.id)
            found += [self._own_type(kind, unit, is_strict=is_strict) for unit in own]
        return tuple(found)

    def _is_parted(self, kind: VehicleType) -> bool:
        """Tell whether vehicles that have been out are told from the others; not where a lock means either."""
        return self._now_s > 0 and not any(k.vehicle_type == kind.id and k.number is None for k in self._after.locks)

    def _later(self, kind: VehicleType) -> TimeWindow:
        early_s = max(kind.shift.early_s, self._now_s)
        return TimeWindow(early_s=early_s, late_s=max(early_s, kind.shift.late_s))

    def renamed(self, lock: Lock) -> Lock:
        """Return the lock with the vehicle's name in this problem."""
        if lock.vehicle_type is None or lock.number is None:
            return lock
        kind, number = self.name_of.get((lock.vehicle_type, lock.number), (None, None))
        return replace(lock, vehicle_type=kind, number=number)

    def allowed(self, place: Place) -> frozenset[str] | None:
        """Return the vehicle types that may call at a place, those of single vehicles included."""
        if place.vehicle_types is None:
            return None
        return place.vehicle_types | {name[0] for unit, name in self.name_of.items() if unit[0] in place.vehicle_types}

    def towed(self, depot: str) -> frozenset[int]:
        """Return when broken vehicles are back at a depot: as if they had not stood, and from when they broke down."""
        moments: set[int] = set()
        for unit, day in self._days.items():
            kind = self._after.vehicle_type_of[unit[0]]
            for begun in day.begun:
                if begun.is_cut and kind.last_place == depot:
                    home_s = self._home_s(kind, unit, begun)
                    stood_s = max(0, (day.broken_at_s or 0) - begun.made[-1].end_s)
                    moments |= {home_s, home_s + stood_s}
        return frozenset(moments)

    def _names(self) -> dict[Unit, Unit]:
        names: dict[Unit, Unit] = {unit: (f"{unit[0]}#{unit[1]}", 1) for unit in sorted(self._own)}
        for kind in self._after.vehicle_types:
            rest = [(kind.id, n) for n in range(1, kind.count + 1) if (kind.id, n) not in self._own | self._gone]
            is_out = {u for u in rest if u in self._days and self._days[u].begun and self._is_parted(kind)}
            for id_, units in ((_out(kind.id), sorted(is_out)), (kind.id, [u for u in rest if u not in is_out])):
                names.update({unit: (id_, rank) for rank, unit in enumerate(units, start=1)})
        return names

    def _own_type(self, kind: VehicleType, unit: Unit, *, is_strict: bool) -> VehicleType:
        day = self._days[unit]
        changes: dict[str, Any] = {"id": self.name_of[unit][0], "count": 1}
        changes["profile"] = self._profile.get(unit, kind.profile)
        if day.broken_at_s is not None:
            changes["max_trips"] = len(day.begun)
            changes["driving_rule"] = None  # it is towed: the rest that was to come needs no room on the way home
            if is_strict:
                changes["shift"] = replace(kind.shift, late_s=self._home_s(kind, unit, day.begun[-1]))
        return replace(kind, **changes)

    def _home_s(self, kind: VehicleType, unit: Unit, last: Begun) -> int:
        """Return when a broken vehicle would be home from the last place it called at."""
        if not last.is_cut:
            return last.trip.return_s
        seconds = self.matrices[self._profile.get(unit, kind.profile)].duration_s
        home_s = int(seconds[self._after.index(last.made[-1].place), self._after.index(kind.last_place)])
        return last.made[-1].end_s + max(0, home_s)

    def _keep_driven(self, before: Problem, unit: Unit, day: Standing) -> None:
        """Give a vehicle a profile of its own in which the legs it has driven are as long as they were."""
        kind = self._after.vehicle_type_of[unit[0]]
        old, new = before.matrices[kind.profile], self._after.matrices[kind.profile]
        if old is new:
            return
        changed = frozenset(
            (a, b)
            for begun in day.begun
            for a, b in _legs_driven(begun)
            if _leg(before, old, a, b) != _leg(self._after, new, a, b)
        )
        if not changed:
            return
        duration_s, distance_m = new.duration_s.copy(), new.distance_m.copy()
        for a, b in changed:
            at = self._after.index(a), self._after.index(b)
            duration_s[at], distance_m[at] = _leg(before, old, a, b)
        name = f"{kind.profile}@{unit[0]}#{unit[1]}"
        self.matrices[name] = Matrix(duration_s=duration_s, distance_m=distance_m)
        self.driven[name] = changed
        self._profile[unit] = name


def _out(kind: str) -> str:
    """Return the name of the type of those vehicles that have been out."""
    return f"{kind}*"


def _legs_driven(begun: Begun) -> Iterator[tuple[str, str]]:
    """Yield the legs of a trip that stand: up to the last visit made, and home if it has left for home."""
    places = [begun.trip.start, *(visit.place for visit in begun.made)]
    yield from pairwise([*places, begun.trip.end] if begun.is_over else places)


def _leg(problem: Problem, matrix: Matrix, origin: str, destination: str) -> tuple[int, int]:
    at = problem.index(origin), problem.index(destination)
    return int(matrix.duration_s[at]), int(matrix.distance_m[at])
