"""The cost calculator of ``comparison.xlsx``: quantities of each variant times prices that the reader may change.

Vehicles, kilometres and hours of a mean day stand as numbers by variant and vehicle type, prices beside them, and
everything that follows is a formula. Routes are not planned again: at very different prices another plan is best.
With the prices as they are, the total is that of the table to the fen; ``rounding`` is what rounding each route's
costs to the fen adds up to.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_rowcol_to_cell as cell_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsxwriter.worksheet import Worksheet

    from api.exports.workbook import Book
    from scenarios.kpis import Kpis
    from scenarios.scenario import FleetVehicle
    from scenarios.text import Text
    from scenarios.variants.compare import Comparison
    from scenarios.variants.model import Variant
    from scenarios.variants.usage import Usage

FACTORS = ("fixed_x", "km_x", "wages_x", "fuel_more", "power_more", "pay_x", "fares_x", "handling_x")
"""What the reader may change: factors, and what is added to a litre and a kilowatt-hour."""

ADDED = frozenset(("fuel_more", "power_more"))

BY_PLAN = ("pay_cost_fen", "line_cost_fen", "handling_cost_fen")
"""Parts of the cost that no vehicle's quantities explain; each has a factor of its own."""

OF_VEHICLES = ("fixed_cost_fen", "distance_cost_fen", "time_cost_fen", "overtime_cost_fen")

SUMMARY = (
    *("variant", "of_vehicles", "pay", "lines", "handling", "rounding", "total", "pieces", "per_piece", "change"),
    *("planned", "off"),
)
QUANTITIES = (
    *("variant", "vehicle", "vehicles", "km", "hours", "overtime", "per_100km", "energy"),
    *("per_day", "per_km", "per_hour", "per_overtime", "cost"),
)
TOTAL, COST = SUMMARY.index("total"), QUANTITIES.index("cost")
"""Columns that other cells refer to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Means of an ordinary day of one vehicle type: vehicles, km, paid hours and hours beyond the regular ones."""

    vehicle: FleetVehicle
    vehicles: float
    km: float
    hours: float
    overtime_h: float

    @property
    def cost(self) -> float:
        """Yuan a day at the vehicle's prices, not rounded."""
        v = self.vehicle
        fen = self.vehicles * v.fixed_fen + self.km * v.distance_fen_per_km
        return (fen + self.hours * v.time_fen_per_h + self.overtime_h * v.overtime_fen_per_h) / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Mean yuan a day of one variant by what makes it up, pieces carried, and the total as planned."""

    name: Text
    uses: tuple[Use, ...]
    by_plan: tuple[float, ...]
    rounding: float
    pieces: float
    planned: float


def sums_of(comparison: Comparison) -> tuple[Sum | None, ...]:
    """Return what the calculator starts from, in the order of the variants; None where there is no ordinary day."""
    return tuple(_sum(comparison, variant) for variant in comparison.agenda.variants)


def write_calculator(book: Book, comparison: Comparison) -> None:
    """Write the sheet: factors, then the variants' costs, then the quantities that they are reckoned from."""
    sheet = book.sheet(book.word("calculator"), (30, 26, *(13.0,) * 11))
    sheet.write_string(0, 0, book.word("calculator_hint"), book.title)
    for row, name in enumerate(FACTORS, start=1):
        sheet.write_string(row, 0, book.word(name))
        sheet.write_number(row, 1, 0 if name in ADDED else 1, book.open)
    top = len(FACTORS) + 2
    variants = comparison.agenda.variants
    below = top + len(variants) + 3
    sums = sums_of(comparison)
    book.heads(sheet, top, [book.word(name) for name in SUMMARY])
    book.heads(sheet, below, [book.word(name) for name in QUANTITIES])
    place = [variant.id for variant in variants].index(comparison.agenda.against)
    against = cell_name(top + 1 + place, TOTAL, row_abs=True)
    row = below + 1
    for number, each in enumerate(sums, start=top + 1):
        if each is not None:
            _summary(book, sheet, (number, row), each)
            _change(book, sheet, number, each, (against, sums[place]))
            for use in each.uses:
                _quantities(book, sheet, row, each, use)
                row += 1


def _sum(comparison: Comparison, variant: Variant) -> Sum | None:
    ordinary = [day.id for day in comparison.agenda.days if day.peak == 1]
    days = [day for day in ordinary if day in comparison.measured[variant.id]]
    if not days:
        return None
    kpis = [comparison.measured[variant.id][day] for day in days]
    uses = tuple(_uses(comparison, variant, days))
    planned_fen = _mean_fen(kpis, OF_VEHICLES)
    return Sum(
        name=variant.name,
        uses=uses,
        by_plan=tuple(_mean_fen(kpis, (name,)) / 100 for name in BY_PLAN),
        rounding=planned_fen / 100 - sum(use.cost for use in uses),
        pieces=fmean(each.carried_pieces for each in kpis),
        planned=fmean(each.operating_cost_fen for each in kpis) / 100,
    )


def _mean_fen(kpis: list[Kpis], names: tuple[str, ...]) -> float:
    return fmean(sum(getattr(each, name) for name in names) for each in kpis)


def _uses(comparison: Comparison, variant: Variant, days: list[str]) -> Iterator[Use]:
    part = next(each.parts[0][1].part for each in comparison.agenda.cells if each.variant == variant.id)
    found = [comparison.usage[variant.id][day] for day in days]
    for vehicle in part.fleet:
        used = [usage[vehicle.id] for usage in found if vehicle.id in usage]
        if used:
            yield _use(vehicle, used, len(days))


def _use(vehicle: FleetVehicle, used: list[Usage], days: int) -> Use:
    return Use(
        vehicle=vehicle,
        vehicles=sum(each.vehicles for each in used) / days,
        km=sum(each.distance_m for each in used) / 1_000 / days,
        hours=sum(each.duration_s for each in used) / 3_600 / days,
        overtime_h=sum(each.overtime_s for each in used) / 3_600 / days,
    )


def _factor(name: str) -> str:
    return str(cell_name(1 + FACTORS.index(name), 1, row_abs=True, col_abs=True))


def _summary(book: Book, sheet: Worksheet, at: tuple[int, int], each: Sum) -> None:
    """Write one variant's sum; ``at`` holds its row, and the row where its quantities begin."""
    row, first = at
    yuan = book.number("#,##0.00")
    costs = f"{cell_name(first, COST)}:{cell_name(first + len(each.uses) - 1, COST)}"
    sheet.write_string(row, 0, book.text(each.name))
    vehicles = sum(use.cost for use in each.uses)
    sheet.write_formula(row, 1, f"=SUM({costs})" if each.uses else "=0", yuan, vehicles)
    for column, (name, value) in enumerate(zip(("pay_x", "fares_x", "handling_x"), each.by_plan, strict=True), start=2):
        sheet.write_formula(row, column, f"={value!r}*{_factor(name)}", yuan, value)
    sheet.write_number(row, 5, each.rounding, book.number("0.0000"))
    total, pieces, planned = (cell_name(row, column) for column in (TOTAL, 7, 10))
    sheet.write_formula(row, TOTAL, f"=SUM({cell_name(row, 1)}:{cell_name(row, 5)})", yuan, each.planned)
    sheet.write_number(row, 7, each.pieces, book.number("#,##0.0"))
    per_piece = each.planned / each.pieces if each.pieces else ""
    sheet.write_formula(row, 8, f'=IF({pieces}>0,{total}/{pieces},"")', yuan, per_piece)
    sheet.write_number(row, 10, each.planned, yuan)
    sheet.write_formula(row, 11, f"=ROUND({total}-{planned},2)", yuan, 0)


def _change(book: Book, sheet: Worksheet, row: int, each: Sum, base: tuple[str, Sum | None]) -> None:
    """Write the change against the reference, whose total stands in the cell that ``base`` names."""
    against, reference = base
    relative = each.planned / reference.planned - 1 if reference is not None and reference.planned else ""
    formula = f'=IF({against}>0,{cell_name(row, TOTAL)}/{against}-1,"")'
    sheet.write_formula(row, 9, formula, book.change(), relative)


def _quantities(book: Book, sheet: Worksheet, row: int, each: Sum, use: Use) -> None:
    """Write what one vehicle type of a variant does, its prices, and its cost as a formula."""
    vehicle = use.vehicle
    sheet.write_string(row, 0, book.text(each.name))
    sheet.write_string(row, 1, f"{vehicle.name} {vehicle.id}".strip())
    for column, value in enumerate(
        (use.vehicles, use.km, use.hours, use.overtime_h, vehicle.energy_per_100km), start=2
    ):
        sheet.write_number(row, column, value, book.number("#,##0.00"))
    sheet.write_string(row, 7, book.word(vehicle.energy_source))
    prices = (vehicle.fixed_fen, vehicle.distance_fen_per_km, vehicle.time_fen_per_h, vehicle.overtime_fen_per_h)
    for column, fen in enumerate(prices, start=8):
        sheet.write_number(row, column, fen / 100, book.open)
    out, km, hours, overtime, per_100km = (cell_name(row, column) for column in range(2, 7))
    day, metre, hour, more = (cell_name(row, column) for column in range(8, 12))
    energy = _factor("power_more" if vehicle.energy_source == "electric" else "fuel_more")
    formula = (
        f"={out}*{day}*{_factor('fixed_x')}+{km}*({metre}*{_factor('km_x')}+{per_100km}/100*{energy})"
        f"+({hours}*{hour}+{overtime}*{more})*{_factor('wages_x')}"
    )
    sheet.write_formula(row, COST, formula, book.number("#,##0.00"), use.cost)
