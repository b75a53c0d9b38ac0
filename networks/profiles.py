"""How each class of vehicle crosses the roads: where it may drive, and how fast.

All numbers come from ``profiles.toml``, which a county may overlay with a file of its
own. A speed is the class speed, no more than the caps of surface, smoothness, limit
and law, times the factors of season, weather and grade; a speed or a duration set by
hand on an edge replaces all that. A grade never bars an edge. Nothing here knows about
nodes or paths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.errors import InvalidInput
from networks.profile_files import load_profiles
from networks.profile_model import DRY_AND_CLEAR, Conditions, Energy, Profile, Rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from networks.network import RoadNetwork

__all__ = ["DRY_AND_CLEAR", "ArcTimes", "Conditions", "Energy", "Profile", "Rules", "arc_times", "load_profiles"]


@dataclass(frozen=True, eq=False)
class ArcTimes:
    """Times of m edges: ``duration_s`` (m, 2) float64 along u->v and v->u, inf where barred.

    ``transit`` (m,) is False where an edge may only be driven at the ends of a leg.
    """

    duration_s: np.ndarray
    transit: np.ndarray


def arc_times(network: RoadNetwork, profile: Profile, conditions: Conditions = DRY_AND_CLEAR) -> ArcTimes:
    """Return how long ``profile`` takes along every edge, both ways; O(m), no loop over edges.

    Raises
    ------
    InvalidInput
        E224, when the profile does not know the weather.
    """
    edges = network.edges
    speed_kmh = np.stack(
        [_speed_kmh(network, profile, conditions, sign) for sign in (1, -1)], axis=1
    )  # (m, 2) along u->v and v->u
    by_hand = edges["speed_kmh"].to_numpy()[:, None]
    speed_kmh = np.where(np.isnan(by_hand), speed_kmh, by_hand)
    with np.errstate(divide="ignore"):
        duration_s = edges["length_m"].to_numpy()[:, None] * 3.6 / speed_kmh
    manual_s = edges["duration_s"].to_numpy()[:, None]
    duration_s = np.where(np.isnan(manual_s), duration_s, manual_s)
    barred = _is_barred(edges, profile, conditions)[:, None] | ~edges[["forward", "backward"]].to_numpy()
    duration_s = np.where(barred | np.isnan(duration_s), np.inf, duration_s)
    return ArcTimes(duration_s, ~_is_end_only(edges, profile))


def _speed_kmh(network: RoadNetwork, profile: Profile, conditions: Conditions, sign: int) -> np.ndarray:
    """Return (m,) km/h by the tables, along u->v (``sign`` 1) or v->u (-1); 0 where barred."""
    edges, rules, grade = network.edges, profile.rules, sign * network.grade
    if conditions.weather not in rules.weather_factor:
        known = ", ".join(rules.weather_factor)
        raise InvalidInput("E224", what="weather", value=conditions.weather, known=known)
    kind = {surface: rules.surface_kind.get(surface, "") for surface in edges["surface"].cat.categories}
    kind |= {surface: _worst_kind(surface, profile) for surface in kind if ";" in surface}
    surface_cap = {surface: profile.surface_cap_kmh.get(kind[surface], np.inf) for surface in kind}
    speed = _look_up(edges["road_class"], profile.speed_kmh, 0.0)
    for cap in (
        _look_up(edges["surface"], surface_cap, np.inf),
        _look_up(edges["smoothness"], rules.smoothness_cap_kmh, np.inf),
        edges["maxspeed_kmh"].to_numpy(),
        _legal_cap_kmh(network, rules, grade),
    ):
        speed = np.fmin(speed, cap)  # a missing limit (nan) is no limit
    factor = np.asarray(rules.grade_factor)[np.searchsorted(rules.grade_up_to, np.abs(grade) - 1e-9)]
    factor = factor * rules.weather_factor[conditions.weather]
    if conditions.season == "wet":
        factor = np.where(_is_unpaved(edges, rules, kind), factor * rules.wet_unpaved_factor, factor)
    return np.asarray(speed * factor)


def _worst_kind(surfaces: str, profile: Profile) -> str:
    """Return the slowest kind of a list such as "asphalt;gravel"."""
    kinds = [profile.rules.surface_kind.get(surface.strip(), "") for surface in surfaces.split(";")]
    return min(kinds, key=lambda kind: profile.surface_cap_kmh.get(kind, np.inf))


def _legal_cap_kmh(network: RoadNetwork, rules: Rules, grade: np.ndarray) -> np.ndarray:
    """Return (m,) km/h of Decree 405: no centre line, narrow bridge, sharp bend, steep descent."""
    edges = network.edges
    cap = _look_up(edges["road_class"], dict.fromkeys(rules.no_centre_line_classes, rules.no_centre_line_kmh), np.inf)
    is_narrow = edges["bridge"].to_numpy() & (edges["maxwidth_m"].to_numpy() < rules.narrow_bridge_below_m)
    cap = np.where(is_narrow, np.minimum(cap, rules.narrow_bridge_kmh), cap)
    cap = np.where(network.bend_radius_m < rules.sharp_bend_below_m, np.minimum(cap, rules.sharp_bend_kmh), cap)
    return np.where(grade < -rules.steep_descent, np.minimum(cap, rules.steep_descent_kmh), cap)


def _is_unpaved(edges: pd.DataFrame, rules: Rules, kind: Mapping[str, str]) -> np.ndarray:
    is_unknown = (edges["surface"] == "").to_numpy()
    is_track = _look_up(edges["road_class"], dict.fromkeys(rules.unpaved_classes, 1.0), 0.0) > 0
    is_named = _look_up(edges["surface"], {surface: float(bool(kind[surface])) for surface in kind}, 0.0) > 0
    return np.asarray(is_named | (is_unknown & is_track))


def _is_barred(edges: pd.DataFrame, profile: Profile, conditions: Conditions) -> np.ndarray:
    """Return (m,) bool: closed, too small for the vehicle, or not allowed; both ways alike."""
    rules = profile.rules
    barred = edges["closed"].to_numpy() | (_rule(edges["access"], rules.access) == _BARRED)
    barred |= _look_up(edges["road_class"], profile.speed_kmh, 0.0) <= 0
    for limit, size in (
        ("maxweight_t", profile.weight_t), ("maxwidth_m", profile.width_m), ("maxheight_m", profile.height_m),
    ):  # fmt: skip
        barred |= edges[limit].to_numpy() < size
    if profile.obeys_hgv:
        barred |= _rule(edges["hgv"], rules.access) == _BARRED
    if conditions.season == "wet":
        barred |= edges["road_class"].isin(profile.dry_only).to_numpy()
        for flag in rules.wet_closes:
            barred |= edges[flag].to_numpy()
    return np.asarray(barred)


def _is_end_only(edges: pd.DataFrame, profile: Profile) -> np.ndarray:
    end_only = _rule(edges["access"], profile.rules.access) == _END
    if profile.obeys_hgv:
        end_only |= _rule(edges["hgv"], profile.rules.access) == _END
    return np.asarray(end_only)


_BARRED, _END = 2.0, 1.0


def _rule(column: pd.Series, access: Mapping[str, str]) -> np.ndarray:
    """Return (m,) ``_BARRED``, ``_END`` or 0 for the words in an access column."""
    number = {"barred": _BARRED, "end": _END, "through": 0.0}
    return _look_up(column, {word: number[rule] for word, rule in access.items()}, 0.0)


def _look_up(column: pd.Series, table: Mapping[str, float], default: float) -> np.ndarray:
    """Return (m,) float64: ``table`` at each value of a categorical column."""
    by_code = np.array([table.get(value, default) for value in column.cat.categories] or [default], dtype=np.float64)
    return np.asarray(by_code[column.cat.codes.to_numpy()])
