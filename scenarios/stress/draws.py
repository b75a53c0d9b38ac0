"""Draws the days on which a plan is stressed: the same days for every plan of one county, seed and noise.

Chance is keyed by what it happens to (a leg, a brand's arrival, a vehicle), never by its place in some plan, so that
two plans meet the very same roads, delays and breakdowns wherever they share them. A leg that is driven twice a day
takes equally long both times.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from networks.driven import edges_driven
from optimizer.stress.disturbance import Breakdown, Disturbance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.plan import Plan
    from optimizer.stress.disturbance import LegKey
    from optimizer.stress.script import Script
    from scenarios.build import County
    from scenarios.stress.noise import Noise

MINUTE_S = 60


def disturbance_of(
    county: County, script: Script, noise: Noise, *, days: int, seed: int, has_spare: bool = False
) -> Disturbance:
    """Return what goes wrong for a plan on ``days`` days; O(legs x days), and one road search per origin.

    ``has_spare``: a vehicle stands by, so a breakdown costs no more than ``noise.spare_after_min``.
    """
    whole_day = noise.day_spread * _rng(seed, "day").standard_normal(days)
    legs = {
        key: np.exp(whole_day + spread * _rng(seed, "leg", *key).standard_normal(days))
        for key, spread in leg_spreads(county, script.plan, noise).items()
    }
    lost_min = min(noise.lost_min, noise.spare_after_min) if has_spare else noise.lost_min
    return Disturbance(
        days=days,
        legs=legs,
        late_s=_late(county, script, noise, days, seed),
        breakdowns=_breakdowns(script.plan, noise, days, seed),
        stopped_s=round(lost_min * MINUTE_S),
        wait_s=round(noise.wait_limit_min * MINUTE_S),
    )


def leg_spreads(county: County, plan: Plan, noise: Noise) -> dict[LegKey, float]:
    """Return the spread of every leg that ``plan`` drives; what is flown keeps its time."""
    found: dict[LegKey, float] = {}
    for profile, legs in driven_legs(county, plan).items():
        names = county.network.edges["road_class"].cat.categories
        by_class = np.array([noise.leg_spread(name) for name in names])
        codes = county.network.edges["road_class"].cat.codes.to_numpy(np.int64)
        length_m = county.network.edges["length_m"].to_numpy()
        rows = np.array([[county.problem.index(a), county.problem.index(b)] for a, b in legs])  # (k, 2)
        leg, edge = edges_driven(
            county.network, county.profiles[profile], county.points, rows, conditions=county.conditions
        )
        metres = np.bincount(leg, weights=length_m[edge], minlength=len(legs))
        total = np.bincount(leg, weights=length_m[edge] * by_class[codes[edge]], minlength=len(legs))
        spread = np.where(metres > 0, total / np.maximum(metres, 1e-9), noise.other)
        found |= {(profile, a, b): float(spread[k]) for k, (a, b) in enumerate(legs)}
    return found


def driven_legs(county: County, plan: Plan) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the distinct legs by road, by profile, in the order of the plan."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for route, trip in plan.trips():
        profile = county.problem.vehicle_type_of[route.vehicle_type].profile
        if profile in county.profiles:
            places = (trip.start, *(v.place for v in trip.visits), trip.end)
            found.setdefault(profile, {}).update(dict.fromkeys(pairwise(places)))
    return {profile: tuple(legs) for profile, legs in found.items()}


def deadlines_of(county: County, script: Script, noise: Noise) -> dict[str, int]:
    """Return by when each carried shipment that leaves a depot is on time: its due time and the promised hour.

    Where the plan itself hands over later than the promised hour less the tolerance, the announced time and the
    tolerance count in place of the promise. Goods that go up or from village to village have their due time alone.
    """
    tolerance_s, promise_s = round(noise.tolerance_min * MINUTE_S), county.scenario.policy.promise_s
    announced = {i: v.start_s for _, trip in script.plan.trips() for v in trip.visits for i in v.deliver}
    announced |= {ride.shipment: ride.alight_s for ride in script.rides}
    return {
        s.id: min(s.due_s, max(promise_s, announced[last] + tolerance_s))
        for s in script.goods
        if (last := script.legs(s.id)[-1]) in announced and county.problem.direction(s) == "down"
    }


def _late(county: County, script: Script, noise: Noise, days: int, seed: int) -> Mapping[str, np.ndarray]:
    """Return the delays of goods at depots, by their first legs; what has no brand is in stock and never late."""
    if noise.mean_delay_min == 0:
        return {}
    waves: dict[tuple[str, str, int], np.ndarray] = {}
    found = {}
    for s in script.goods:
        if s.brand and s.origin in county.problem.depot_of:
            key = (s.origin, s.brand, s.ready_s)
            if key not in waves:
                waves[key] = noise.mean_delay_min * MINUTE_S * _rng(seed, "wave", *key).standard_exponential(days)
            found[script.legs(s.id)[0]] = waves[key]
    return found


def _breakdowns(plan: Plan, noise: Noise, days: int, seed: int) -> Mapping[str, Breakdown]:
    found = {}
    for route in plan.routes:
        rng = _rng(seed, "breakdown", route.vehicle)
        found[route.vehicle] = Breakdown(rng.random(days) < noise.per_vehicle_day, rng.random(days))
    return found


def _rng(*key: object) -> np.random.Generator:
    """Return a generator that depends on nothing but ``key``."""
    digest = hashlib.blake2b("\x1f".join(map(str, key)).encode(), digest_size=16).digest()
    return np.random.default_rng(int.from_bytes(digest))
