"""Drones of a county-day: their matrix through the air, and whether the weather lets them fly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from networks.aerial import aerial_matrix
from networks.elevation import read_tile
from networks.matrix import TravelMatrix
from networks.profiles import load_profiles
from networks.snap import snap
from scenarios.stations import DRONE
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from networks.network import RoadNetwork
    from networks.points import Points
    from scenarios.scenario import FleetVehicle, Scenario

GROUND_PROFILE = "van"
"""A drone lands beside the road: how far places are from one is told as for this profile."""


def air_matrix(scenario: Scenario, network: RoadNetwork, points: Points) -> TravelMatrix:
    """Return the matrix of drones over the elevation tiles of the scenario, over flat ground without; O(n^2).

    Raises
    ------
    networks.errors.InvalidInput
        A tile cannot be read.
    """
    tiles = [read_tile(scenario.path(tile)) for tile in scenario.roads.elevation]
    duration_s, distance_m = aerial_matrix(points, tiles)
    snaps = snap(network, load_profiles()[GROUND_PROFILE], points)
    return TravelMatrix(profile=DRONE, ids=points.ids, duration_s=duration_s, distance_m=distance_m, snaps=snaps)


def flies(vehicle: FleetVehicle, scenario: Scenario) -> bool:
    """Whether the weather of the day lets the vehicle go; only a drone may be kept on the ground."""
    return vehicle.kind != DRONE or vehicle.flies_in is None or scenario.weather in vehicle.flies_in


def grounded(scenario: Scenario) -> Iterator[Text]:
    """Tell which drones stay on the ground, and that the figures of flying are placeholders."""
    drones = [vehicle for vehicle in scenario.fleet if vehicle.kind == DRONE]
    for vehicle in (v for v in drones if not flies(v, scenario)):
        weather = scenario.weather
        yield Text(
            f"天气 {weather}，无人机 {vehicle.id} 不飞", f"weather {weather}: drone {vehicle.id} stays on the ground"
        )
    if drones:
        yield Text(
            "无人机的速度、爬升、离地高度（无高程时含绕行系数 1.15）为占位值",
            "drones' speeds, climb and clearance are assumed, without elevation tiles a factor of 1.15 too",
        )
