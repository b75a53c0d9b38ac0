"""What a question about a stored plan has in hand: the county, the plan, and how things are said in an answer."""

from __future__ import annotations

import zlib
from base64 import b64decode
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from api.schemas import PlanFile, to_plan
from api.service.moments import moment
from api.service.replanned import Day
from api.tiers import is_tiered
from optimizer.tiers.violations import HandoverViolation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from api.service.replanned import Broken
    from optimizer.plan import Cost, Plan, Route, Unserved
    from optimizer.replan.past import Lapse
    from optimizer.tiers.model import TieredPlan
    from optimizer.violations import Violation
    from scenarios.build import County
    from scenarios.text import Text

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question: ``question["plan"]`` is the stored plan in base 64; ``folder`` is empty and goes with the answer.

    ``county`` is what the plan is measured by. ``day`` tells of the replans behind the plan, if there are any.
    """

    county: County
    question: Mapping[str, Any]
    folder: Path
    day: Day | None = None

    @property
    def open(self) -> County:
        """What questions about changes are answered on: what has been driven is held in place."""
        return self.county if self.day is None else self.day.open

    def judge(self, tiered: TieredPlan) -> Broken:
        """Return everything wrong with a plan of the day, what contradicts the past included."""
        return (self.day or Day(county=self.county, open=self.county)).judge(tiered)

    def lapses(self, tiered: TieredPlan) -> tuple[Lapse, ...]:
        """Return what a plan would change of what has been driven."""
        return () if self.day is None else self.day.lapses(tiered)

    @cached_property
    def record(self) -> PlanFile:
        """The stored plan."""
        return PlanFile.model_validate_json(zlib.decompress(b64decode(self.question["plan"])))

    @property
    def is_tiered(self) -> bool:
        """Whether plan or county have stations or lines."""
        return is_tiered(self.county, self.record)

    @cached_property
    def plan(self) -> Plan:
        """The trips of the plan; across tiers they name legs."""
        return to_plan(self.record)

    def at(self, at_s: int | None) -> str | None:
        """Return seconds of the plan's day as a moment."""
        return moment(self.county.scenario.date, at_s)

    def lapse(self, lapse: Lapse) -> dict[str, Any]:
        """Return a contradiction to what has been driven, in the form of a broken rule."""
        return {
            "rule": lapse.name,
            "shipment": "",
            "vehicle": "{}#{}".format(*lapse.unit),
            "place": lapse.place,
            "at": self.at(lapse.time_s),
            "amount": None,
            "limit": None,
            "zh": lapse.render("zh"),
            "en": lapse.render("en"),
        }

    def violation(self, violation: Violation | HandoverViolation) -> dict[str, Any]:
        """Return a broken rule; one of tiers names a departure where others name a vehicle."""
        return {
            "rule": violation.rule,
            "shipment": violation.shipment,
            "vehicle": violation.departure if isinstance(violation, HandoverViolation) else violation.vehicle,
            "place": violation.place,
            "at": self.at(violation.time_s),
            "amount": violation.amount,
            "limit": violation.limit,
            "zh": violation.render("zh"),
            "en": violation.render("en"),
        }

    def handover(self, route: Route, shipment: str, *, is_last: bool = False) -> dict[str, Any]:
        """Return who hands a shipment over, when and at which place; of two visits the first, or the last."""
        found = [
            (visit, {"trip": trip_number, "rank": rank, "place": visit.place, "start_s": visit.start_s})
            for trip_number, trip in enumerate(route.trips, start=1)
            for rank, visit in enumerate(trip.visits, start=1)
            if shipment in (*visit.deliver, *visit.collect)
        ]
        if not found:
            return {"vehicle": route.vehicle}
        visit, where = found[-1 if is_last else 0]
        return {"vehicle": route.vehicle, **where, "at": self.at(visit.start_s)}


def cost_record(cost: Cost) -> dict[str, int]:
    """Return what a day costs, in fen: to run, in penalties, together."""
    return {
        "operating_fen": cost.operating_fen,
        "penalty_fen": cost.penalty_fen,
        "total_fen": cost.total_fen,
    }


def words(text: Text) -> dict[str, str]:
    """Return a text in both languages."""
    return {"zh": text.zh, "en": text.en}


def unserved_record(unserved: Unserved, reason: Text, remedy: Text) -> dict[str, Any]:
    """Return a shipment that is left, and why."""
    told = {"shipment": unserved.shipment, "reason_code": unserved.reason}
    return {**told, "reason": words(reason), "remedy": words(remedy)}
