"""Reads vehicle profiles: the file that ships with the program, overlaid by a county's own.

Every fault of a file is collected before one exception is raised.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from networks.errors import Fault, raise_faults
from networks.network import ROAD_CLASSES
from networks.profile_model import Energy, Profile, Rules
from networks.toml_shape import Flag, Many, Number, Table, Text, faults_of, read_toml

if TYPE_CHECKING:
    from networks.toml_shape import Shape

SHIPPED = Path(__file__).with_name("profiles.toml")
"""The file that every county starts from."""

_KINDS = ("compacted", "gravel", "ground", "mud")
_SPEED = Number(0.1, 200)
_CAP = Number(0, 200)
_FACTOR = Number(0.01, 2)
_PERCENT = Number(0, 100)

_RULES: dict[str, Shape] = {
    "unpaved_classes": Many(Text(ROAD_CLASSES)),
    "surface_kind": Table(Text(("paved", *_KINDS))),
    "smoothness_cap_kmh": Table(_CAP),
    "grade": {"up_to_percent": Many(_PERCENT), "factor": Many(_FACTOR)},
    "wet": {"unpaved_factor": _FACTOR, "closes": Many(Text(("ford", "seasonal")))},
    "weather_factor": Table(_FACTOR),
    "access": Table(Text(("through", "end", "barred")), ("yes", "destination", "delivery", "private", "no")),
    "legal": {
        "no_centre_line_classes": Many(Text(ROAD_CLASSES)),
        "no_centre_line_kmh": _SPEED,
        "narrow_bridge_below_m": Number(0, 100),
        "narrow_bridge_kmh": _SPEED,
        "sharp_bend_below_m": Number(0, 1000),
        "sharp_bend_kmh": _SPEED,
        "steep_descent_percent": _PERCENT,
        "steep_descent_kmh": _SPEED,
    },
}
_ENERGY: dict[str, Shape] = {
    "carrier": Text(("diesel", "petrol", "electricity")),
    "curb_kg": Number(1, 50_000),
    "frontal_area_m2": Number(0.1, 20),
    "drag": Number(0.01, 3),
    "rolling": Number(0.001, 0.2),
    "drivetrain_efficiency": Number(0.05, 1),
    "engine_efficiency": Number(0.05, 1),
    "engine_friction_kj_per_rev_l": Number(0, 5),
    "engine_speed_rev_per_s": Number(0, 200),
    "engine_displacement_l": Number(0, 30),
    "fuel_to_air": Number(0.1, 2),
    "auxiliary_kw": Number(0, 50),
    "regeneration": Number(0, 1),
}
_PROFILE: dict[str, Shape] = {
    "like": Text(),
    "name_zh": Text(),
    "name_en": Text(),
    "obeys_hgv": Flag(),
    "dry_only": Many(Text(ROAD_CLASSES)),
    "speed_kmh": Table(_SPEED, ROAD_CLASSES),
    "surface_cap_kmh": Table(_CAP, _KINDS),
    "gate": {"weight_t": Number(0, 100), "width_m": Number(0, 10), "height_m": Number(0, 10)},
    "energy": _ENERGY,
}
_FILE: dict[str, Shape] = {"placeholders": Many(Text()), "rules": _RULES, "profile": Table(_PROFILE)}
_NEEDED = ("name_zh", "name_en", "speed_kmh", "energy")
_ENERGY_NEEDED = ("carrier", "curb_kg", "frontal_area_m2", "drag", "rolling", "drivetrain_efficiency")


def load_profiles(path: Path | str | None = None) -> dict[str, Profile]:
    """Return all vehicle profiles by id: those shipped, changed and extended by the file at ``path``.

    Tables of the file are laid over the shipped ones key by key; lists and numbers
    replace. ``speed_kmh`` replaces as a whole, since a class left out is barred.

    Raises
    ------
    InvalidInput
        E200 to E204 when the file cannot be read, E223 when it is not TOML, else with all
        ``faults`` of the file: E220 wrong value, E221 unknown key, E222 missing key,
        E224 ``like`` names no profile.
    """
    table = read_toml(SHIPPED)
    if path is not None:
        own = read_toml(Path(path))
        raise_faults(Path(path).name, faults_of(own, _FILE, "", Path(path).name))
        _follow_like(table["profile"], own.get("profile", {}), Path(path).name)
        table = _overlaid(table, own) | {"placeholders": _still_guessed(table["placeholders"], own)}
    raise_faults(Path(path or SHIPPED).name, _faults_between(table, Path(path or SHIPPED).name))
    rules = _rules(table["rules"])
    return {
        name: _profile(name, values, rules, tuple(table["placeholders"])) for name, values in table["profile"].items()
    }


def _follow_like(shipped: dict[str, Any], own: dict[str, Any], file: str) -> None:
    """Give every new profile of ``own`` that says ``like`` the table it follows, in ``shipped``."""
    faults: list[Fault] = []
    for name, values in own.items():
        model = values.pop("like", None)
        if model in shipped:
            shipped[name] = dict(shipped[model])
        elif model is not None:
            values_of_fault = {"what": "profile", "value": model, "known": ", ".join(shipped)}
            column = f"profile.{name}.like"
            faults.append(Fault(code="E224", file=file, column=column, value=model, values=values_of_fault))
    raise_faults(file, faults)


def _overlaid(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        is_table = isinstance(value, dict) and isinstance(base.get(key), dict) and key != "speed_kmh"
        merged[key] = _overlaid(base[key], value) if is_table else value
    return merged


def _still_guessed(placeholders: list[str], own: dict[str, Any]) -> list[str]:
    """Return the placeholders that ``own`` does not set, its own declared ones included."""
    kept = [path for path in placeholders if not _has(own, path.split("."))]
    return kept + [path for path in own.get("placeholders", []) if path not in kept]


def _has(table: Any, keys: list[str]) -> bool:
    for key in keys:
        if not isinstance(table, dict) or key not in table:
            return False
        table = table[key]
    return True


def _faults_between(table: dict[str, Any], file: str) -> list[Fault]:
    """Return what is missing, and lists that do not fit each other."""
    found: list[Fault] = []
    for name, values in table["profile"].items():
        missing = [key for key in _NEEDED if key not in values]
        missing += [f"energy.{key}" for key in _ENERGY_NEEDED if key not in values.get("energy", {key: 0})]
        if not values.get("speed_kmh", {"": 1}):
            missing.append("speed_kmh")
        for key in missing:
            path = f"profile.{name}.{key}"
            found.append(Fault(code="E222", file=file, column=path, values={"field": path}))
    steps, factors = table["rules"]["grade"]["up_to_percent"], table["rules"]["grade"]["factor"]
    if len(factors) != len(steps) + 1 or list(steps) != sorted(set(steps)):
        expected = f"{len(steps) + 1} numbers for ascending steps"
        values_of_fault = {"field": "rules.grade.factor", "value": str(factors), "expected": expected}
        found.append(Fault(code="E220", file=file, column="rules.grade.factor", values=values_of_fault))
    return found


def _rules(table: dict[str, Any]) -> Rules:
    legal = table["legal"]
    return Rules(
        unpaved_classes=tuple(table["unpaved_classes"]),
        surface_kind={key: value for key, value in table["surface_kind"].items() if value != "paved"},
        smoothness_cap_kmh=table["smoothness_cap_kmh"],
        grade_up_to=tuple(percent / 100 for percent in table["grade"]["up_to_percent"]),
        grade_factor=tuple(table["grade"]["factor"]),
        wet_unpaved_factor=table["wet"]["unpaved_factor"],
        wet_closes=tuple(table["wet"]["closes"]),
        weather_factor=table["weather_factor"],
        access=table["access"],
        no_centre_line_classes=tuple(legal["no_centre_line_classes"]),
        no_centre_line_kmh=legal["no_centre_line_kmh"],
        narrow_bridge_below_m=legal["narrow_bridge_below_m"],
        narrow_bridge_kmh=legal["narrow_bridge_kmh"],
        sharp_bend_below_m=legal["sharp_bend_below_m"],
        sharp_bend_kmh=legal["sharp_bend_kmh"],
        steep_descent=legal["steep_descent_percent"] / 100,
        steep_descent_kmh=legal["steep_descent_kmh"],
    )


def _profile(name: str, table: dict[str, Any], rules: Rules, placeholders: tuple[str, ...]) -> Profile:
    known = {item.name for item in fields(Energy)}
    return Profile(
        id=name,
        name_zh=table["name_zh"],
        name_en=table["name_en"],
        speed_kmh=table["speed_kmh"],
        dry_only=tuple(table.get("dry_only", ())),
        surface_cap_kmh=table.get("surface_cap_kmh", {}),
        obeys_hgv=table.get("obeys_hgv", False),
        energy=Energy(**{key: value for key, value in table["energy"].items() if key in known}),
        rules=rules,
        placeholders=tuple(path for path in placeholders if path.startswith((f"profile.{name}.", "rules."))),
        **table.get("gate", {}),
    )
