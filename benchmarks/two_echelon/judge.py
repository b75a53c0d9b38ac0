"""The rules of the two-echelon sets, by themselves: what a plan costs there and what it breaks.

Slow and plain, from the arrays of the instance; shares nothing with any solver, so that
all of them can be held against it.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.two_echelon.instance import Call, Fleet, Haul, Loop, TwoEchelon, TwoEchelonPlan

SLACK = 1e-6
"""Units of time that the rounding of floats may take."""


def judge(instance: TwoEchelon, plan: TwoEchelonPlan) -> tuple[float, list[str]]:
    """Return the cost of ``plan`` and a sentence for each rule it breaks. O(visits and calls)."""
    hauls = (*plan.hauls, *plan.collections)
    cost = sum(_cost(instance, instance.trucks, 0, [call.satellite for call in haul]) for haul in hauls)
    cost += sum(_cost(instance, instance.freighters, loop.satellite, list(loop.customers)) for loop in plan.loops)
    faults = _coverage(instance, plan) + _fleets(instance, plan)
    for loop in plan.loops:
        faults += _freighter_load(instance, loop)
    for word, brought in (("bring", plan.hauls), ("collect", plan.collections)):
        faults += _truck_loads(instance, brought)
        faults += _balance(instance, plan, brought, word)
        faults += _whole_loops(instance, plan, brought, word) if instance.is_timed else []
    return cost, faults + (_clock(instance, plan) if instance.is_timed else [])


def _cost(instance: TwoEchelon, fleet: Fleet, home: int, calls: list[int]) -> float:
    path = [home, *calls, home]
    return fleet.fixed + fleet.per_length * sum(float(instance.length[a, b]) for a, b in pairwise(path))


def _coverage(instance: TwoEchelon, plan: TwoEchelonPlan) -> list[str]:
    calls = Counter(row for loop in plan.loops for row in loop.customers)
    rows = sorted({*instance.customers, *calls})
    faults = [f"customer {row} is visited {calls[row]} times" for row in rows if calls[row] != 1]
    faults += [f"{row} is no customer" for row in calls if row not in instance.customers]
    starts = [loop.satellite for loop in plan.loops]
    starts += [call.satellite for haul in (*plan.hauls, *plan.collections) for call in haul]
    return faults + [f"{row} is no satellite" for row in sorted(set(starts)) if row not in instance.satellites]


def _fleets(instance: TwoEchelon, plan: TwoEchelonPlan) -> list[str]:
    """Count vehicles; a truck that has brought may come again to collect."""
    used = {"trucks": max(len(plan.hauls), len(plan.collections)), "freighters": len(plan.loops)}
    limits = {"trucks": instance.trucks.count, "freighters": instance.freighters.count}
    faults = [
        f"{used[word]} {word}, there are {limit}"
        for word, limit in limits.items()
        if limit is not None and used[word] > limit
    ]
    at = Counter(loop.satellite for loop in plan.loops)
    most = instance.per_satellite
    return faults + [f"{n} freighters at {s}, at most {most}" for s, n in sorted(at.items()) if most and n > most]


def _freighter_load(instance: TwoEchelon, loop: Loop) -> list[str]:
    load = sum(int(instance.delivery[row]) for row in loop.customers)
    most = load
    for row in loop.customers:
        load += int(instance.pickup[row]) - int(instance.delivery[row])
        most = max(most, load)
    capacity = instance.freighters.capacity
    faults = [f"freighter load {most} over {capacity}"] if most > capacity else []
    return faults if loop.customers else [*faults, "a freighter without customers"]


def _truck_loads(instance: TwoEchelon, hauls: tuple[Haul, ...]) -> list[str]:
    faults = []
    for haul in hauls:
        load, least = sum(call.load for call in haul), min((call.load for call in haul), default=0)
        if load > instance.trucks.capacity:
            faults.append(f"truck load {load} over {instance.trucks.capacity}")
        if not haul or least < 0:
            faults.append("a truck without calls or with a negative load")
    return faults


def _balance(instance: TwoEchelon, plan: TwoEchelonPlan, hauls: tuple[Haul, ...], word: str) -> list[str]:
    """Compare what trucks bring to or collect from each satellite with what its freighters do."""
    moved: Counter[int] = Counter()
    for haul in hauls:
        for call in haul:
            moved[call.satellite] += call.load
    wanted: Counter[int] = Counter()
    for loop in plan.loops:
        wanted[loop.satellite] += _load(instance, [loop], word)
    return [
        f"trucks {word} {moved[s]} at {s}, freighters have {wanted[s]}"
        for s in sorted({*moved, *wanted})
        if moved[s] != wanted[s]
    ]


def _load(instance: TwoEchelon, loops: list[Loop], word: str) -> int:
    loads = instance.delivery if word == "bring" else instance.pickup
    return sum(int(loads[row]) for loop in loops for row in loop.customers)


def _whole_loops(instance: TwoEchelon, plan: TwoEchelonPlan, hauls: tuple[Haul, ...], word: str) -> list[str]:
    """Each freighter's goods ride on one truck: called for once, at its satellite, with its whole load."""
    calls = [call for haul in hauls for call in haul]
    named = Counter(k for call in calls for k in call.loops)
    faults = [f"a truck names freighter {k}, there is none" for k in named if not 0 <= k < len(plan.loops)]
    if faults:
        return faults
    due = [k for k, loop in enumerate(plan.loops) if named[k] or _load(instance, [loop], word)]
    faults = [f"freighter {k}: {named[k]} trucks {word} its goods" for k in due if named[k] != 1]
    return faults + [fault for call in calls for fault in _call_faults(instance, plan, call, word)]


def _call_faults(instance: TwoEchelon, plan: TwoEchelonPlan, call: Call, word: str) -> list[str]:
    loops = [plan.loops[k] for k in call.loops]
    faults = [
        f"goods for {x.satellite} are handled at {call.satellite}" for x in loops if x.satellite != call.satellite
    ]
    load = _load(instance, loops, word)
    return faults if load == call.load else [*faults, f"a call to {word} {call.load}, its freighters have {load}"]


def _clock(instance: TwoEchelon, plan: TwoEchelonPlan) -> list[str]:
    """Drive every truck from time 0 and every freighter as soon as its goods are handed over."""
    faults: list[str] = []
    for haul in plan.hauls:
        now, at = 0.0, 0
        for call in haul:
            now += float(instance.length[at, call.satellite])
            at = call.satellite
            for k in call.loops:
                if 0 <= k < len(plan.loops):
                    now += instance.handling * _load(instance, [plan.loops[k]], "bring")
                    faults += _late(instance, plan.loops[k], now)
    return faults


def _late(instance: TwoEchelon, loop: Loop, now: float) -> list[str]:
    assert instance.windows is not None
    assert instance.service is not None
    faults, at = [], loop.satellite
    for row in loop.customers:
        now = max(now + float(instance.length[at, row]), float(instance.windows[row, 0]))
        if now > instance.windows[row, 1] + SLACK:
            faults.append(f"reaches {row} at {now:.2f}, which closes at {instance.windows[row, 1]:g}")
        now, at = now + float(instance.service[row]), row
    return faults
