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
from scenarios.frequency.planned import compared_cycles
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scenarios.frequency.model import Frequency, VisitDays
    from scenarios.frequency.outcome import Outcome
    from scenarios.frequency.planned import PlannedDays
    from scenarios.frequency.study import Study
    from scenarios.kpis import Kpis
    from scenarios.sampled_days import SampledDay
    from scenarios.variants.compare import Comparison

SCHEMA = "gongpei.frequency"
VERSION = 1

COLUMNS = (
    "policy",
    "cost",
    "penalty",
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
    plans: PlannedDays
    outcomes: tuple[Outcome, ...]
    assumed: tuple[Text, ...] = ()

    @property
    def leaves_goods(self) -> bool:
        """Whether some policy leaves pieces undelivered."""
        return any(outcome.unserved_pieces for outcome in self.outcomes)

    @property
    def cycles(self) -> tuple[str, ...]:
        """The cycles that are compared."""
        return compared_cycles(self.study.days_of, self.plans)

    @property
    def compared(self) -> Text:
        """Of how many of the drawn cycles the results are."""
        words, values = WORDS["common"], {"cycles": len(self.cycles), "all": len(self.study.cycles)}
        return Text(words.zh.format(**values), words.en.format(**values))

    def days_of_visit(self, outcome: Outcome, place: str) -> str:
        """Return the days on which plans visit a place in the first compared cycle, such as ``1 3 5``; "" for none."""
        visits = outcome.visits.get(self.cycles[0], {}) if self.cycles else {}
        return " ".join(str(day + 1) for day in sorted(visits.get(place, ())))

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

    def days(self) -> Iterator[tuple[Frequency, SampledDay, Kpis]]:
        """Yield every policy and day with a result."""
        for policy in self.study.policies:
            for day in self.study.agenda.days:
                kpis = self.planned.measured[policy.id].get(day.id)
                if kpis is not None:
                    yield policy, day, kpis

    def name(self, place: str) -> str:
        """Return what a place is called."""
        return next((p.name or p.id for p in self.study.scenario.places if p.id == place), place)


def row_texts(outcome: Outcome) -> list[str]:
    """Return the cells of ``COLUMNS`` but the first."""
    return [
        "—" if outcome.cost_fen is None else cost_text(outcome.cost_fen),
        _shown(outcome.penalty_fen, yuan),
        change_text(outcome.against),
        _shown(outcome.piece_fen, yuan),
        _shown(outcome.vehicles, "{:.1f}".format),
        _shown(outcome.distance_m, km),
        f"{outcome.wait_mean:.2f}",
        str(outcome.wait_p90),
        f"{outcome.worst_wait:.2f}",
        _shown(outcome.visits_per_week, "{:.1f}".format),
        _shown(outcome.coverage, "{:.1%}".format),
        _shown(outcome.unserved_pieces, "{:.1f}".format),
    ]


def _shown(value: float | None, text: Callable[[float], str]) -> str:
    return "—" if value is None else text(value)


def frontier_text(outcome: Outcome) -> Text:
    """Return whether a policy is on the frontier, behind ``≈`` where noise decides, or that days are missing."""
    if outcome.cost_fen is None:
        return WORDS["partial"]
    word, mark = WORDS["yes" if outcome.is_frontier else "no"], "" if outcome.is_sure else "≈ "
    return Text(f"{mark}{word.zh}", f"{mark}{word.en}")


def write_csv(report: FrequencyReport, path: Path) -> None:
    """Write one row a policy and day in fen and metres: what its plan cost, carried and left, and if it is compared."""
    header = ["方案 policy", "日 day", "日期 date", "费用 cost_fen", "件数 pieces", "车辆 vehicles", "里程 distance_m"]
    header += ["未送件数 unserved_pieces", "未送惩罚 penalty_fen", "参与比较 compared"]
    compared = {day for cycle in report.cycles for day in report.study.days_of[cycle]}
    rows = []
    for policy, day, k in report.days():
        plan = report.plans[policy.id].get(day.id)
        figures = (k.operating_cost_fen, k.carried_pieces, k.vehicles, k.distance_m, k.unserved_pieces)
        told = ("" if plan is None else plan.penalty_fen, "是 yes" if day.id in compared else "否 no")
        rows.append((policy.id, day.id, day.date.isoformat(), *figures, *told))
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
        "compared_cycles": list(report.cycles),
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
        "penalty_fen": outcome.penalty_fen,
        "unserved_pieces_per_day": outcome.unserved_pieces,
        "wait_mean_days": outcome.wait_mean,
        "wait_p90_days": outcome.wait_p90,
        "wait_longest_days": outcome.wait_longest,
        "worst_decile_wait_days": outcome.worst_wait,
        "visits_per_week": outcome.visits_per_week,
        "coverage": outcome.coverage,
        "is_frontier": outcome.is_frontier,
        "is_sure": outcome.is_sure,
        "days_of_policy": _days(report.study.visits[policy.id]),
        "visits": {cycle: _days(visits) for cycle, visits in outcome.visits.items()},
    }


def _days(visits: VisitDays) -> dict[str, list[int]]:
    return {place: sorted(days) for place, days in sorted(visits.items())}


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
