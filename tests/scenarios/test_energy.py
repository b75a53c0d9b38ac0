"""Fuel, electricity and CO2 by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.plan import Plan, Route, Trip, Visit
from scenarios.energy import EnergyUse, emissions, plan_energy
from scenarios.scenario import Load
from tests.scenarios.small_county import county, order, scenario, van

if TYPE_CHECKING:
    from scenarios.build import County

H = 3_600


def there_and_back() -> Plan:
    """Return one trip to V1 and back: 20 km, with 50 kg on the way out."""
    visit = Visit(place="V1", arrive_s=9 * H, start_s=9 * H, end_s=9 * H, depart_s=9 * H, deliver=("H>V1:-:parcel",))
    trip = Trip(start="H", end="H", load_start_s=8 * H, depart_s=8 * H, return_s=10 * H, visits=(visit,))
    return Plan(routes=(Route(vehicle_type="van", number=1, trips=(trip,)),))


def day(**changes: object) -> County:
    """Return a county with one order of 50 kg to V1 and a van with these changes."""
    orders = (order("1", "H", "V1", load=Load(load_g=50_000)),)
    return county(scenario(orders=orders, fleet=(van(**changes),)))


def with_energy(built: County, a: float, b: float) -> County:
    """Return the county with an energy matrix: ``a`` a leg, ``b`` a kilogram and leg."""
    size = len(built.points.ids)
    matrix = replace(built.matrices["van"], energy_a=np.full((size, size), a), energy_b=np.full((size, size), b))
    return replace(built, matrices={"van": matrix})


def test_without_a_matrix_energy_is_the_figure_per_100_km() -> None:
    """20 km at 10 L per 100 km are 2 L of petrol."""
    use = plan_energy(day(), there_and_back())
    assert use == EnergyUse(petrol_l=pytest.approx(2.0))


def test_with_a_matrix_energy_follows_the_load_of_each_leg() -> None:
    """Out 1 + 0.01 x 50 = 1.5 L, back 1 L with nothing on board."""
    use = plan_energy(with_energy(day(), a=1.0, b=0.01), there_and_back())
    assert use.petrol_l == pytest.approx(2.5)
    assert use.modelled_share == 1.0


def test_a_matrix_for_another_fuel_is_not_used() -> None:
    """The van's profile burns petrol; an electric van takes 20 km x 25 kWh / 100 km = 5 kWh."""
    built = with_energy(day(energy_source="electric", energy_per_100km=25.0), a=1.0, b=0.01)
    use = plan_energy(built, there_and_back())
    assert (use.electricity_kwh, use.petrol_l, use.modelled_share) == (pytest.approx(5.0), 0.0, 0.0)


def test_combustion_counts_fossil_fuel_only() -> None:
    """10 L of diesel at 2.60 and 5 L of petrol at 2.14 are 36.7 kg; electricity is zero."""
    use = EnergyUse(diesel_l=10, petrol_l=5, electricity_kwh=1_000)
    assert emissions(use, "national").combustion_kg == pytest.approx(36.7)


def test_well_to_wheel_adds_the_making_of_fuel_and_electricity() -> None:
    """10 L diesel x 2.60/3.096 kg/l x 3.80, 5 L petrol x 2.14/2.925 x 3.74, 100 kWh x 0.55 in the east."""
    use = EnergyUse(diesel_l=10, petrol_l=5, electricity_kwh=100)
    by_hand = 31.9121 + 13.6814 + 55.0
    assert emissions(use, "east").well_to_wheel_kg == pytest.approx(by_hand, abs=1e-3)


def test_an_empty_plan_uses_nothing() -> None:
    """No trips, no energy, no share of anything."""
    assert plan_energy(day(), Plan()) == EnergyUse()
