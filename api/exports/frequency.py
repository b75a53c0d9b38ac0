"""``frequency.json`` and ``frequency.csv``: what every policy costs, how goods wait, and the days of visit."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.exports.frequency_words import WORDS
from api.exports.sweep import change_text, cost_text
from api.exports.tables import write_table
from api.units import km, yuan
from scenarios.frequency.gather import Patience
from scenarios.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.frequency.outcome import Outcome
    from scenarios.frequency.study import Study
    from scenarios.variants.compare import Comparison

SCHEMA = "gongpei.frequency"
VERSION = 1

COLUMNS = (
    "policy",
    "cost",
    "change",
    "piece",
    "vehicles",
    "km",
    "wait",
    "wait_p90",
    "worst",
    "visits",
    "coverage",
    "left",
)
"""Columns of the table that people read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequencyReport:
    """A study as it was carried out."""

    study: Study
    planned: Comparison
    outcomes: tuple[Outcome, ...]
    assumed: tuple[Text, ...] = ()

    @property
    def leaves_goods(self) -> bool:
        """Whether some policy leaves pieces undelivered."""
        return any(outcome.unserved_pieces for outcome in self.outcomes)

    @property
    def span(self) -> Text:
        """How many cycles of how many days were drawn."""
        study, words = self.study, WORDS["span"]
        values = {"cycles": len(study.cycles), "days": study.days}
        return Text(words.zh.format(**values), words.en.format(**values))

    @property
    def coverage_hint(self) -> Text:
        """What coverage means here."""
        count, hint = self.study.scenario.policy.coverage_visits_per_week, WORDS["coverage_hint"]
        return Text(hint.zh.format(count=count), hint.en.format(count=count))

    def pieces(self) -> dict[str, int]:
        """Return the pieces of each place that may wait, as the county's orders stand."""
        patience, found = Patience(self.study.scenario), dict[str, int]()
        for order in self.study.scenario.orders:
            for end in patience.ends(order):
                found[end] = found.get(end, 0) + order.pieces
        return found

    def name(self, place: str) -> str:
        """Return what a place is called."""
        return next((p.name or p.id for p in self.study.scenario.places if p.id == place), place)


def row_texts(outcome: Outcome) -> list[str]:
    """Return the cells of ``COLUMNS`` but the first."""
    return [
        "—" if outcome.cost_fen is None else cost_text(outcome.cost_fen),
        change_text(outcome.against),
        "—" if outcome.piece_fen is None else yuan(outcome.piece_fen),
        f"{outcome.vehicles:.1f}",
        km(outcome.distance_m),
        f"{outcome.wait_mean:.2f}",
        str(outcome.wait_p90),
        f"{outcome.worst_wait:.2f}",
        f"{outcome.visits_per_week:.1f}",
        "—" if outcome.coverage is None else f"{outcome.coverage * 100:.1f} %",
        str(outcome.unserved_pieces),
    ]


def write_csv(report: FrequencyReport, path: Path) -> None:
    """Write one row a policy and day: what its plan cost and carried, in fen and metres."""
    header = ["方案 policy", "日 day", "日期 date", "费用 cost_fen", "件数 pieces", "车辆 vehicles", "里程 distance_m"]
    rows = [
        (policy.id, day.id, day.date.isoformat(), k.operating_cost_fen, k.carried_pieces, k.vehicles, k.distance_m)
        for policy in report.study.policies
        for day in report.study.agenda.days
        if (k := report.planned.measured[policy.id].get(day.id)) is not None
    ]
    write_table(path, header, rows)


def write_json(report: FrequencyReport, path: Path) -> None:
    """Write everything; equal results write equal bytes."""
    study, agenda = report.study, report.study.agenda
    stop = agenda.limit.stop
    content = {
        "schema": SCHEMA,
        "version": VERSION,
        "scenario": {"name": study.scenario.name, "digest": study.scenario.digest},
        "limit": {"seconds": stop.seconds, "iterations": stop.iterations, "seed": agenda.limit.seed},
        "cycle_days": study.days,
        "days": [{"id": d.id, "date": d.date.isoformat()} for d in agenda.days],
        "is_whole": report.planned.is_whole,
        "against": agenda.against,
        "policies": [_outcome(report, outcome) for outcome in report.outcomes],
        "missing": [
            {"policy": e.variant, "day": e.day, "code": e.failure.code, **_text(e.failure.text)}
            for e in report.planned.losses
        ],
        "placeholders": [_text(text) for text in agenda.placeholders],
        "assumptions": [_text(text) for text in report.assumed],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _outcome(report: FrequencyReport, outcome: Outcome) -> dict[str, Any]:
    policy, cost, change = outcome.policy, outcome.cost_fen, outcome.against
    return {
        "id": policy.id,
        "name": _text(policy.name),
        "rule": policy.rule,
        "floor": policy.floor,
        "daily_above": policy.daily_above,
        "wait_fen": policy.wait_fen,
        "cost_fen": None if cost is None else {"mean": cost.mean, "half_width": _known(cost.half_width)},
        "days": 0 if cost is None else cost.days,
        "change": None
        if change is None
        else {
            "mean": change.difference.mean,
            "half_width": _known(change.difference.half_width),
            "relative": change.relative,
            "is_noise": change.is_noise,
        },
        "cost_per_piece_fen": outcome.piece_fen,
        "vehicles": outcome.vehicles,
        "distance_m": outcome.distance_m,
        "unserved_pieces": outcome.unserved_pieces,
        "wait_mean_days": outcome.wait_mean,
        "wait_p90_days": outcome.wait_p90,
        "wait_longest_days": outcome.wait_longest,
        "worst_decile_wait_days": outcome.worst_wait,
        "visits_per_week": outcome.visits_per_week,
        "coverage": outcome.coverage,
        "is_frontier": outcome.is_frontier,
        "visits": {place: sorted(days) for place, days in sorted(report.study.visits[policy.id].items())},
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
