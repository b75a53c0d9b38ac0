"""How long the plans of an emergency may search at most: every phase in order, in multiples of the seconds of a plan.

First plans that come late are waited for (``Planner``), and building, judging and reasons are not search: they come
on top.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.emergency.answer import ACROSS_SHARE, REST_SHARE, WHOLE_SHARE
from scenarios.emergency.means import offered, one_more
from scenarios.emergency.priority import rank_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.model import Shipment
    from scenarios.emergency.county import Rescue

TRIES = 3
"""Solves of goods of several classes: all of them, then the higher classes, then the others."""


def phases_of(rescue: Rescue) -> tuple[tuple[str, float], ...]:
    """Return the phases that ``Planner`` may tell of, in its order, each with the most that it searches. O(shipments).

    Phases that turn out to be needless are left out by the planner, never put in.
    """
    planned = _planned_share(rescue)
    return (
        *((means.key, planned if means.is_any else 1.0) for means in offered(rescue)),
        ("alone", ACROSS_SHARE),
        ("hurried", planned),
        *((f"more:{kind}", planned) for kind in one_more(rescue)),
    )


def _planned_share(rescue: Rescue) -> float:
    """Return what a plan with any means searches at most: in parts where only some goods cross, else at once."""
    goods, cut = rescue.tiers.problem.shipments, rescue.isolated
    crossing = [s for s in goods if s.origin in cut or s.destination in cut]
    if not 0 < len(crossing) < len(goods):
        return _by_class_share(rescue, goods)
    return ACROSS_SHARE * _by_class_share(rescue, crossing) + REST_SHARE + WHOLE_SHARE


def _by_class_share(rescue: Rescue, goods: Iterable[Shipment]) -> float:
    rank = rank_of(rescue.emergency.classes)
    return TRIES if len({rank(s.commodity) for s in goods}) > 1 else 1.0
