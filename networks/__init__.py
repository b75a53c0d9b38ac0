"""Roads of a county: reading, generating, profiles, snapping, travel matrices; no parcels."""

from __future__ import annotations

from networks.connectors import Connector, add_connectors
from networks.datum import from_wgs84, looks_shifted, to_wgs84
from networks.elevation import with_elevation
from networks.errors import CATALOGUE, Fault, InvalidInput
from networks.layers import read_layer, read_network, write_network
from networks.matrix import TravelMatrix, travel_matrix
from networks.network import RoadNetwork, build_network
from networks.osm import read_osm, read_osm_places
from networks.override_files import read_closures, read_overrides
from networks.overrides import apply_closures, apply_overrides
from networks.paths import leg_geometries
from networks.points import Points
from networks.profile_files import load_profiles
from networks.profiles import Conditions, Profile, arc_times
from networks.reference import reference_legs
from networks.snap import SnapReport, snap
from networks.synthetic import TERRAINS, CountyRoads, generate_county

__all__ = [
    "CATALOGUE",
    "TERRAINS",
    "Conditions",
    "Connector",
    "CountyRoads",
    "Fault",
    "InvalidInput",
    "Points",
    "Profile",
    "RoadNetwork",
    "SnapReport",
    "TravelMatrix",
    "add_connectors",
    "apply_closures",
    "apply_overrides",
    "arc_times",
    "build_network",
    "from_wgs84",
    "generate_county",
    "leg_geometries",
    "load_profiles",
    "looks_shifted",
    "read_closures",
    "read_layer",
    "read_network",
    "read_osm",
    "read_osm_places",
    "read_overrides",
    "reference_legs",
    "snap",
    "to_wgs84",
    "travel_matrix",
    "with_elevation",
    "write_network",
]
