"""``emergency.json`` and ``emergency.csv``: who is cut off, and what each of the means brings across."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.exports.tables import write_table
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.views import DayView
    from scenarios.emergency.answer import Answer, Answers
    from scenarios.emergency.county import Rescue
    from scenarios.emergency.standing import CutPlace, Standing

SCHEMA, VERSION = "gongpei.emergency", 1

FILES = ("emergency.html", "emergency.json", "emergency.csv")
"""What is written besides the outputs of the plan to go by."""


@dataclass(frozen=True, kw_only=True)
class Relief:
    """An emergency as it was planned; ``day`` is the view of the plan to go by, ``assumed`` what all of it rests on."""

    rescue: Rescue
    standing: Standing
    answers: Answers
    day: DayView
    assumed: tuple[Text, ...] = ()
    placeholders: tuple[Text, ...] = ()


def more_text(relief: Relief, answer: Answer) -> Text:
    """Return of which vehicle there is one more, with where it stands."""
    kind, _, where = answer.means.more.partition("@")
    if answer.means.more in relief.rescue.drones:
        return Text(f"多一架无人机（{where}）", f"one more drone ({where})")
    at = f" ({where})" if where else ""
    return Text(f"多一辆对岸车 {kind}{at}", f"one more {kind} on the far side{at}")


def write_json(relief: Relief, path: Path) -> None:
    """Write everything; equal results write equal bytes."""
    rescue, answers, scenario = relief.rescue, relief.answers, relief.rescue.county.scenario
    emergency = rescue.emergency
    content = {
        "schema": SCHEMA,
        "version": VERSION,
        "scenario": {"name": scenario.name, "date": scenario.date.isoformat(), "digest": scenario.digest},
        "emergency": _text(emergency.text)
        | {"until": None if emergency.until is None else emergency.until.isoformat()},
        "areas": [
            {"area": number, "places": [_place(each) for each in places]}
            for number, places in enumerate(relief.standing.areas.values(), start=1)
        ],
        "longer": [
            {"place": each.place, "name": each.name, "before_s": each.before_s, "after_s": each.after_s}
            for each in relief.standing.longer
        ],
        "classes_of_vehicles": [
            {"profile": each.profile, "places": each.places, "pieces": each.pieces} for each in relief.standing.classes
        ],
        "crossings": [
            {
                "id": c.relay.id,
                "near": list(c.near),
                "far": list(c.far),
                "walk_m": c.walk_m,
                "tote_s": c.tote_s,
                "totes_per_h": c.relay.totes_per_h,
                "vehicles": list(rescue.carriers[c.relay.id]),
            }
            for c in rescue.crossings
        ],
        "compared": [_answer(each) for each in answers.compared],
        "best": _answer(answers.best) | {"unserved": [_left(u) for u in relief.day.unserved]},
        "more": [_answer(each) for each in answers.more],
        "waiting": sorted(rescue.waiting),
        "is_whole": answers.is_whole,
        "placeholders": [_text(text) for text in relief.placeholders],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def write_csv(relief: Relief, path: Path) -> None:
    """Write one row for each of the means and class of goods."""
    header = [
        "方式 means",
        "加一辆 one_more",
        "首要先到 first_class_sooner",
        "等级 class",
        "class_en",
        "件数 pieces",
        "过断点件数 carried",
        "重量(kg) weight_kg",
        "过断点重量(kg) carried_kg",
        "地点 places",
        "到达地点 places_reached",
        "最早送达(秒) first_s",
        "平均送达(秒) mean_s",
        "全天费用(元) cost_yuan",
    ]
    write_table(path, header, _rows(relief))


def _rows(relief: Relief) -> Iterator[list[object]]:
    best = relief.answers.best
    hurried = [best] if best.is_hurried else []
    for answer in (*relief.answers.compared, *hurried, *relief.answers.more):
        for row in answer.rows:
            yield [
                answer.means.key,
                answer.means.more,
                "yes" if answer.is_hurried else "no",
                row.name.zh,
                row.name.en,
                row.pieces,
                row.carried,
                row.load_g / 1_000,
                row.carried_g / 1_000,
                row.places,
                row.villages,
                "" if row.first_s is None else row.first_s,
                "" if row.mean_s is None else round(row.mean_s),
                answer.cost_fen / 100,
            ]


def _place(each: CutPlace) -> dict[str, Any]:
    return {
        "place": each.place,
        "name": each.name,
        "tier": each.tier,
        "before_s": each.before_s,
        "pieces": each.pieces,
        "load_g": each.load_g,
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "means": answer.means.key,
        "one_more": answer.means.more,
        "is_hurried": answer.is_hurried,
        "cost_fen": answer.cost_fen,
        "places_reached": answer.villages,
        "places": answer.places,
        "classes": [
            {
                **_text(row.name),
                "pieces": row.pieces,
                "carried": row.carried,
                "load_g": row.load_g,
                "carried_g": row.carried_g,
                "places": row.places,
                "places_reached": row.villages,
                "first_s": row.first_s,
                "mean_s": None if row.mean_s is None else round(row.mean_s),
            }
            for row in answer.rows
        ],
    }


def _left(unserved: Any) -> dict[str, Any]:
    return {
        "shipment": unserved.shipment,
        "place": unserved.place.id,
        "pieces": unserved.pieces,
        "code": unserved.code,
        "reason": _text(unserved.reason),
        "remedy": _text(unserved.remedy),
    }


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
