"""Why a shipment is not carried, not on that vehicle, not before then: ``optimizer.explain`` put into JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.commands.explain import shipments_named, vehicle_named
from api.errors import InvalidInput
from api.schemas import to_tiered
from api.service.questions import unserved_record
from api.tiers import tiers_of
from optimizer.explain import LIMIT_WORDS, Question, mend_text, reason_text, remedy_text, why_not
from optimizer.tiers.reasons import explain_tiers
from scenarios.text import Text

if TYPE_CHECKING:
    from api.service.questions import Asked
    from optimizer.explain import Answer, Blocker
    from optimizer.plan import Unserved

MOST_WORK = 40_000
"""Work of one answer as ``optimizer.explain`` counts it: some 10 s at the worst."""

MOST_BLOCKERS = 10

LANGUAGES = ("zh", "en")


def reasons(asked: Asked) -> dict[str, Any]:
    """Return, for each shipment of an order, whether it could go as asked, what is in the way, and the remedies.

    Raises
    ------
    InvalidInput
        E431, E432 for names that the scenario does not have; E434 for a vehicle or a time asked of a day across tiers.
    """
    question, county = asked.question, asked.open
    names = shipments_named(county, question["order"])
    if asked.is_tiered:
        return {"order": question["order"], "shipments": _across_tiers(asked, names)}
    vehicle = None if question["vehicle"] is None else vehicle_named(county.problem, question["vehicle"])
    answers = [
        why_not(
            county.problem,
            asked.plan,
            Question(shipment=name, vehicle=vehicle, before_s=question["before_s"]),
            most_work=MOST_WORK,
        )
        for name in names
    ]
    return {"order": question["order"], "shipments": [_answer(asked, answer) for answer in answers]}


def _across_tiers(asked: Asked, names: list[str]) -> list[dict[str, Any]]:
    if asked.question["vehicle"] is not None or asked.question["before_s"] is not None:
        raise InvalidInput("E434")
    tiered = to_tiered(asked.record)
    left = tuple(u for u in tiered.plan.unserved if u.shipment in names)
    told = explain_tiers(tiers_of(asked.open), replace(tiered, plan=replace(tiered.plan, unserved=left)))
    whys = {unserved.shipment: _unserved(unserved) for unserved in told.plan.unserved}
    return [{"shipment": name, "is_carried": name not in whys, "alone": whys.get(name)} for name in names]


def _answer(asked: Asked, answer: Answer) -> dict[str, Any]:
    id_, best = answer.question.shipment, answer.best
    return {
        "shipment": id_,
        "is_carried": answer.carried_by is not None,
        "now": None if answer.carried_by is None else asked.handover(answer.carried_by, id_),
        "now_fen": answer.now_fen,
        "best": None if best is None else {**asked.handover(best.route, id_), "marginal_fen": best.marginal_fen},
        "alone": None if answer.alone is None else _unserved(answer.alone),
        "blockers": [_blocker(asked, id_, blocker) for blocker in answer.blockers[:MOST_BLOCKERS]],
        "is_complete": answer.is_complete,
    }


def _blocker(asked: Asked, shipment: str, blocker: Blocker) -> dict[str, Any]:
    zh, en = ([LIMIT_WORDS[name][i] for name in blocker.limits] for i in (0, 1))
    mends = {lang: list(dict.fromkeys(mend_text(v, lang) for v in blocker.violations)) for lang in LANGUAGES}
    return {
        "limits": list(blocker.limits),
        "zh": "和".join(zh),
        "en": " and ".join(en),
        "violations": [asked.violation(each) for each in blocker.violations],
        "is_remedy": blocker.is_remedy,
        "remedy_zh": "；".join(mends["zh"]) if blocker.is_mended else "",
        "remedy_en": "; ".join(mends["en"]) if blocker.is_mended else "",
        "marginal_fen": blocker.insertion.marginal_fen,
        **asked.handover(blocker.insertion.route, shipment),
    }


def _unserved(unserved: Unserved) -> dict[str, Any]:
    reason, remedy = (Text(*(say(unserved, lang) for lang in LANGUAGES)) for say in (reason_text, remedy_text))
    return unserved_record(unserved, reason, remedy)
