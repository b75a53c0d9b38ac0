"""What siting knows of a county before anything is planned: travel, and what places send and get on sampled days."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from optimizer.problem import UNREACHABLE
from scenarios.scenario import LOAD_DIMENSIONS, Load
from scenarios.stations import DRONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.build import County
    from scenarios.scenario import FleetVehicle, Order, Scenario
    from scenarios.siting.model import Candidate

USUAL = "three_wheeler"
"""Profile of whoever serves the villages of a site that has no vehicle of its own, where the county has it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """A county as built, and the orders of the days that plans will be made for."""

    county: County
    days: tuple[tuple[Order, ...], ...]

    @property
    def scenario(self) -> Scenario:
        """The county as files say it."""
        return self.county.scenario

    @cached_property
    def hubs(self) -> tuple[str, ...]:
        """Ids of the hubs."""
        return tuple(place.id for place in self.scenario.places if place.tier == "hub")

    @cached_property
    def hub_fleet(self) -> tuple[FleetVehicle, ...]:
        """Types of the county's own that live at a hub."""
        return tuple(v for v in self.scenario.fleet if v.kind == "own" and v.count and v.depot in self.hubs)

    @cached_property
    def unreached(self) -> frozenset[str]:
        """Places to which none of them can drive and from which it can return."""
        ids = [place.id for place in self.scenario.places]
        reached: set[str] = set()
        for vehicle in self.hub_fleet:
            both_s = self.round_trips(vehicle.profile, [vehicle.depot], ids)[0]  # (2, 1, n) -> (1, n)
            reached |= {name for name, time_s in zip(ids, both_s[0], strict=True) if np.isfinite(time_s)}
        return frozenset(ids) - reached

    def round_trips(self, profile: str, ends: Sequence[str], places: Sequence[str]) -> np.ndarray:
        """Return (2, ends, places) seconds and metres there and back, inf where either way is closed."""
        matrix = self.county.matrices[profile]
        at = {name: rank for rank, name in enumerate(matrix.ids)}
        there = np.ix_([at[name] for name in ends], [at[name] for name in places])
        back = np.ix_([at[name] for name in places], [at[name] for name in ends])
        time_s = matrix.duration_s[there] + matrix.duration_s[back].T.astype(float)
        metres = matrix.distance_m[there] + matrix.distance_m[back].T.astype(float)
        is_closed = (matrix.duration_s[there] == UNREACHABLE) | (matrix.duration_s[back].T == UNREACHABLE)
        return np.where(is_closed, np.inf, np.array([time_s, metres]))

    def way_s(self, candidates: Sequence[Candidate], places: Sequence[str]) -> np.ndarray:
        """Return (places, candidates) mean seconds one way by whoever serves a candidate's places; inf: no way."""
        columns = [self.round_trips(self.profile_of(each), [each.place], places)[0, 0] / 2 for each in candidates]
        return np.array(columns).T.reshape(len(places), len(candidates))

    def profile_of(self, candidate: Candidate) -> str:
        """Return how a candidate's places are served: by its vehicle, else as is usual, else as the hub's first."""
        fleet = {vehicle.id: vehicle for vehicle in self.scenario.fleet}
        if candidate.vehicle:
            return fleet[candidate.vehicle].profile
        living = [v.profile for v in self.scenario.fleet if v.depot == candidate.place and v.kind == "own"]
        if living:
            return living[0]
        known = {v.profile for v in self.scenario.fleet if v.kind != DRONE}
        return USUAL if USUAL in known else next(v.profile for v in (*self.hub_fleet, *self.scenario.fleet))

    @cached_property
    def demand(self) -> dict[str, tuple[float, Load]]:
        """Mean pieces a day, and mean loads rounded up, of the goods between a hub and each other place."""
        pieces: dict[str, int] = {}
        loads: dict[str, Load] = {}
        for order in (order for day in self.days for order in day):
            far = {order.origin, order.destination} - set(self.hubs)
            if len(far) == 1:
                (place,) = far
                pieces[place] = pieces.get(place, 0) + order.pieces
                loads[place] = loads.get(place, Load()).plus(order.load)
        return {place: (pieces[place] / len(self.days), _shared(loads[place], len(self.days))) for place in pieces}


def _shared(load: Load, days: int) -> Load:
    return Load(**{name: -(-getattr(load, name) // days) for name in LOAD_DIMENSIONS})
