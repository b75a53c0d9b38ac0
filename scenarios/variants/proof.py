"""Proves a variant on the county as it is: the change fits together, and it changes something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networks.errors
from networks.overrides import read_closures
from scenarios.build import profiles_of
from scenarios.errors import Fault, InvalidInput, adopt
from scenarios.frequency.gather import waiting_places
from scenarios.variants.apply import changed_day, parts_of_day
from scenarios.variants.cells import essence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.scenario import Scenario
    from scenarios.variants.model import Variant


def find_variant_faults(scenario: Scenario, family: Sequence[Variant], column: str, file: str) -> list[Fault]:
    """Return what is wrong with the variants of one entry; O(variants x orders).

    One value of a range may be that of today, all of them may not.
    """
    for variant in family:
        faults = _misfits(scenario, variant, column, file)
        if faults:
            return faults
    if family and not any(_changes_something(scenario, variant) for variant in family):
        return [Fault(code="E352", file=file, column=column, value=family[0].id)]
    return []


def _misfits(scenario: Scenario, variant: Variant, column: str, file: str) -> list[Fault]:
    known = {vehicle.id for vehicle in scenario.fleet}
    if any(change.vehicle not in known for change in variant.vehicles):
        return []  # told where it stands
    if variant.closures is not None and not scenario.path(variant.closures).is_file():
        return [Fault(code="E301", file=file, column=f"{column}.closures", value=variant.closures)]
    try:
        day = changed_day(scenario, variant)
        profiles_of(day)
        if variant.closures is not None:
            read_closures(day.path(variant.closures), datum=day.roads.closures_datum)
    except (InvalidInput, networks.errors.InvalidInput) as error:
        return list(_placed(error, column, file))
    return []


def _placed(error: InvalidInput | networks.errors.InvalidInput, column: str, file: str) -> Sequence[Fault]:
    """Return the faults of a changed county under the place of the change."""
    inner = error.faults if isinstance(error, InvalidInput) and error.faults else adopt(error, file=file, column=column)
    return [
        Fault(
            code=fault.code,
            file=file,
            column=f"{column}: {fault.position}" if fault.file != file else column,
            value=fault.value,
            values=fault.values,
        )
        for fault in inner
    ]


def _changes_something(scenario: Scenario, variant: Variant) -> bool:
    if variant.volume != 1 or (variant.is_every_other_day and waiting_places(scenario)):
        return True
    parts = parts_of_day(changed_day(scenario, variant), variant)
    return [essence(part) for _, part in parts] != [essence(scenario)]
