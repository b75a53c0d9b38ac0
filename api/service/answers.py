"""What a plan answers when it is asked, as OpenAPI tells it; the answers themselves come ready from the benches.

A member that is not required is there on some days only: ``way`` and ``legs`` across tiers, ``trip`` to ``at`` where a
vehicle hands something over.
"""

from __future__ import annotations

from typing import Any, Literal

from api.schemas import PlanRecord, TiersRecord  # noqa: TC001 - pydantic reads the annotations
from api.service.schemas import Given, Moment


def answers(model: type[Given]) -> dict[str, Any]:
    """Return how a route says that its answer is of this form; it is sent as it came, and not looked at again."""
    return {"response_model": None, "responses": {200: {"model": model}}}


class WordsGiven(Given):
    """The same words in both languages."""

    zh: str
    en: str


class CostGiven(Given):
    """What a day costs: to run, in penalties for what is left, together."""

    operating_fen: int
    penalty_fen: int
    total_fen: int


class ViolationGiven(Given):
    """A broken rule: of which shipment, by whom (``van#1`` or a departure), where and when; "" or null where none."""

    rule: str
    shipment: str
    vehicle: str
    place: str
    at: Moment | None
    amount: float | None
    limit: float | None
    zh: str
    en: str


class EvaluatedGiven(Given):
    """A plan that was changed by hand, with its times; what the referee says of it, and its cost against before."""

    is_accepted: bool
    violations: list[ViolationGiven]
    cost: CostGiven
    cost_before: CostGiven
    cost_change_fen: int
    operating_change_fen: int
    unserved: list[str]
    plan: PlanRecord
    tiers: TiersRecord | None = None


class HandoverGiven(Given):
    """Who hands a shipment over (``van#1``), on which trip of its day, as which visit of it, where and when."""

    vehicle: str | None = None
    departure: str | None = None
    trip: int | None = None
    rank: int | None = None
    place: str | None = None
    start_s: int | None = None
    at: Moment | None = None


class LegGiven(HandoverGiven):
    """Who hands over a shipment, or one of its two legs through a station (``D1/1``, ``D1/2``)."""

    leg: str


class OptionGiven(HandoverGiven):
    """One way to carry a shipment, or leaving it out, and what the day would cost more."""

    kind: Literal["carry", "leave_out"]
    total_change_fen: int
    operating_change_fen: int
    is_new_trip: bool = False
    way: str | None = None
    legs: tuple[LegGiven, ...] = ()


class CarriedGiven(HandoverGiven):
    """Who would hand over one of several shipments."""

    shipment: str
    way: str | None = None
    legs: tuple[LegGiven, ...] = ()


class TogetherGiven(Given):
    """One way for all shipments of an order at once; ``left`` could not be carried."""

    kind: Literal["together"]
    total_change_fen: int
    operating_change_fen: int
    carried: list[CarriedGiven]
    left: list[str]
    is_complete: bool


class RankedGiven(Given):
    """The ways of one shipment, the cheapest first; ``is_complete`` is false where a cheaper one may be missed."""

    shipment: str
    now: HandoverGiven | None
    penalty_fen: int
    options: list[OptionGiven]
    is_complete: bool


class CandidatesGiven(Given):
    """Where an order could ride, shipment by shipment."""

    order: str
    num_shipments: int
    shipments: list[RankedGiven]
    together: TogetherGiven | None


class UnservedGiven(Given):
    """Why a shipment is left, and what would help."""

    shipment: str
    reason_code: str
    reason: WordsGiven
    remedy: WordsGiven


class BestWayGiven(HandoverGiven):
    """The cheapest way that keeps all rules."""

    marginal_fen: int


class BlockerGiven(HandoverGiven):
    """What is in the way, proven by the plan that would break these rules and no other."""

    limits: list[str]
    zh: str
    en: str
    violations: list[ViolationGiven]
    is_remedy: bool
    remedy_zh: str
    remedy_en: str
    marginal_fen: int


class WhyGiven(Given):
    """Why one shipment is not carried as asked; across tiers no more is told than why it is left (``alone``)."""

    shipment: str
    is_carried: bool
    now: HandoverGiven | None = None
    now_fen: int | None = None
    best: BestWayGiven | None = None
    alone: UnservedGiven | None = None
    blockers: tuple[BlockerGiven, ...] = ()
    is_complete: bool = True


class ReasonsGiven(Given):
    """Why an order is not carried, shipment by shipment."""

    order: str
    shipments: list[WhyGiven]


class PiecesGiven(Given):
    """Goods of one brand or of several, and their part of the day's cost."""

    pieces: int
    carried_pieces: int
    bags: int
    shipments: int
    unserved_shipments: int
    cost_fen: int


class StatementGiven(PiecesGiven):
    """The statement of a brand, with the rule by which it pays."""

    rule: WordsGiven


class OthersGiven(PiecesGiven):
    """All other brands together, of which there are three at least."""

    brands: int


class BrandHandoverGiven(Given):
    """Where and when something of an order is handed over."""

    place: str
    at: Moment | None


class BrandOrderGiven(Given):
    """An order of the brand."""

    order: str
    origin: str
    destination: str
    pieces: int
    is_served: bool
    handovers: list[BrandHandoverGiven]


class BrandGiven(Given):
    """What a brand may see of a published plan."""

    brand: str
    date: str
    orders: list[BrandOrderGiven]
    statement: StatementGiven | None
    others: OthersGiven | None


class ErrorGiven(Given):
    """What an error code means; braces stand for values."""

    code: str
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str
