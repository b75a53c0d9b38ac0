"""A province: the same variants in many counties, as one agenda that is computed in one run.

``scenarios.province_sums`` makes the table of the province of those of its counties.
"""

from __future__ import annotations

import tomllib
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from scenarios.errors import Fault, InvalidInput
from scenarios.files import read_scenario
from scenarios.sampled_days import DayModel
from scenarios.settings import FILE
from scenarios.variants.compare import prepare
from scenarios.variants.read import read_variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from scenarios.sampled_days import SampledDay
    from scenarios.scenario import Scenario
    from scenarios.text import Text
    from scenarios.variants.cells import Limit
    from scenarios.variants.compare import Agenda, Comparison, DayPlan, Loss
    from scenarios.variants.model import VariantSet

LISTS = {".txt", ".toml"}
"""Suffixes of a list of counties: a folder a line, or ``counties = ["FOLDER", ...]``; relative to the list."""

SEPARATOR = "/"
"""Between county and day in the ids of the days of a joined agenda."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One county of the province: its folder's name, its scenario and the variants as they are for it."""

    name: str
    folder: Path
    scenario: Scenario
    wanted: VariantSet


def is_province(path: Path) -> bool:
    """Tell whether a path is a list of counties, or a folder that is no county itself."""
    return path.suffix.lower() in LISTS if path.is_file() else not (path / FILE).is_file()


def find_counties(path: Path) -> tuple[Path, ...]:
    """Return the county folders that a list names, or that lie in a folder, in order of their names.

    Raises
    ------
    InvalidInput
        E507, when there is none, or the list cannot be read; E508 with a fault for each folder that is no county and
        each name that two of them share.
    """
    if path.is_file():
        folders = tuple(path.parent / name for name in _listed(path))
    else:
        folders = tuple(sorted(each.parent for each in path.glob(f"*/{FILE}")))
    if not folders:
        raise InvalidInput("E507", path=path)
    names = [each.resolve().name for each in folders]
    faults = [
        Fault(code="E509", file=path.name, value=str(each), values={"file": FILE})
        for each, name in zip(folders, names, strict=True)
        if not (each / FILE).is_file() or names.count(name) > 1
    ]
    if faults:
        raise InvalidInput("E508", faults=tuple(faults), count=len(faults))
    return folders


def read_counties(
    folders: Sequence[Path], variants: Path, report: Callable[[int, int], None] = lambda _done, _of: None
) -> tuple[Member, ...]:
    """Return the counties with the variants as each has them; ``report`` is told how many are read. About 0.5 s each.

    A market may be of a township of any county; where one of them cannot be read, of any township.

    Raises
    ------
    InvalidInput
        E508, with the faults of all counties and of the variants in them, each with its county.
    """
    read: dict[Path, Scenario] = {}
    faults: list[Fault] = []
    for done, folder in enumerate(folders):
        report(done, len(folders))
        with _gathered(folder, faults):
            read[folder] = read_scenario(folder)
    towns = {place.township for scenario in read.values() for place in scenario.places}
    is_elsewhere = (lambda _town: True) if faults else towns.__contains__
    found = []
    for folder, scenario in read.items():
        with _gathered(folder, faults):
            wanted = read_variants(variants, scenario, is_elsewhere=is_elsewhere)
            found.append(Member(name=folder.resolve().name, folder=folder, scenario=scenario, wanted=wanted))
    if faults:
        in_order = {folder.resolve().name: number for number, folder in enumerate(folders)}
        faults.sort(key=lambda fault: in_order[fault.file.partition(": ")[0]])
        raise InvalidInput("E508", faults=tuple(faults), count=len(faults))
    return tuple(found)


@contextmanager
def _gathered(folder: Path, faults: list[Fault]) -> Iterator[None]:
    """Add what is refused inside to ``faults``, with the county."""
    try:
        yield
    except InvalidInput as error:
        own = error.faults or (Fault(code=error.code, values=error.values),)
        faults += [replace(each, file=f"{folder.resolve().name}: {each.file}") for each in own]


def agenda_of(
    member: Member, *, days: int, limit: Limit, peaks: tuple[float, ...] = (), cache: Path | None = None
) -> Agenda:
    """Return what one county asks for. Its dates are those of all, its draws are its own, by its name.

    Raises ``InvalidInput`` as ``prepare`` does.
    """
    model = DayModel(county=member.name)
    return prepare(member.scenario, member.wanted, days=days, peaks=peaks, limit=limit, cache=cache, model=model)


def join(agendas: Mapping[str, Agenda]) -> Agenda:
    """Return what all counties ask for as one agenda, day by day, so that a stop leaves whole days of the province.

    Its days are called COUNTY/DAY; ``part`` takes the result apart.
    """
    days: list[SampledDay] = []
    cells: list[DayPlan] = []
    for of_one_day in zip_longest(*(_by_day(name, agenda) for name, agenda in agendas.items())):
        for day, plans in filter(None, of_one_day):
            days.append(day)
            cells += plans
    return replace(
        next(iter(agendas.values())), days=tuple(days), cells=tuple(cells), placeholders=assumed(agendas.values())
    )


def part(joined: Comparison, agendas: Mapping[str, Agenda]) -> dict[str, Comparison]:
    """Return the comparison of each county from that of a joined agenda."""
    found = {}
    for name, agenda in agendas.items():
        own: dict[str, Any] = {field: _of_county(getattr(joined, field), name) for field in _by_variant(joined)}
        losses = tuple(_own_loss(loss, name) for loss in joined.losses if loss.day.startswith(f"{name}{SEPARATOR}"))
        keys = {(each.variant, each.day.id) for each in agenda.cells}
        is_whole = all(day in own["measured"][variant] for variant, day in keys)
        found[name] = replace(joined, agenda=agenda, losses=losses, is_whole=is_whole, **own)
    return found


def _listed(path: Path) -> Iterator[str]:
    try:
        text = path.read_text("utf-8-sig")
        lines = tomllib.loads(text)["counties"] if path.suffix.lower() == ".toml" else text.splitlines()
        yield from (line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise InvalidInput("E507", path=path) from None


def _by_day(name: str, agenda: Agenda) -> Iterator[tuple[SampledDay, list[DayPlan]]]:
    for day in agenda.days:
        called = replace(day, id=f"{name}{SEPARATOR}{day.id}")
        yield called, [replace(each, day=called) for each in agenda.cells if each.day.id == day.id]


def _by_variant(joined: Comparison) -> tuple[str, ...]:
    """Return the fields of a comparison that are by variant and day."""
    return tuple(each.name for each in fields(joined) if isinstance(getattr(joined, each.name), dict))


def _of_county(by_variant: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, dict[str, Any]]:
    start = f"{name}{SEPARATOR}"
    return {
        variant: {day.removeprefix(start): value for day, value in days.items() if day.startswith(start)}
        for variant, days in by_variant.items()
    }


def _own_loss(loss: Loss, name: str) -> Loss:
    return replace(loss, day=loss.day.removeprefix(f"{name}{SEPARATOR}"))


def assumed(agendas: Iterable[Agenda]) -> tuple[Text, ...]:
    """Return what the agendas assume, each once."""
    return tuple(dict.fromkeys(text for agenda in agendas for text in agenda.placeholders))
