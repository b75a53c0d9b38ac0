"""What a day costs with goods of each place direct or through each candidate station, roughly: nominates, never ranks.

A vehicle's run costs its metres and its seconds, a second bearing its share of the vehicle's day. A place pays the part
of a run there and back that its goods fill, at least one call of a full trip's; calls on the way to others are as
dear from every depot and are left out. An open station pays one run of line-haul, its goods pay for more by what they
fill. A first-order continuous approximation in the manner of Daganzo (2005), *Logistics Systems Analysis*.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scenarios.fleet import MOST_VISITS
from scenarios.scenario import Load
from scenarios.service import Service
from scenarios.siting.locate import SitingModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.scenario import FleetVehicle
    from scenarios.siting.ground import Ground
    from scenarios.siting.model import Candidate, Siting

HOUR_S = 3_600


@dataclass(frozen=True, kw_only=True, eq=False)
class StationCosts:
    """Approximate costs over the places that have goods, in the order of the scenario."""

    ground: Ground
    siting: Siting

    @cached_property
    def clients(self) -> tuple[str, ...]:
        """Places with goods that may go through a station: no hubs, no candidates."""
        sites = {each.place for each in self.siting.candidates}
        demand = self.ground.demand
        return tuple(p.id for p in self.ground.scenario.places if p.id in demand and p.id not in sites)

    @cached_property
    def weight(self) -> np.ndarray:
        """Mean pieces a day (n,)."""
        demand = self.ground.demand
        return np.array([demand[name][0] for name in self.clients])

    @cached_property
    def way_s(self) -> np.ndarray:
        """Seconds (n, m) between candidate and place; inf where there is no way, or rules refuse stations."""
        found = self.ground.way_s(self.siting.candidates, self.clients)
        return np.where(self.may_pass[:, None], found, np.inf)

    @cached_property
    def may_pass(self) -> np.ndarray:
        """Whether rules let goods of each place pass a station (n,)."""
        return np.array(["station" in modes or not modes for modes in self._stated], dtype=bool)

    @cached_property
    def needs_station(self) -> np.ndarray:
        """Whether rules let them pass by no other way (n,)."""
        return np.array([modes == {"station"} for modes in self._stated], dtype=bool)

    @cached_property
    def _stated(self) -> list[frozenset[str]]:
        """Modes that rules or policy state for each place; empty where nothing is stated."""
        service = Service(self.ground.scenario)
        places = {place.id: place for place in self.ground.scenario.places}
        usual = self.ground.scenario.policy.modes
        rules = [service.rule(places[name]) for name in self.clients]
        return [frozenset(rule.modes if rule else usual) for rule in rules]

    def fixed_charge(self, limit_s: float | None = None) -> SitingModel:
        """Return the model of all costs a day; with ``limit_s`` whoever can be covered within it must be."""
        candidates = self.siting.candidates
        cost = self._through() if limit_s is None else np.where(self.way_s <= limit_s, self._through(), np.inf)
        direct = np.where(self.needs_station, np.inf, self._direct())
        has_site = np.isfinite(cost).any(axis=1)
        must = has_site if limit_s is not None else np.zeros(len(self.clients), dtype=bool)
        # what neither a station nor a direct run reaches is unserved whatever is open
        without = np.where(must, np.inf, np.where(np.isfinite(direct) | has_site, direct, 0.0))
        opening = [self.siting.daily_fen(c.place) + fen for c, fen in zip(candidates, self._line_haul(), strict=True)]
        return SitingModel(
            cost=cost,
            without=without,
            opening=np.array(opening),
            weight=self.weight,
            capacity=np.array([np.inf if c.most_pieces is None else c.most_pieces for c in candidates], dtype=float),
            count=self.siting.count,
        )

    def _direct(self) -> np.ndarray:
        """Fen a day (n,) of serving each place from the hub."""
        runs = [self._loop(v, v.depot) for v in self.ground.hub_fleet]
        found: np.ndarray = np.min(runs, axis=0) if runs else np.full(len(self.clients), np.inf)
        return found

    def _through(self) -> np.ndarray:
        """Fen a day (n, m) of serving each place through each candidate, the first run of line-haul left out."""
        return np.array([self._loops(each) for each in self.siting.candidates]).T.reshape(self.way_s.shape)

    def _loops(self, candidate: Candidate) -> np.ndarray:
        fleet = self.ground.scenario.fleet
        living = [v for v in fleet if v.id == candidate.vehicle or (v.kind == "own" and v.depot == candidate.place)]
        if not living:
            return np.where(self.may_pass, self._direct(), np.inf)  # the hub's vehicles drive its loops too
        loops = [self._loop(v, candidate.place) for v in living]
        trunks = [_part(self._fills(v), self._runs(v, [v.depot], [candidate.place])[0]) for v in self.ground.hub_fleet]
        more = np.min(trunks, axis=0) if trunks else np.zeros(len(self.clients))
        found: np.ndarray = np.where(self.may_pass, np.min(loops, axis=0) + more, np.inf)
        return found

    def _loop(self, vehicle: FleetVehicle, home: str) -> np.ndarray:
        """Fen a day (n,) of a vehicle at ``home``; inf where it may not call."""
        places = {place.id: place for place in self.ground.scenario.places}
        callers = [places[name].vehicle_types for name in self.clients]
        may_call = np.array([each is None or vehicle.id in each for each in callers], dtype=bool)
        shares: np.ndarray = np.maximum(self._fills(vehicle), 1 / MOST_VISITS)
        return _part(shares, np.where(may_call, self._runs(vehicle, [home], self.clients)[0], np.inf))

    def _line_haul(self) -> np.ndarray:
        """Fen (m,) of one run from the hub to each candidate."""
        sites = [each.place for each in self.siting.candidates]
        runs = [self._runs(v, [v.depot], sites)[0] for v in self.ground.hub_fleet]
        found: np.ndarray = np.min(runs, axis=0) if runs else np.zeros(len(sites))
        return found

    def _runs(self, vehicle: FleetVehicle, ends: Sequence[str], places: Sequence[str]) -> np.ndarray:
        """Fen (ends, places) of driving there and back; inf beyond the vehicle's range."""
        time_s, metres = self.ground.round_trips(vehicle.profile, ends, places)
        hourly_fen = vehicle.time_fen_per_h + vehicle.fixed_fen / (vehicle.regular_s / HOUR_S)
        run_fen: np.ndarray = metres / 1_000 * vehicle.distance_fen_per_km + time_s / HOUR_S * hourly_fen
        return run_fen if vehicle.range_m is None else np.where(metres <= vehicle.range_m, run_fen, np.inf)

    def _fills(self, vehicle: FleetVehicle) -> np.ndarray:
        """Share (n,) of a trip that the goods of each place fill, in the load dimension that binds most."""
        names = self.ground.scenario.policy.load_dimensions
        room = np.array(Load.sum(part.room for part in vehicle.compartments).of(names), dtype=float)
        demand = self.ground.demand
        loads = np.array([demand[name][1].of(names) for name in self.clients], dtype=float)
        loads = loads.reshape(len(self.clients), len(names))
        filled = np.divide(loads, room, out=np.where(loads > 0, np.inf, 0.0), where=room > 0)
        found: np.ndarray = np.max(filled, axis=1, initial=0.0)
        return found


def _part(shares: np.ndarray, runs: np.ndarray) -> np.ndarray:
    """Return shares (n,) of runs (n,) or (1,); inf where there is no run, also of nothing."""
    whole = np.broadcast_to(runs, shares.shape)
    found: np.ndarray = np.multiply(shares, whole, out=np.full(shares.shape, np.inf), where=np.isfinite(whole))
    return found
