"""``stress.json`` and ``stress.csv``: everything that a stress test found, and the words of its results."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from api.exports.stress_words import POLICY, WORDS
from api.exports.tables import write_table
from api.units import clock, yuan
from optimizer.stress.outcome import LATE_BINS_MIN
from scenarios.stress.noise import described
from scenarios.text import Text, counted

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.stress.chance import Chance
    from optimizer.stress.outcome import Outcome, ShipmentOutcome, Span, VehicleOutcome, VisitOutcome
    from scenarios.stress.buffers import Buffer
    from scenarios.stress.roads import ClosedRoad
    from scenarios.stress.study import Study

SCHEMA = "gongpei.stress"
VERSION = 1

SHOWN_ROADS = 10
"""Roads on the page and on its map; all are in the other files."""

WEAKEST, SHOWN_VEHICLES = 20, 10
"""Visits and vehicles on the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A stress test with what it rests on; ``names`` of places by id."""

    study: Study
    names: dict[str, str]
    assumed: tuple[Text, ...] = ()

    def place(self, id_: str) -> str:
        """Return what a place is called."""
        return self.names.get(id_, id_)

    @property
    def roads(self) -> tuple[tuple[int, ClosedRoad], ...]:
        """The worst roads with their ranks, those that are much like a worse one left out."""
        ranked = list(enumerate(self.study.roads, start=1))
        return tuple((rank, road) for rank, road in ranked if not road.like)[:SHOWN_ROADS]

    @property
    def weakest(self) -> tuple[VisitOutcome, ...]:
        """The visits that are least often on time, the least first."""
        visits = sorted(self.study.outcome.visits, key=lambda v: (v.on_time.hits, v.vehicle, v.trip, v.rank))
        return tuple(visits[:WEAKEST])

    @property
    def hardest(self) -> tuple[VehicleOutcome, ...]:
        """The vehicles that break a rule of hours most often, the worst first."""
        chances = [(max(v.max_overtime, v.shift_end, v.driving).hits, v) for v in self.study.outcome.vehicles]
        ranked = sorted(chances, key=lambda each: (-each[0], each[1].vehicle))
        return tuple(vehicle for _, vehicle in ranked)[:SHOWN_VEHICLES]


def verdict(study: Study) -> Text:
    """Return in one sentence what reaches the wanted share, or that nothing tried does and how far it comes."""
    wanted, best = f"{study.question.wanted * 100:g}%", study.best
    if best is None:
        most = max(study.buffers, key=lambda b: b.on_time)
        return Text(
            f"试过的做法都达不到 {wanted}；最高的是“{most.name.zh}”，{share_text(most)}，日均 {yuan(most.cost_fen)} 元",
            f"nothing that was tried reaches {wanted}; “{most.name.en}” comes nearest with {share_text(most)}, at "
            f"{yuan(most.cost_fen)} yuan a day",
        )
    but = _caveats(study, best)
    if best.is_none:
        return Text(
            f"原方案已达到 {wanted}：{share_text(best)}，日均 {yuan(best.cost_fen)} 元，不需要余量{but.zh}",
            f"the plan as it is reaches {wanted}: {share_text(best)}, at {yuan(best.cost_fen)} yuan a day; no buffer "
            f"is needed{but.en}",
        )
    more = more_fen(study, best)
    sign = Text("多", "more") if more >= 0 else Text("少", "less")
    return Text(
        f"达到 {wanted} 最省的做法：{best.name.zh}，{share_text(best)}，日均 {yuan(best.cost_fen)} 元，"
        f"比原方案{sign.zh} {yuan(abs(more))} 元{but.zh}",
        f"cheapest to reach {wanted}: {best.name.en}, {share_text(best)}, {yuan(best.cost_fen)} yuan a day, "
        f"{yuan(abs(more))} {sign.en} than the plan as it is{but.en}",
    )


def _caveats(study: Study, best: Buffer) -> Text:
    """Return what speaks against a buffer: goods left, and that so few days cannot tell."""
    found = []
    if best.unserved:
        found.append(Text(f"，未服务 {best.unserved} 批", f", {counted(best.unserved, 'shipment')} left"))
    if best.on_time - best.half_width < study.question.wanted:
        found.append(
            Text("；差距在抽样误差之内，可用更多 --draws", "; within the noise of the draws, try more --draws")
        )
    return Text("".join(each.zh for each in found), "".join(each.en for each in found))


def more_fen(study: Study, buffer: Buffer) -> float:
    """Return how much more a buffer costs a day than the plan as it is."""
    base = next(b for b in study.buffers if b.is_none)
    return buffer.cost_fen - base.cost_fen


def share_text(found: Buffer | Outcome) -> str:
    """Return a mean share on time with half its interval."""
    half = found.on_time_half_width if hasattr(found, "on_time_half_width") else found.half_width
    return f"{found.on_time:.1%} ± {half:.1%}"


def chance_text(chance: Chance) -> str:
    """Return a probability with its interval."""
    low, high = chance.interval
    return f"{chance.share:.1%} ({low:.1%}-{high:.1%})"


def road_name(road: ClosedRoad) -> str:
    """Return the name of a road, or its class where it has none."""
    return road.name or road.road_class


def write_json(report: Report, path: Path) -> None:
    """Write everything; equal results write equal bytes."""
    study = report.study
    question, scenario = study.question, study.county.scenario
    content = {
        "schema": SCHEMA,
        "version": VERSION,
        "scenario": {"name": scenario.name, "date": scenario.date.isoformat(), "digest": scenario.digest},
        "days": question.days,
        "seed": question.seed,
        "wanted_on_time": question.wanted,
        "is_whole": study.is_whole,
        "noise": asdict(question.noise),
        "placeholders": [_text(name) for name, _, is_placeholder in described(question.noise) if is_placeholder],
        "policy": [_text(text) for text in POLICY],
        "quiet": _outcome(study.quiet),
        "stressed": _outcome(study.outcome),
        "lateness": {"edges_min": list(LATE_BINS_MIN), "shares": _shares(study.outcome)},
        "visits": [_visit(v) for v in study.outcome.visits],
        "shipments": [_shipment(s) for s in study.outcome.shipments],
        "vehicles": [_vehicle(v) for v in study.outcome.vehicles],
        "roads": [{"rank": k, **_road(road)} for k, road in enumerate(study.roads, start=1)],
        "buffers": [_buffer(study, b) for b in study.buffers],
        "verdict": _text(verdict(study)),
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def write_visits(report: Report, path: Path) -> None:
    """Write a row per visit in the order of the plan, as a table that no spreadsheet runs."""
    columns = ("vehicle", "trip", "rank", "place", "planned", "p50", "p90", "chance", "low", "high", "closed")
    header = [f"{WORDS[name].zh} {name}" for name in columns]
    rows = (
        [
            *(v.vehicle, v.trip, v.rank, report.place(v.place), *span_texts(v.arrive)),
            *(round(v.on_time.share, 4), *(round(end, 4) for end in v.on_time.interval), round(v.closed.share, 4)),
        ]
        for v in report.study.outcome.visits
    )
    write_table(path, header, rows)


def span_texts(span: Span) -> tuple[str, str, str]:
    """Return planned, half and nine-in-ten moments as clock times."""
    return clock(span.planned_s), clock(round(span.p50_s)), clock(round(span.p90_s))


def _shares(outcome: Outcome) -> list[float]:
    return [round(float(share), 6) for share in outcome.lateness]


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "on_time_share": outcome.on_time,
        "half_width": outcome.on_time_half_width,
        "cost_fen": float(outcome.cost_fen.mean()),
        "hours_broken": _chance(outcome.breaks_hours),
        "trunk_missed_pieces": float(outcome.trunk_missed_pieces.mean()),
        "left_pieces": float(outcome.left_pieces.mean()),
        "not_handed_share": outcome.not_handed,
    }


def _visit(visit: VisitOutcome) -> dict[str, Any]:
    return {
        "vehicle": visit.vehicle,
        "trip": visit.trip,
        "rank": visit.rank,
        "place": visit.place,
        "arrive": _span(visit.arrive),
        "on_time": _chance(visit.on_time),
        "closed": _chance(visit.closed),
    }


def _shipment(found: ShipmentOutcome) -> dict[str, Any]:
    return {
        "id": found.shipment.id,
        "brand": found.shipment.brand,
        "pieces": found.shipment.pieces,
        "vehicle": found.vehicle,
        "deadline_s": found.deadline_s,
        "handed": _span(found.handed),
        "on_time": _chance(found.on_time),
        "missed_trip": _chance(found.left),
        "missed_trunk": _chance(found.trunk_missed),
    }


def _vehicle(found: VehicleOutcome) -> dict[str, Any]:
    return {
        "vehicle": found.vehicle,
        "returns": _span(found.returns),
        "overtime_mean_s": found.overtime_s[0],
        "overtime_p90_s": found.overtime_s[1],
        "beyond_max_overtime": _chance(found.max_overtime),
        "beyond_shift": _chance(found.shift_end),
        "breaks_driving_rule": _chance(found.driving),
    }


def _road(road: ClosedRoad) -> dict[str, Any]:
    return {**asdict(road), "hurt_pieces": road.hurt_pieces}


def _buffer(study: Study, buffer: Buffer) -> dict[str, Any]:
    return {
        **asdict(buffer),
        "name": _text(buffer.name),
        "breaks_hours": _chance(buffer.breaks_hours),
        "more_fen": more_fen(study, buffer),
        "is_on_frontier": buffer in study.frontier,
        "is_best": buffer == study.best,
    }


def _span(span: Span) -> dict[str, float]:
    return {"planned_s": span.planned_s, "p50_s": round(span.p50_s, 1), "p90_s": round(span.p90_s, 1)}


def _chance(chance: Chance) -> dict[str, float]:
    low, high = chance.interval
    return {"share": chance.share, "low": low, "high": high}


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
