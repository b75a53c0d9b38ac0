"""Cordeau's periodic format and its rules by themselves: several days, patterns of days, exact distances.

First line: kind (1), vehicles, customers, days; then longest duration (0: none) and capacity of each day; then
number, x, y, service, demand, visits, patterns and that many whole numbers of each place, the depot first. Bits of a
pattern's number are days, the first day the highest.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.instances.instance import DamagedInstanceError, euclid, length_scale, nearest
from optimizer.periodic import Call, Pattern, PeriodicProblem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from optimizer.periodic import PeriodicPlan

FAMILY = "pvrp"
"""The folder of the set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One place as the set gives it; ``patterns`` are tuples of days from 0."""

    x: float
    y: float
    service: float
    demand: int
    visits: int
    patterns: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """One instance; the depot is the first of ``places``. ``longest`` 0: routes last as long as they like."""

    name: str
    vehicles: int
    days: int
    longest: float
    capacity: int
    places: tuple[Customer, ...]
    best_known: float | None = None


def names(root: Path) -> list[str]:
    """Return the instances under ``root``, by name."""
    return sorted(file.stem for file in (root / FAMILY).glob("p*.txt"))


def load(root: Path, name: str) -> Periodic:
    """Return one instance with its best-known cost; ``DamagedInstanceError`` for a file that is not whole."""
    known = root / FAMILY / "bks.json"
    best = json.loads(known.read_text("utf-8")).get(name, {}) if known.exists() else {}
    return read(root / FAMILY / f"{name}.txt", best.get("bks"))


def read(path: Path, best_known: float | None = None) -> Periodic:
    """Return the instance that a file holds."""
    lines = [[float(x) for x in line.split()] for line in path.read_text("utf-8").splitlines() if line.strip()]
    kind, vehicles, _, days = (int(x) for x in lines[0][:4])
    limits, rows = lines[1 : 1 + days], lines[1 + days :]  # some files count the depot among the customers
    if kind != 1 or len({tuple(limit) for limit in limits}) != 1 or not rows:
        raise DamagedInstanceError(f"{path.name}: not a periodic instance with days alike")
    return Periodic(
        name=path.stem,
        vehicles=vehicles,
        days=days,
        longest=limits[0][0],
        capacity=int(limits[0][1]),
        places=tuple(_customer(path, row, days, is_depot=k == 0) for k, row in enumerate(rows)),
        best_known=best_known,
    )


def problem_of(instance: Periodic) -> tuple[PeriodicProblem, int]:
    """Return the problem that we solve, and how many of its units are one of the set's."""
    exact = euclid(np.array([(place.x, place.y) for place in instance.places]))
    scale = length_scale(exact)
    patterns = tuple(
        tuple(_pattern(place, days, scale) for days in place.patterns) if k else ()
        for k, place in enumerate(instance.places)
    )
    cost = nearest(scale * exact)
    problem = PeriodicProblem(
        days=instance.days,
        vehicles=instance.vehicles,
        room=(instance.capacity,),
        patterns=patterns,
        cost=cost,
        duration=cost if instance.longest else None,
        longest=math.floor(scale * instance.longest) if instance.longest else None,
    )
    return problem, scale


def judge(instance: Periodic, plan: PeriodicPlan) -> tuple[float, list[str]]:
    """Return the published cost, exact distances, and a sentence for each rule of the set that is broken."""
    cost, faults = 0.0, list(_days_kept(instance, plan))
    for day, routes in enumerate(plan.routes):
        if len(routes) > instance.vehicles:
            faults.append(f"{len(routes)} routes on day {day}, there are {instance.vehicles} vehicles")
        for route in routes:
            stops = [instance.places[k] for k in (0, *route, 0)]
            length = sum(math.hypot(a.x - b.x, a.y - b.y) for a, b in pairwise(stops))
            load, lasts = sum(s.demand for s in stops), length + sum(s.service for s in stops)
            cost += length
            if load > instance.capacity:
                faults.append(f"load {load} over {instance.capacity} on day {day}")
            if instance.longest and lasts > instance.longest + 1e-6:
                faults.append(f"a route of {lasts:.2f} over {instance.longest:g} on day {day}")
    return cost, faults


def _customer(path: Path, row: list[float], days: int, *, is_depot: bool) -> Customer:
    _, x, y, service, demand, visits, count, *codes = row
    patterns = tuple(
        tuple(day for day in range(days) if int(code) >> (days - 1 - day) & 1) for code in codes[: int(count)]
    )
    if not is_depot and (not patterns or any(len(pattern) != visits for pattern in patterns)):
        raise DamagedInstanceError(f"{path.name}: patterns of place {int(row[0])} are not of {int(visits)} days")
    return Customer(x=x, y=y, service=service, demand=int(demand), visits=int(visits), patterns=patterns)


def _pattern(place: Customer, days: tuple[int, ...], scale: int) -> Pattern:
    stay = math.ceil(scale * place.service)
    return Pattern(calls=tuple(Call(day=day, load=(place.demand,), duration=stay) for day in days))


def _days_kept(instance: Periodic, plan: PeriodicPlan) -> Iterator[str]:
    visits = [Counter(k for route in routes for k in route) for routes in plan.routes]
    for k, place in enumerate(instance.places):
        days = tuple(day for day, calls in enumerate(visits) for _ in range(calls[k]))
        if days not in place.patterns and (k or days):
            yield f"place {k} is visited on days {days}"
