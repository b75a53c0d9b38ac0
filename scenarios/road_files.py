"""Checks the road side of a scenario folder: its files are there, and the words in them exist.

Profiles and overlays are small and read at once; the roads themselves are only read
when the county is built.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import networks.errors
from networks.osm import SUFFIXES as OSM_SUFFIXES
from networks.overrides import read_closures, read_overrides
from networks.profiles import load_profiles
from scenarios.errors import Fault, adopt
from scenarios.settings import FILE
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from networks.profiles import Profile
    from scenarios.relations import Item
    from scenarios.scenario import Roads


def road_faults(folder: Path, roads: Roads, vehicles: tuple[Item, ...], weather: str) -> list[Fault]:
    """Return what is wrong with the files that ``roads`` names, and with profiles and weather."""
    found = list(_missing(folder, roads))
    missing = {fault.value for fault in found}
    if roads.file.lower().endswith(OSM_SUFFIXES) and roads.datum != "WGS-84":
        found.append(Fault(code="E338", file=FILE, column="datums.roads", values={"other": roads.file}))
    for name, read in _overlays(roads):
        if name and name not in missing:
            found += _refusal(name, partial(read, folder / name))
    if roads.profiles and roads.profiles in missing:
        return found
    try:
        profiles = load_profiles(folder / roads.profiles if roads.profiles else None)
    except networks.errors.InvalidInput as error:
        return [*found, *adopt(error, file=roads.profiles)]
    return [*found, *profile_faults(profiles, vehicles, weather)]


def profile_faults(profiles: Mapping[str, Profile], vehicles: tuple[Item, ...], weather: str) -> Iterator[Fault]:
    """Yield a fault for every vehicle whose profile is not known, and for a weather that no profile knows."""
    kind = Text("道路类别", "road profile")
    for item in vehicles:
        if item.thing is not None and item.thing.profile not in profiles:
            yield item.fault("E321", "profile", item.thing.profile, kind=kind, table="profiles.toml")
    known = {name for profile in profiles.values() for name in profile.rules.weather_factor}
    if weather not in known:
        choices = " / ".join(sorted(known))
        yield Fault(code="E316", file=FILE, column="weather", value=weather, values={"choices": choices})


def _overlays(roads: Roads) -> tuple[tuple[str, Callable[[Path], object]], ...]:
    return (
        (roads.overrides, partial(read_overrides, datum=roads.overrides_datum)),
        (roads.closures, partial(read_closures, datum=roads.closures_datum)),
    )


def _refusal(name: str, read: Callable[[], object]) -> tuple[Fault, ...]:
    """Return the faults for which ``read`` refuses its file."""
    try:
        read()
    except networks.errors.InvalidInput as error:
        return adopt(error, file=name)
    return ()


def _missing(folder: Path, roads: Roads) -> Iterator[Fault]:
    named = {
        "roads.file": (roads.file,),
        "roads.overrides": (roads.overrides,),
        "roads.closures": (roads.closures,),
        "roads.profiles": (roads.profiles,),
        "roads.elevation": roads.elevation,
    }
    for column, names in named.items():
        for name in names:
            if name and not _is_file(folder, name):
                yield Fault(code="E301", file=FILE, column=column, value=name)


def _is_file(folder: Path, name: str) -> bool:
    try:
        return (folder / name).is_file()
    except (OSError, ValueError):  # a name that no file system takes
        return False
