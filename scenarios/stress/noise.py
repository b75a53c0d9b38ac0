"""How large the disturbances of a day are: read from a small TOML, placeholders where nobody has measured.

    [travel]
    day_spread = 0.08            # of the whole day's traffic: standard deviation of the logarithm
    [travel.leg_spread]          # of a leg beside that, by class of road
    G = 0.10
    C = 0.25
    [waves]
    mean_delay_min = 10          # of a brand's goods at the hub
    wait_limit_min = 20          # how long a trip waits for them
    [breakdowns]
    per_vehicle_day = 0.01
    lost_min = 120               # with a spare vehicle standing by: spare_after_min
    spare_after_min = 60
    [promise]
    tolerance_min = 30

No published figures for rural China were found: every default is a placeholder.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from scenarios import cells
from scenarios.columns import Column
from scenarios.errors import InvalidInput
from scenarios.tables import Findings
from scenarios.text import Text
from scenarios.toml_rows import read_tree, read_values

if TYPE_CHECKING:
    from pathlib import Path

LEG_SPREADS = ("G", "S", "X", "Y", "C", "other")
"""Classes of road with a spread of their own; motorways count as G, all that is not named as other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Sizes of the disturbances; all of them 0 is a quiet day.

    Travel times are multiplied by exp(day_spread x Z + spread of the leg x Z'), Z standard normal for the day and Z'
    for the leg: log-normal with the planned time as median. A leg's spread is the mean over its classes of road,
    weighted by metres. Goods of one brand that are due at a depot at one time come late together, by an exponential
    delay. A vehicle breaks down once a day at most, anywhere on its way. ``tolerance_min``: how much later than
    announced goods may come that the plan itself hands over after the promised hour.
    """

    day_spread: float = 0.08
    g: float = 0.08
    s: float = 0.10
    x: float = 0.12
    y: float = 0.16
    c: float = 0.20
    other: float = 0.20
    mean_delay_min: float = 10.0
    wait_limit_min: float = 20.0
    per_vehicle_day: float = 0.01
    lost_min: float = 120.0
    spare_after_min: float = 60.0
    tolerance_min: float = 30.0

    def leg_spread(self, road_class: str) -> float:
        """Return the spread of a leg on roads of this class."""
        name = "G" if road_class == "motorway" else road_class
        return float(getattr(self, name.lower() if name in LEG_SPREADS else "other"))


PLACEHOLDERS = Noise()
"""Sizes where nothing is said."""

QUIET = Noise(**dict.fromkeys((f.name for f in fields(Noise) if f.name != "tolerance_min"), 0.0))
"""Nothing goes wrong."""


def _setting(name: str, field: str, text: Text, most: float, unit: str = "") -> Column:
    cell = cells.real(unit, low=0, high=most)
    return Column(name=name, zh=text.zh, field=field, cell=cell, about=text.en, is_placeholder=True)


def _spread(road_class: str) -> Column:
    zh = "其他" if road_class == "other" else f"{road_class} 级"
    text = Text(f"{zh}路段波动", f"spread of legs on {road_class} roads")
    return _setting(f"travel.leg_spread.{road_class}", road_class.lower(), text, 2)


def _minutes(name: str, zh: str, en: str) -> Column:
    return _setting(name, name.partition(".")[2], Text(zh, en), 1_440, "min")


NOISE_SETTINGS = (
    _setting("travel.day_spread", "day_spread", Text("全天路况波动", "spread of the whole day's travel times"), 2),
    *(_spread(road_class) for road_class in LEG_SPREADS),
    _minutes("waves.mean_delay_min", "到货平均晚点(分钟)", "mean delay of a brand's goods (min)"),
    _minutes("waves.wait_limit_min", "装车最多等待(分钟)", "longest wait for late goods (min)"),
    _setting(
        "breakdowns.per_vehicle_day", "per_vehicle_day", Text("每车每天故障率", "breakdowns a vehicle and day"), 1
    ),
    _minutes("breakdowns.lost_min", "故障损失(分钟)", "lost to a breakdown (min)"),
    _minutes("breakdowns.spare_after_min", "备用车到达(分钟)", "until a spare vehicle has come (min)"),
    _minutes("promise.tolerance_min", "承诺容差(分钟)", "tolerance of announced hours (min)"),
)
"""The keys of a noise file; ``about`` is the name in English."""


def read_noise(path: Path) -> Noise:
    """Return the sizes in a file; what it does not name keeps its default.

    Raises
    ------
    InvalidInput
        E530 with ``faults``: every fault of the file.
    """
    findings = Findings()
    tree = read_tree(path, findings)
    values = {} if tree is None else read_values(tree, NOISE_SETTINGS, path.name, findings)
    if findings.faults:
        faults = tuple(sorted(findings.faults, key=lambda fault: fault.order))
        raise InvalidInput("E530", faults=faults, count=len(faults))
    return Noise(**values)


def noise_toml(noise: Noise) -> str:
    """Return a file that ``read_noise`` reads as ``noise``, to be edited."""
    lines = ["# 扰动的大小；默认值是占位值，没有实测依据 · sizes of disturbances; defaults are placeholders"]
    section = ""
    for column in NOISE_SETTINGS:
        table, _, key = column.name.rpartition(".")
        if table != section:
            section = table
            lines += ["", f"[{section}]"]
        lines.append(f"{key} = {getattr(noise, column.field)!r}")
    return "\n".join(lines) + "\n"


def described(noise: Noise) -> tuple[tuple[Text, float, bool], ...]:
    """Return every size with its name, and whether it is still the placeholder."""
    found = ((column, getattr(noise, column.field)) for column in NOISE_SETTINGS)
    return tuple((Text(c.zh, c.about), value, value == getattr(PLACEHOLDERS, c.field)) for c, value in found)
