"""The policies to be compared: those that everybody asks about, or a file's, every fault found at once.

[[policies]]
id = "often"
name_zh = "优选，至少三次"
name_en = "chosen, three times at least"
rule = "chosen"                  # daily, alternate, twice, market, least or chosen
floor = 3                        # visits in the cycle at least; of market, least and chosen
daily_above = 30                 # of chosen: pieces a day from which a village is visited daily
wait_yuan_per_piece_day = 0.1    # of chosen: what waiting counts when days are chosen
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scenarios import cells
from scenarios.columns import Column, Table
from scenarios.errors import Fault, InvalidInput
from scenarios.frequency.gather import waiting_places
from scenarios.frequency.model import ALTERNATE, CHOSEN, DAILY, LEAST, MARKET, RULES, TWICE, Frequency
from scenarios.frequency.policies import market_rules
from scenarios.tables import Findings
from scenarios.text import Text
from scenarios.toml_rows import read_list, read_tree, read_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scenarios.scenario import Scenario

WITH_FLOOR = (MARKET, LEAST, CHOSEN)
"""Rules that keep a floor."""

POLICIES = Table(
    name="policies",
    file="policies.toml",
    zh="到访方案",
    of=Frequency,
    key="id",
    columns=(
        Column(name="id", zh="编号", field="id", cell=cells.ident(), is_required=True),
        Column(name="name_zh", zh="名称", field="name_zh", cell=cells.text()),
        Column(name="name_en", zh="英文名称", field="name_en", cell=cells.text()),
        Column(
            name="rule",
            zh="规则",
            field="rule",
            cell=cells.choice({rule: text.zh for rule, text in RULES.items()}),
            is_required=True,
        ),
        Column(name="floor", zh="最低次数", field="floor", cell=cells.whole("visits", low=1, high=14)),
        Column(
            name="daily_above", zh="每日到访起点件数", field="daily_above", cell=cells.whole("pieces", high=1_000_000)
        ),
        Column(
            name="wait_yuan_per_piece_day",
            zh="每件每日等待(元)",
            field="wait_fen",
            cell=cells.number("yuan", scale=100, high=1_000),
        ),
    ),
)
"""Entries of ``[[policies]]``."""


def usual_policies(scenario: Scenario, days: int, floor: int) -> tuple[Frequency, ...]:
    """Return daily, every other day, twice, on market days where any are stated, and chosen with ``floor``.

    Raises
    ------
    InvalidInput
        E510 with ``faults``.
    """
    rules = (DAILY, ALTERNATE, TWICE, *((MARKET,) if market_rules(scenario) else ()), CHOSEN)
    found = tuple(_named(Frequency(id=rule, name=RULES[rule], rule=rule, floor=floor)) for rule in rules)
    _refuse([*_of_county(scenario), *_of_floors("", [("--floor", found[-1])], days)])
    return found


def read_policies(path: Path, scenario: Scenario, days: int, floor: int) -> tuple[Frequency, ...]:
    """Return the policies of a file; ``floor`` is that of policies that state none. O(entries).

    Raises
    ------
    InvalidInput
        E510 with ``faults``: every fault of the file, in the order of their places.
    """
    findings = Findings()
    tree = read_tree(path, findings) or {}
    table = replace(POLICIES, file=path.name)
    rows = read_list(tree.pop(table.name, []), table, findings)
    read_values(tree, (), path.name, findings)
    if not rows.rows and not findings.faults:
        findings.fault("E515", path.name, column=table.name)
    found = [(str(row.ident), _policy(row.values, floor)) for row in rows.rows if row.is_sound]
    findings.faults += _of_county(scenario)
    findings.faults += _twice(path.name, found)
    findings.faults += _of_floors(path.name, [(f"{where}.floor", policy) for where, policy in found], days)
    if not market_rules(scenario):
        findings.faults += [
            Fault(code="E513", file=path.name, column=f"{where}.rule", value=MARKET)
            for where, policy in found
            if policy.rule == MARKET
        ]
    _refuse(findings.faults)
    return tuple(policy for _, policy in found)


def _policy(values: dict[str, Any], floor: int) -> Frequency:
    given = {name: value for name, value in values.items() if not name.startswith("name_")}
    policy = _named(Frequency(**{"floor": floor, **given, "name": RULES[values["rule"]]}))
    name_zh = values.get("name_zh", values.get("name_en"))
    return policy if name_zh is None else replace(policy, name=Text(name_zh, values.get("name_en", name_zh)))


def _named(policy: Frequency) -> Frequency:
    """Return the policy under the name of its rule, and its floor where it keeps one."""
    if policy.rule not in WITH_FLOOR:
        return policy
    name = policy.name
    return replace(policy, name=Text(f"{name.zh}（≥{policy.floor} 次）", f"{name.en} (≥ {policy.floor} visits)"))


def _of_county(scenario: Scenario) -> Iterator[Fault]:
    if not waiting_places(scenario):
        yield Fault(code="E514", file="orders.csv")


def _twice(file: str, found: Sequence[tuple[str, Frequency]]) -> Iterator[Fault]:
    ids = [policy.id for _, policy in found]
    for k, (where, policy) in enumerate(found):
        if policy.id in ids[:k]:
            yield Fault(code="E512", file=file, column=f"{where}.id", value=policy.id)


def _of_floors(file: str, found: Sequence[tuple[str, Frequency]], days: int) -> Iterator[Fault]:
    for column, policy in found:
        if policy.rule in WITH_FLOOR and policy.floor > days:
            yield Fault(code="E511", file=file, column=column, value=str(policy.floor), values={"days": days})


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        ordered = tuple(sorted(faults, key=lambda fault: fault.order))
        raise InvalidInput("E510", faults=ordered, count=len(ordered))
