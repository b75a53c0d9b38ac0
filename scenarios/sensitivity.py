"""How much a result hangs on a figure that nobody knows well: a tornado, curves, and where two variants cross.

Factors are varied one at a time, everything else as it is; every point sees the same sampled days, so a change is
judged by differences day by day, and only days that all points have are counted. A break-even is interpolated between
two neighbouring points of the grid, which are told as its bracket: inside it nothing was planned. Intervals of
differences are widened for all points that are looked at together (Bonferroni), so that a sweep of many points finds
no change by luck.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from scenarios.comparison import Change, Interval, change, common_days, interval, widened
from scenarios.errors import Fault, InvalidInput
from scenarios.tables import Findings, nearest, read_cells
from scenarios.text import Text
from scenarios.variants.proof import find_variant_faults
from scenarios.variants.ranges import NotARange, numbers_of
from scenarios.variants.read import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scenarios.columns import Column
    from scenarios.kpis import Kpis
    from scenarios.scenario import Scenario
    from scenarios.variants.model import Variant, VariantSet

TWO = Text("两个方案编号，如 base,separate", "two ids of variants, such as base,separate")

WHERE = "--vary"
"""What stands in place of a file's name in a fault."""

SHORT_NAMES = {"fuel": "fuel_yuan_per_l", "electricity": "electricity_yuan_per_kwh"}

ADDED = frozenset(SHORT_NAMES.values())
"""Factors that are added to a price, in yuan, as no county states what a litre or a kWh costs; others multiply."""

NAMES = {
    "volume": Text("件数（倍）", "volume (x)"),
    "fixed_cost": Text("出车费（倍）", "cost of a vehicle's day (x)"),
    "km_cost": Text("里程费（倍）", "cost of a km (x)"),
    "wages": Text("人工费（倍）", "wages (x)"),
    "fuel_yuan_per_l": Text("油价变动（元/升）", "change of the fuel price (yuan/l)"),
    "fares": Text("班线运价（倍）", "line fares (x)"),
    "electricity_yuan_per_kwh": Text("电价变动（元/度）", "change of the electricity price (yuan/kWh)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One figure and the values that it takes besides that of today; ``texts`` as given, increasing."""

    name: str
    texts: tuple[str, ...]

    @property
    def today(self) -> float:
        """The value that changes nothing."""
        return 0.0 if self.name in ADDED else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Means of a day at one value of a factor; ``against_today`` is None at today's value itself."""

    value: float
    variant: str
    cost_fen: Interval
    piece_fen: float | None
    vehicles: float
    distance_m: float
    unserved_pieces: float
    against_today: Change | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The spots of one factor for one variant, values increasing, today's among them; without those not computed."""

    factor: Factor
    side: str
    spots: tuple[Spot, ...]

    @property
    def today(self) -> Spot | None:
        """The spot of today's value; None where that has no day."""
        return next((spot for spot in self.spots if spot.value == self.factor.today), None)

    @property
    def swing_fen(self) -> float:
        """How far apart the dearest and the cheapest spot are, in mean fen a day; a bar of the tornado."""
        costs = [spot.cost_fen.mean for spot in self.spots]
        return max(costs) - min(costs) if costs else 0.0

    @property
    def is_noise(self) -> bool:
        """Whether no spot differs from today's beyond the noise, so that the swing may be chance."""
        return all(spot.against_today is None or spot.against_today.is_noise for spot in self.spots)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven:
    """Where two variants cost the same: ``at`` is interpolated, and lies between the two values of ``bracket``.

    ``below`` is the cheaper one at smaller values, ``above`` at larger ones. ``is_sure``: at both ends of the bracket
    the difference is beyond the noise. ``is_level``: both deliver as much there; what is left behind costs nothing, so
    that a difference in it is one in cost as well.
    """

    factor: str
    at: float
    bracket: tuple[float, float]
    below: str
    above: str
    is_sure: bool
    is_level: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughout:
    """Two variants that keep their order within ``span`` of a factor: ``cheaper`` is one of them, or "" where equal.

    ``is_sure``: at every point that was planned the difference is beyond the noise. ``is_level`` as in ``BreakEven``.
    """

    factor: str
    span: tuple[float, float]
    cheaper: str
    dearer: str
    is_sure: bool
    is_level: bool = True


def read_factors(given: Sequence[str], scenario: Scenario, sides: Sequence[Variant]) -> tuple[Factor, ...]:
    """Return what ``NAME=FIRST:LAST:STEP`` or ``NAME=VALUE,VALUE`` ask for, a factor named twice with all its values.

    Raises
    ------
    InvalidInput
        E329 with every fault: unknown names, ranges without values, values out of range, factors that change nothing.
    """
    findings = Findings()
    texts: dict[str, dict[float, str]] = {}
    for each in given:
        name, _, range_text = each.partition("=")
        name = SHORT_NAMES.get(name.strip(), name.strip())
        if name not in NAMES:
            known = (*NAMES, *SHORT_NAMES)
            findings.faults.append(
                Fault(code="E335", file=WHERE, column=name, values={"nearest": nearest(name, known)})
            )
            continue
        values = _values(name, range_text, findings)
        texts.setdefault(name, {}).update(values)
    factors = tuple(_without_today(name, found) for name, found in texts.items())
    if not findings.faults:
        for factor in factors:
            family = [at(side, factor.name, text) for side in sides for text in factor.texts]
            findings.faults += _faults(scenario, family, factor)
    if findings.faults:
        raise InvalidInput("E329", faults=tuple(findings.faults), count=len(findings.faults))
    return factors


def at(side: Variant, factor: str, text: str) -> Variant:
    """Return the variant with one figure at another value: multiplied, or added to a price."""
    value: Any = _column_of(factor).cell.read(text)
    told, figure = f"{factor}={text}", NAMES[factor]
    name = Text(f"{side.name.zh}，{figure.zh} {text}", f"{side.name.en}, {figure.en} {text}")
    if factor == "volume":
        return replace(side, id=f"{side.id} {told}", name=name, volume=side.volume * float(value))
    field = _column_of(factor).field.partition(".")[2]
    before = getattr(side.prices, field)
    prices = replace(side.prices, **{field: before + value if factor in ADDED else before * value})
    return replace(side, id=f"{side.id} {told}", name=name, prices=prices)


def sides_of(wanted: VariantSet, between: str) -> tuple[Variant, ...]:
    """Return the variants that are swept: the two of ``between`` ("A,B"), else the reference first, then all others.

    Raises ``InvalidInput`` E329 with the names that there are not, and that they are not two.
    """
    known = {variant.id: variant for variant in wanted.variants}
    if not between:
        return (known[wanted.against], *(v for v in wanted.variants if v.id != wanted.against))
    names = tuple(dict.fromkeys(part.strip() for part in between.split(",")))
    kind = {"kind": Text("方案", "variant"), "table": Text("方案文件", "the file of variants")}
    faults = [Fault(code="E321", column="--between", value=name, values=kind) for name in names if name not in known]
    if len(names) != 2:
        faults.append(Fault(code="E336", column="--between", value=between, values={"expected": TWO}))
    if faults:
        raise InvalidInput("E329", faults=tuple(faults), count=len(faults))
    return tuple(known[name] for name in names)


def grid_of(sides: Iterable[Variant], factors: Sequence[Factor]) -> tuple[Variant, ...]:
    """Return every variant to be planned: each side as it is, then with one factor at a time."""
    found = []
    for side in sides:
        found.append(side)
        found += [at(side, factor.name, text) for factor in factors for text in factor.texts]
    return tuple(found)


def changes_in(sides: Sequence[Variant], factors: Sequence[Factor]) -> int:
    """Return how many points of a sweep are looked at against today's: ``looks`` of its curves."""
    return len(sides) * sum(len(factor.texts) for factor in factors)


def crossings_in(sides: Sequence[Variant], factors: Sequence[Factor]) -> int:
    """Return at how many points a side is compared with the first: today's, which is one for all factors, and others.

    ``looks`` of its break-evens.
    """
    return (len(sides) - 1) * (1 + sum(len(factor.texts) for factor in factors))


def on_common_days(measured: dict[str, dict[str, Kpis]]) -> dict[str, dict[str, Kpis]]:
    """Return the measures of the days that all points with any day have: what curves and break-evens are made of.

    A point over other days than today's would move by the difference of the days, and could even change its sign.
    """
    common = common_days(measured.values())
    return {point: {day: kpis for day, kpis in days.items() if day in common} for point, days in measured.items()}


def curve_of(measured: dict[str, dict[str, Kpis]], side: Variant, factor: Factor, looks: int = 1) -> Curve:
    """Return what is known of one factor for one side, changes widened for so many ``looks``. O(values x days).

    ``measured`` is over days that all points have (``on_common_days``).
    """
    confidence = widened(looks)
    ids = {factor.today: side.id} | {float(text): at(side, factor.name, text).id for text in factor.texts}
    today = _costs(measured.get(side.id, {}))
    spots = [
        _spot(value, ids[value], measured.get(ids[value], {}), None if ids[value] == side.id else today, confidence)
        for value in sorted(ids)
    ]
    return Curve(factor=factor, side=side.id, spots=tuple(spot for spot in spots if spot is not None))


def break_evens_of(
    measured: dict[str, dict[str, Kpis]], one: Curve, other: Curve, looks: int = 1
) -> tuple[BreakEven, ...]:
    """Return where two curves of one factor cross, by differences on common days. O(values x days).

    Intervals of the differences are widened for so many ``looks``.
    """
    found = find_break_evens(one.factor.name, one.side, other.side, _differences(measured, one, other, looks))
    return tuple(replace(each, is_level=_is_level(one, other, each.bracket)) for each in found)


def throughout_of(measured: dict[str, dict[str, Kpis]], one: Curve, other: Curve, looks: int = 1) -> Throughout | None:
    """Return which of two curves is cheaper at all points; None where they cross, or have no point in common.

    Intervals of the differences are widened for so many ``looks``.
    """
    differences = _differences(measured, one, other, looks)
    signs = {difference.mean > 0 for _, difference in differences if difference.mean}
    if not differences or len(signs) > 1:
        return None
    is_dearer = signs == {True}
    return Throughout(
        factor=one.factor.name,
        span=(differences[0][0], differences[-1][0]),
        cheaper="" if not signs else other.side if is_dearer else one.side,
        dearer=one.side if is_dearer or not signs else other.side,
        is_sure=not any(each.low <= 0 <= each.high for _, each in differences),
        is_level=_is_level(one, other, (differences[0][0], differences[-1][0])),
    )


def _is_level(one: Curve, other: Curve, span: tuple[float, float]) -> bool:
    """Return whether two curves leave as many pieces behind a day at all points of a span."""
    left = [
        {s.value: s.unserved_pieces for s in curve.spots if span[0] <= s.value <= span[1]} for curve in (one, other)
    ]
    return left[0] == left[1]


def _differences(
    measured: dict[str, dict[str, Kpis]], one: Curve, other: Curve, looks: int
) -> list[tuple[float, Interval]]:
    """Return the cost of ``one`` less that of ``other`` at the values that both have, increasing."""
    others = {spot.value: spot.variant for spot in other.spots}
    differences = []
    for spot in one.spots:
        if spot.value in others:
            base, own = _costs(measured[others[spot.value]]), _costs(measured[spot.variant])
            found = change(base, own, widened(looks))
            if found is not None:
                differences.append((spot.value, found.difference))
    return differences


def find_break_evens(
    factor: str, one: str, other: str, differences: Sequence[tuple[float, Interval]]
) -> tuple[BreakEven, ...]:
    """Return the changes of sign of ``differences``, cost of ``one`` less that of ``other`` by increasing value.

    Between two points the difference is taken as a straight line; where points of no difference lie between, the
    middle of them. O(points).
    """
    signed = [k for k, (_, difference) in enumerate(differences) if difference.mean]
    found = []
    for left, right in pairwise(signed):
        (low, before), (high, after) = differences[left], differences[right]
        if (before.mean < 0) == (after.mean < 0):
            continue
        equal = [value for value, _ in differences[left + 1 : right]]
        where = (equal[0] + equal[-1]) / 2 if equal else low + (high - low) * before.mean / (before.mean - after.mean)
        found.append(
            BreakEven(
                factor=factor,
                at=where,
                bracket=(low, high),
                below=one if before.mean < 0 else other,
                above=other if before.mean < 0 else one,
                is_sure=not any(each.low <= 0 <= each.high for each in (before, after)),
            )
        )
    return tuple(found)


def _column_of(name: str) -> Column:
    return next(column for column in NUMBERS if column.name == name)


def _values(name: str, range_text: str, findings: Findings) -> dict[float, str]:
    """Return the values of a range with their texts; what is no value is a fault."""
    given: Any = range_text.strip() if ":" in range_text else [part.strip() for part in range_text.split(",")]
    try:
        texts = numbers_of(given)
    except NotARange as error:
        fault = Fault(code="E353", file=WHERE, column=name, value=range_text, values={"most": error.most})
        findings.faults.append(fault)
        return {}
    before = len(findings.faults)
    for text in texts:
        read_cells([(_column_of(name), name, text)], file=WHERE, row=0, findings=findings, folded=Counter())
    return {} if len(findings.faults) > before else {float(text): text for text in texts}


def _without_today(name: str, texts: dict[float, str]) -> Factor:
    """Return the factor without today's value, which is a point of every curve anyhow."""
    today = Factor(name=name, texts=()).today
    return Factor(name=name, texts=tuple(texts[value] for value in sorted(texts) if value != today))


def _faults(scenario: Scenario, family: list[Variant], factor: Factor) -> list[Fault]:
    if not family:
        return [Fault(code="E352", file=WHERE, column=factor.name, value=f"{factor.name}={factor.today:g}")]
    return find_variant_faults(scenario, family, factor.name, WHERE)


def _costs(days: dict[str, Kpis]) -> dict[str, float]:
    return {day: float(kpis.operating_cost_fen) for day, kpis in days.items()}


def _spot(
    value: float, variant: str, days: dict[str, Kpis], today: dict[str, float] | None, confidence: float
) -> Spot | None:
    """Return one point over its days, against the costs of ``today`` unless that is itself; None without any day."""
    if not days:
        return None
    costs, count = _costs(days), len(days)
    carried = sum(kpis.carried_pieces for kpis in days.values())
    return Spot(
        value=value,
        variant=variant,
        cost_fen=interval(list(costs.values())),
        piece_fen=sum(costs.values()) / carried if carried else None,
        vehicles=sum(kpis.vehicles for kpis in days.values()) / count,
        distance_m=sum(kpis.distance_m for kpis in days.values()) / count,
        unserved_pieces=sum(kpis.unserved_pieces for kpis in days.values()) / count,
        against_today=None if today is None else change(today, costs, confidence),
    )
