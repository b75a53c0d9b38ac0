"""Fuel or electricity of every edge as a + b x load, along both directions.

Fuel follows CMEM: rate = xi (k N V + P / eta) / kappa, with traction power P of slope,
rolling and air at the edge's mean speed. Over an edge this is linear in the load as
long as the vehicle never brakes down hill; where slope and rolling together push, an
engine wins nothing back, so that part counts as zero (an electric motor keeps its
``regeneration``). Units: litres for fuels, kWh for electricity, kg for loads.
Refrigeration, cold starts and idling are not in it.

Source: Barth and Boriboonsomsin (2008); constants as in Demir, Bektas and Laporte (2012).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from networks.network import RoadNetwork
    from networks.profile_model import Energy, Profile
    from networks.profiles import ArcTimes

GRAVITY = 9.81
"""m/s2."""

AIR_KG_M3 = 1.2041
"""Density of air at 20 degrees and sea level."""

HEATING_KJ_PER_KG = {"diesel": 44_000.0, "petrol": 44_000.0}
"""kappa: lower heating values as CMEM takes them."""

KG_PER_L = {"diesel": 2.60 / 3.096, "petrol": 2.14 / 2.925}
"""Density, from the CO2 factors per litre and per kilogram."""

KJ_PER_KWH = 3_600.0


@dataclass(frozen=True, eq=False)
class ArcEnergy:
    """Use of m edges along u->v and v->u: ``a`` (m, 2) empty, ``b`` (m, 2) per kg of load; 0 where barred.

    ``unit`` is "l" or "kWh".
    """

    a: np.ndarray
    b: np.ndarray
    unit: str


def arc_energy(network: RoadNetwork, profile: Profile, times: ArcTimes) -> ArcEnergy:
    """Return what ``profile`` uses on every edge when it takes ``times``; O(m)."""
    energy = profile.energy
    is_open = np.isfinite(times.duration_s)  # (m, 2)
    time_s = np.where(is_open, times.duration_s, 0.0)
    length_m = network.edges["length_m"].to_numpy()[:, None]  # (m, 1)
    speed_m_s = np.divide(length_m, time_s, out=np.zeros_like(time_s), where=time_s > 0)
    angle = np.arctan(network.grade)[:, None] * (1.0, -1.0)  # (m, 2)
    push = np.sin(angle) + energy.rolling * np.cos(angle)
    push = np.where(push > 0, push, push * energy.regeneration * energy.drivetrain_efficiency**2)
    per_kg_kj = GRAVITY * push * length_m / 1000
    air_kj = 0.5 * energy.drag * AIR_KG_M3 * energy.frontal_area_m2 * speed_m_s**2 * length_m / 1000
    a = _used(energy, energy.curb_kg * per_kg_kj + air_kj, time_s)
    b = _used(energy, per_kg_kj, np.zeros_like(time_s))
    return ArcEnergy(np.where(is_open, a, 0.0), np.where(is_open, b, 0.0), unit_of(energy))


def unit_of(energy: Energy) -> str:
    """Return "kWh" for electricity and "l" for fuels."""
    return "kWh" if energy.carrier == "electricity" else "l"


def _used(energy: Energy, work_kj: np.ndarray, time_s: np.ndarray) -> np.ndarray:
    """Return litres or kWh for the work at the wheels and the running of engine and auxiliaries."""
    shaft_kj = work_kj / energy.drivetrain_efficiency
    if energy.carrier == "electricity":
        return (shaft_kj / energy.engine_efficiency + energy.auxiliary_kw * time_s) / KJ_PER_KWH
    friction_kw = energy.engine_friction_kj_per_rev_l * energy.engine_speed_rev_per_s * energy.engine_displacement_l
    shaft_kj = shaft_kj + energy.auxiliary_kw * time_s
    burnt_kj = energy.fuel_to_air * (friction_kw * time_s + shaft_kj / energy.engine_efficiency)
    return burnt_kj / HEATING_KJ_PER_KG[energy.carrier] / KG_PER_L[energy.carrier]
