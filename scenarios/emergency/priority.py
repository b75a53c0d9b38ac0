"""Priority as weights: leaving one shipment of a class behind costs more than leaving all of the classes below.

Weights are lexicographic. The lowest class keeps the penalties that its goods have anyway. One shipment of a higher
class weighs its own penalty on top of twice all that the lower classes weigh together, plus one: twice, because a
shipment that changes vehicle has half of its weight on either leg (``optimizer.tiers.legs``), and half must still
be more than everything below. So no plan of least cost leaves goods of a class for the sake of lower ones, whatever
these are worth; within a class ordinary penalties decide.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.model import Shipment
    from scenarios.emergency.model import PriorityClass

OTHERS = Text("其他", "all other goods")
"""Goods that no class names."""


def rank_of(classes: Sequence[PriorityClass]) -> Callable[[str], int]:
    """Return a function from a commodity to the rank of its class, 0 first; goods of no class come last."""
    ranks = {name: rank for rank, each in enumerate(classes) for name in each.commodities}
    return lambda commodity: ranks.get(commodity, len(classes))


def weighed(shipments: Sequence[Shipment], classes: Sequence[PriorityClass]) -> tuple[Shipment, ...]:
    """Return the shipments with penalties by class, and with the hour that a class is wanted by; O(n).

    A day's goods are some thousands and classes a handful, so the sum stays far below 2^63: with n_k shipments of
    class k it is about the ordinary penalties times the product of 2 n_k + 1 over the higher classes.
    """
    rank = rank_of(classes)
    weights: dict[int, int] = {}
    below = 0
    for k in range(len(classes), -1, -1):
        own = [s.penalty_fen for s in shipments if rank(s.commodity) == k]
        weights[k] = 2 * below + 1 if below else 0
        below += sum(own) + weights[k] * len(own)
    wanted = {k: each.by_s for k, each in enumerate(classes) if each.by_s is not None}

    def changed(s: Shipment) -> Shipment:
        k = rank(s.commodity)
        due_s = min(s.due_s, max(s.ready_s, wanted.get(k, s.due_s)))
        return replace(s, penalty_fen=s.penalty_fen + weights[k], due_s=due_s)

    return tuple(changed(s) for s in shipments)


def class_text(classes: Sequence[PriorityClass], rank: int) -> Text:
    """Return the name of the class of this rank; the last holds everything that no class names."""
    return classes[rank].text if rank < len(classes) else OTHERS
