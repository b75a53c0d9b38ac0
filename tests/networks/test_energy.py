"""Energy of every edge as a + b x load, against numbers by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from networks.energy import ArcEnergy, arc_energy, unit_of
from networks.network import build_network
from networks.profiles import Energy, arc_times, load_profiles

VAN = load_profiles()["van"]
MOTOR = Energy(
    carrier="electricity", curb_kg=1000, frontal_area_m2=2, drag=0.5, rolling=0.01, drivetrain_efficiency=0.8,
    auxiliary_kw=0.36,
)  # fmt: skip
ENGINE = replace(
    MOTOR, carrier="diesel", engine_efficiency=0.4, engine_friction_kj_per_rev_l=0.2, engine_speed_rev_per_s=30,
    engine_displacement_l=2.0, auxiliary_kw=0.0,
)  # fmt: skip


def used(energy: Energy, rise_m: float = 0.0, **edges: object) -> ArcEnergy:
    """Return what 1,000 m at 36 km/h cost, 100 s."""
    network = build_network(
        lon=[100, 100.01], lat=[30, 30], u=[0], v=[1], elevation_m=[0, rise_m],
        edges={"length_m": 1000.0, "duration_s": 100.0, **edges},
    )  # fmt: skip
    profile = replace(VAN, energy=energy)
    return arc_energy(network, profile, arc_times(network, profile))


def test_an_electric_motor_on_the_level() -> None:
    """Rolling 98.1 kJ and air 0.5 x 0.5 x 1.2041 x 2 x 10^2 x 1000 J = 60.2 kJ at 80 %; 36 kJ of auxiliaries."""
    found = used(MOTOR)
    assert found.unit == "kWh"
    assert found.a[0].tolist() == pytest.approx([((98.1 + 60.205) / 0.8 + 36) / 3600] * 2)
    assert found.b[0].tolist() == pytest.approx([0.0981 / 0.8 / 3600] * 2)


def test_an_engine_burns_for_friction_as_well() -> None:
    """12 kW of friction for 100 s, and 158.3 kJ at 80 % and 40 %, in diesel of 44 MJ/kg and 0.84 kg/l."""
    found = used(ENGINE)
    assert found.unit == "l"
    assert found.a[0, 0] == pytest.approx((1200 + 158.305 / 0.8 / 0.4) / 44_000 / (2.60 / 3.096))


def test_up_hill_costs_the_lift_and_down_hill_gives_nothing_back() -> None:
    """5 % up lifts 1,000 kg by about 50 m: 490 kJ more; down hill pushes, so only air and auxiliaries remain."""
    up_down = used(MOTOR, rise_m=50).a[0]
    angle = np.arctan(0.05)
    lift_kj = 9.81 * (np.sin(angle) + 0.01 * np.cos(angle)) * 1000
    assert up_down.tolist() == pytest.approx([((lift_kj + 60.205) / 0.8 + 36) / 3600, (60.205 / 0.8 + 36) / 3600])
    assert used(MOTOR, rise_m=50).b[0, 1] == 0


def test_a_motor_may_win_back_its_share() -> None:
    """Half of the push, through the drivetrain twice: negative use per kilogram down hill."""
    found = used(replace(MOTOR, regeneration=0.5), rise_m=50)
    angle = np.arctan(0.05)
    push_kj = 9.81 * (np.sin(-angle) + 0.01 * np.cos(angle))
    assert found.b[0, 1] == pytest.approx(push_kj * 0.5 * 0.8**2 / 0.8 / 3600)
    assert found.b[0, 0] > 0 > found.b[0, 1]


def test_a_barred_edge_uses_nothing() -> None:
    """And the units follow the carrier."""
    found = used(MOTOR, closed=True)
    assert (found.a == 0).all()
    assert (found.b == 0).all()
    assert [unit_of(profile.energy) for profile in load_profiles().values()] == ["l", "l", "kWh", "l"]


def test_the_shipped_vehicles_use_what_such_vehicles_use() -> None:
    """On 100 km of level county road, empty: a few to a dozen litres, some 4 kWh for the three-wheeler."""
    network = build_network(lon=[100, 101.036], lat=[30, 30], u=[0], v=[1], edges={"road_class": "X"})
    profiles = load_profiles().values()
    per_100_km = {item.id: arc_energy(network, item, arc_times(network, item)).a[0, 0] for item in profiles}
    assert 6 < per_100_km["truck"] < 14
    assert 3 < per_100_km["van"] < 9
    assert 2 < per_100_km["three_wheeler"] < 8
    assert 8 < per_100_km["bus"] < 18
