"""What coalitions of brands cost on sampled days: the plans to be made, and the costs that they give.

    members_of --ask--> Question --prepare_coalitions--> Agenda --carry_out--> Comparison --shared_costs--> SharedCosts

Each coalition takes the place of a variant in an ``Agenda``, so store, progress and Ctrl-C are those of comparisons.
Costs are operating costs, made consistent day by day (``gain_sharing.make_consistent``) and then added up over the
days that have all coalitions. What a coalition leaves undelivered costs it nothing: ``left`` tells, and no plan that
leaves goods stands in for one that delivers them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.comparison import Change, change
from scenarios.gain_sharing import (
    MOST_BRANDS,
    coalitions_to_plan,
    day_of_coalition,
    draw_joinings,
    every_coalition,
    make_consistent,
    pieces_by_brand,
)
from scenarios.gain_sharing.game import named, ranked
from scenarios.sampled_days import DEFAULT_MODEL, plan_days, scenario_on
from scenarios.text import Text
from scenarios.variants.apply import OWN_GROUP
from scenarios.variants.cells import plan_cell
from scenarios.variants.compare import Agenda, DayPlan, prepare
from scenarios.variants.model import BASE, OTHERS, Variant, VariantSet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scenarios.gain_sharing import Coalition, Costs, Repair
    from scenarios.gain_sharing.sampling import Joining
    from scenarios.scenario import Scenario
    from scenarios.variants.cells import Limit
    from scenarios.variants.compare import Comparison

DEFAULT_PAIRS = 30
"""Pairs of joining orders drawn where there are too many brands for all coalitions; a fair number for an error."""

CONSISTENT = Text(
    "若一个联盟的方案比其各部分方案之和更贵，或比包含它的联盟更贵，则改用后者的方案计价；"
    "留下货物不送的方案不得这样代替送得更多的方案",
    "where the plan of a coalition is dearer than those of its parts together, or than that of a larger one that "
    "holds it, it is charged by these plans, unless they leave goods behind that its own plan delivers",
)
"""How the noise of the search is taken out of the costs."""

BRANDS_ONLY = Text(
    "不属于任何品牌的货物未参与：它们另行配送，费用不在其中",
    "goods that belong to no brand take no part: they are delivered apart, at a cost that is not in here",
)
"""What is said where goods without a brand are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who might deliver together; ``joinings`` are empty where every coalition is planned.

    ``unbranded``: the member to whom goods without a brand belong; "" leaves these goods out of every plan.
    """

    brands: tuple[str, ...]
    coalitions: tuple[Coalition, ...]
    joinings: tuple[Joining, ...] = ()
    unbranded: str = OTHERS

    @property
    def is_sampled(self) -> bool:
        """Whether only some coalitions are planned."""
        return bool(self.joinings)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRepair:
    """A coalition that is charged by other plans on one day."""

    day: str
    repair: Repair


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCosts:
    """Costs of every coalition, added up over ``days``, the ordinary days that have all of them.

    ``saving``: everyone together against each alone, day by day, so negative where sharing is cheaper; None
    without days. ``pieces``: of each brand over these days. ``left``: pieces that the plans by which a coalition is
    charged leave undelivered over these days, where there are any.
    """

    question: Question
    days: tuple[str, ...]
    costs: Costs
    by_day: Mapping[str, Costs]
    saving: Change | None
    pieces: Mapping[str, int]
    left: Mapping[Coalition, int]
    repairs: tuple[DayRepair, ...]

    @property
    def alone_fen(self) -> int:
        """What all brands pay together when each is on its own."""
        return sum(self.costs[frozenset((brand,))] for brand in self.question.brands)

    @property
    def together_fen(self) -> int:
        """What there is to share."""
        return self.costs[frozenset(self.question.brands)]


def members_of(scenario: Scenario, *, unbranded: str = OTHERS) -> tuple[str, ...]:
    """Return the brands with goods, goods without a brand under the name ``unbranded`` unless "". O(orders)."""
    return tuple(pieces_by_brand([scenario], unbranded=unbranded))


def ask(brands: tuple[str, ...], *, seed: int, pairs: int = DEFAULT_PAIRS, unbranded: str = OTHERS) -> Question:
    """Return every coalition of up to ``MOST_BRANDS`` brands; above, those of ``pairs`` drawn orders of joining."""
    if len(brands) <= MOST_BRANDS:
        return Question(brands=brands, coalitions=every_coalition(brands), unbranded=unbranded)
    joinings = draw_joinings(brands, pairs, seed)
    return Question(brands=brands, coalitions=coalitions_to_plan(joinings), joinings=joinings, unbranded=unbranded)


def prepare_coalitions(
    scenario: Scenario, question: Question, *, days: int, limit: Limit, cache: Path | None = None
) -> Agenda:
    """Return the plans to be made, by day and then by size of the coalition. O(days x coalitions x orders).

    A coalition without goods on a day has no plan, as it has no cost.

    Raises
    ------
    InvalidInput
        E349, for days that there cannot be.
    """
    cells = []
    sampled = plan_days(scenario.date, days, limit.seed)
    for day in sampled:
        drawn = scenario_on(scenario, day, limit.seed, model=DEFAULT_MODEL)
        for coalition in question.coalitions:
            part = day_of_coalition(drawn, coalition, unbranded=question.unbranded)
            if part.orders:
                parts = (("", plan_cell(part, limit, cache)),)
                cells.append(DayPlan(variant=id_of(coalition), day=day, parts=parts))
    return Agenda(
        variants=tuple(Variant(id=id_of(coalition), name=named(coalition)) for coalition in question.coalitions),
        against=id_of(frozenset(question.brands)),
        days=sampled,
        cells=tuple(cells),
        limit=limit,
        placeholders=_assumed(scenario, question, limit, cache),
    )


def id_of(coalition: Coalition) -> str:
    """Return the name of a coalition where a variant has its id."""
    return "+".join(sorted(coalition))


def shared_costs(scenario: Scenario, question: Question, found: Comparison) -> SharedCosts:
    """Return the consistent costs of what was computed. O(days x coalitions^2)."""
    wanted = {(each.variant, each.day.id) for each in found.agenda.cells}
    by_day: dict[str, Costs] = {}
    repairs: list[DayRepair] = []
    left: Counter[Coalition] = Counter()
    for day in found.agenda.days:
        plans = {c: found.measured[id_of(c)].get(day.id) for c in question.coalitions}
        if any(kpis is None and (id_of(c), day.id) in wanted for c, kpis in plans.items()):
            continue
        consistent = make_consistent(
            {c: 0 if kpis is None else kpis.operating_cost_fen for c, kpis in plans.items()},
            may_leave_out=True,
            left={c: kpis.unserved_pieces for c, kpis in plans.items() if kpis is not None},
        )
        by_day[day.id] = consistent.costs
        left.update(consistent.left)
        repairs += [DayRepair(day=day.id, repair=repair) for repair in consistent.repairs]
    whole = [scenario_on(scenario, d, found.agenda.limit.seed) for d in found.agenda.days if d.id in by_day]
    counted = pieces_by_brand(whole, unbranded=question.unbranded)
    return SharedCosts(
        question=question,
        days=tuple(by_day),
        costs={c: sum(costs[c] for costs in by_day.values()) for c in question.coalitions},
        by_day=by_day,
        saving=_saving(question, by_day),
        pieces={brand: counted.get(brand, 0) for brand in question.brands},
        left={coalition: left[coalition] for coalition in sorted(left, key=ranked)},
        repairs=tuple(repairs),
    )


def _saving(question: Question, by_day: Mapping[str, Costs]) -> Change | None:
    everyone = frozenset(question.brands)
    alone = {day: float(sum(c[frozenset((brand,))] for brand in question.brands)) for day, c in by_day.items()}
    return change(alone, {day: float(costs[everyone]) for day, costs in by_day.items()})


def _assumed(scenario: Scenario, question: Question, limit: Limit, cache: Path | None) -> tuple[Text, ...]:
    """Return what a comparison of delivering together with delivering apart assumes."""
    base, apart = (Variant(id=name, name=Text(name, name), coalitions=c) for name, c in ((BASE, None), ("apart", ())))
    both = VariantSet(variants=(base, apart))
    found = prepare(scenario, both, days=1, limit=limit, cache=cache).placeholders
    if question.unbranded:
        return found
    return (*(text for text in found if text != OWN_GROUP), BRANDS_ONLY)
