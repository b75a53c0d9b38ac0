"""Who may serve a place: the modes that its rules, the policy and the means of the county leave it.

Knows nothing of ways: ``scenarios.tiers`` makes them of the modes, ``scenarios.build`` asks which vehicles may call.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from scenarios.relations import parts_of
from scenarios.tier_faults import means_of

if TYPE_CHECKING:
    from scenarios.scenario import FleetVehicle, Scenario, ScenarioPlace
    from scenarios.stations import ModeRule


class Service:
    """Answers about the modes of one scenario; what all places share is computed once."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.stations = frozenset(s.place for s in scenario.stations)

    @cached_property
    def is_tiered(self) -> bool:
        """Whether there are stations, a timetable or rules about modes; else it is an ordinary day."""
        day = self.scenario
        return bool(day.stations or day.timetable or day.modes or day.policy.modes or day.policy.forced_mode)

    @cached_property
    def means(self) -> frozenset[str]:
        """Modes that there are means for."""
        return means_of(parts_of(self.scenario), has_timetable=self.scenario.timetable is not None)

    def rule(self, place: ScenarioPlace) -> ModeRule | None:
        """Return the rule for the place itself, else that for its township, else None."""
        return self._rules.get(place.id) or (self._rules.get(place.township) if place.township else None)

    def station(self, place: ScenarioPlace) -> str:
        """Return the station of stations.csv that goods of the place go through, "" where there is none."""
        rule = self.rule(place)
        station = (rule.station if rule else "") or place.station
        return station if station in self.stations and station != place.id else ""

    def modes(self, place: ScenarioPlace) -> frozenset[str]:
        """Return the modes of a place: its rule's, else the policy's; a forced one alone where it is among them.

        "station" is left out where the place has no station.
        """
        rule = self.rule(place)
        wanted = frozenset(rule.modes if rule else self.scenario.policy.modes) or self.means
        modes = wanted & self.means - (frozenset() if self.station(place) else {"station"})
        forced = self.scenario.policy.forced_mode
        return frozenset({forced}) if forced in modes else modes

    def callers(self, place: ScenarioPlace) -> frozenset[str] | None:
        """Return the vehicle types that may call at a place; None means all.

        A vehicle that lives at the place's station serves mode "station", one that lives elsewhere modes "direct"
        and "line"; where none lives at the station, the hub's drive its loops too. Hubs and stations are open to all.
        """
        if self._is_open_to_all(place):
            return place.vehicle_types
        modes, station = self.modes(place), self.station(place)
        allowed = frozenset(v.id for v in self.scenario.fleet if self._serves(v, place, modes, station))
        if place.vehicle_types is not None:
            return allowed & place.vehicle_types
        return None if len(allowed) == len(self.scenario.fleet) else allowed

    def may_call(self, vehicle: FleetVehicle, place: ScenarioPlace) -> bool:
        """Tell whether a vehicle type is among the ``callers`` of a place, without asking for all the others."""
        if place.vehicle_types is not None and vehicle.id not in place.vehicle_types:
            return False
        return self._is_open_to_all(place) or self._serves(vehicle, place, self.modes(place), self.station(place))

    def _is_open_to_all(self, place: ScenarioPlace) -> bool:
        return not self.is_tiered or place.tier == "hub" or place.id in self.stations

    def _serves(self, vehicle: FleetVehicle, place: ScenarioPlace, modes: frozenset[str], station: str) -> bool:
        if place.id in (vehicle.depot, vehicle.end):
            return True
        if vehicle.kind != "own":
            return vehicle.kind in modes
        if vehicle.depot in self.stations:
            return "station" in modes and vehicle.depot == station
        return bool(modes & {"direct", "line"}) or ("station" in modes and station not in self._homes)

    @cached_property
    def _homes(self) -> frozenset[str]:
        return frozenset(v.depot for v in self.scenario.fleet if v.kind == "own" and v.count)

    @cached_property
    def _rules(self) -> dict[str, ModeRule]:
        return {rule.place: rule for rule in self.scenario.modes}
