"""What a new plan changes against the old one: in words, as ``changes.json`` and as ``changes.csv``."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from api.units import clock
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from optimizer.plan import Plan
    from optimizer.replan import Change, Option

COLUMNS = (
    ("answer", "方案"),
    ("kind", "改动"),
    ("shipment", "货运"),
    ("place", "地点"),
    ("vehicle_before", "原车辆"),
    ("vehicle_after", "新车辆"),
    ("time_before", "原时刻"),
    ("time_after", "新时刻"),
    ("other", "换到前面的货运"),
    ("weight_yuan", "折合(元)"),
)
"""Columns of ``changes.csv``: English and Chinese name; the header row has both."""


def changes_text(change: Change) -> Text:
    """Return one change as a sentence."""
    before = "-" if change.before_s is None else clock(change.before_s)
    after = "-" if change.after_s is None else clock(change.after_s)
    id_, place, old, new = change.shipment, change.place, change.vehicle_before, change.vehicle_after
    sentences = {
        "vehicle": Text(
            f"换车：{id_}（{place}）{old} {before} → {new} {after}", f"{id_} ({place}): {old} {before} -> {new} {after}"
        ),
        "swap": Text(f"换序：{old} 先送 {change.other}，再送 {id_}", f"{old}: {change.other} now comes before {id_}"),
        "shift": Text(
            f"改时：{place} {before} → {after}（{new}，{id_}）", f"{place} at {after}, not {before} ({new}, {id_})"
        ),
        "unserved": Text(f"不再服务：{id_}（原 {old} {before}）", f"{id_} is not served any more ({old} {before})"),
        "served": Text(f"补上：{id_}，{new} {after}", f"{id_} is served now: {new} {after}"),
        "added": Text(
            f"新增：{id_}，{new} {after}" if new else f"新增而未服务：{id_}",
            f"{id_} is new: {new} {after}" if new else f"{id_} is new and not served",
        ),
        "cancelled": Text(f"取消：{id_}（原 {old} {before}）", f"{id_} is cancelled ({old} {before})"),
    }
    return sentences[change.kind]


def write_changes(options: Sequence[Option], before: Plan, folder: Path) -> None:
    """Write ``changes.json`` (costs, counts and changes of every answer) and ``changes.csv`` (one row a change)."""
    content = {
        "cost_before_fen": before.cost.operating_fen,
        "answers": {option.name: _summary(option) for option in options},
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    (folder / "changes.json").write_text(text, encoding="utf-8")
    with (folder / "changes.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f"{zh} {name}" for name, zh in COLUMNS])
        writer.writerows(_row(option.name, change) for option in options for change in option.changes.items)


def _summary(option: Option) -> dict[str, object]:
    changes, cost = option.changes, option.plan.cost
    return {
        "operating_fen": cost.operating_fen,
        "penalty_fen": cost.penalty_fen,
        "weighed_fen": changes.weighed_fen,
        "num_vehicle": changes.count("vehicle"),
        "num_swap": changes.count("swap"),
        "num_shift": changes.count("shift"),
        "shift_s": changes.shift_s,
        "num_unserved": changes.count("unserved"),
        "changes": [asdict(change) for change in changes.items],
    }


def _row(answer: str, change: Change) -> list[str]:
    at_before, at_after = ("" if at is None else clock(at) for at in (change.before_s, change.after_s))
    vehicles = (change.vehicle_before, change.vehicle_after)
    weight = f"{change.weight_fen / 100:.2f}"
    return [answer, change.kind, change.shipment, change.place, *vehicles, at_before, at_after, change.other, weight]
