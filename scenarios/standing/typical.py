"""The typical day: what goes most days, as much of it as a median day has.

The template day of Groer, Golden and Wasil (2009), *The consistent vehicle routing problem*, M&SOM 11(4): customers
that need service on more than one day are planned once, and every day follows that plan with the others skipped.
Here what is planned once are kinds of goods, and their loads are a quantile of the sampled days.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from scenarios.standing.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from optimizer.model import Shipment, TimeWindow
    from optimizer.problem import Problem

OFTEN = 0.5
"""Share of the sampled days from which on a kind of goods is usual, and belongs on a line."""


class _Rules(NamedTuple):
    """What goods of one kind must share to be the same goods on every day."""

    kind: Kind
    brand: str
    due_s: int
    max_on_board_s: int | None
    pickup_windows: tuple[TimeWindow, ...]
    delivery_windows: tuple[TimeWindow, ...]


def usual_kinds(days: Sequence[Problem]) -> frozenset[Kind]:
    """Return the kinds of goods that go on at least ``OFTEN`` of the days. O(days x shipments)."""
    counts: dict[Kind, int] = defaultdict(int)
    for day in days:
        for kind in {Kind.of(s) for s in day.shipments}:
            counts[kind] += 1
    return frozenset(kind for kind, count in counts.items() if count >= OFTEN * len(days))


def typical_day(days: Sequence[Problem], *, quantile: float = 0.5) -> Problem:
    """Return the problem of a typical day of ``days``, which differ in shipments and locks only.

    Each brand's goods of a usual kind are there if they go often themselves; brands that take turns are one shipment.
    Loads, pieces and handling are the ``quantile`` of the days that have any, ready when all of a median day's
    are; what a median day has in several shipments, because no vehicle holds it, is so here, largest first.
    Unusual goods and locks are left out. O(days x shipments).
    """
    usual, found = usual_kinds(days), _by_rules(days)
    chosen = {rules: each for rules, each in found.items() if rules.kind in usual and len(each) >= OFTEN * len(days)}
    settled = {rules.kind for rules in chosen}
    for kind in sorted(usual - settled):
        turns = [rules for rules in found if rules.kind == kind]
        chosen[min(turns, key=lambda rules: rules.due_s)] = _together([found[rules] for rules in turns])
    shipments = [
        part
        for number, (rules, each) in enumerate(chosen.items(), start=1)
        for part in _typical(rules, list(each.values()), quantile, number)
    ]
    return replace(days[0], name=f"{days[0].name}: typical", shipments=tuple(shipments), locks=())


def _by_rules(days: Sequence[Problem]) -> Mapping[_Rules, Mapping[int, list[Shipment]]]:
    """Return the shipments of each rule, by day."""
    found: dict[_Rules, dict[int, list[Shipment]]] = defaultdict(lambda: defaultdict(list))
    for k, day in enumerate(days):
        for s in day.shipments:
            rules = _Rules(Kind.of(s), s.brand, s.due_s, s.max_on_board_s, s.pickup_windows, s.delivery_windows)
            found[rules][k].append(s)
    return found


def _together(turns: Sequence[Mapping[int, list[Shipment]]]) -> dict[int, list[Shipment]]:
    """Return the goods of brands that take turns as one shipment a day, by day."""
    by_day: dict[int, list[Shipment]] = defaultdict(list)
    for each in turns:
        for k, goods in each.items():
            by_day[k] += goods
    return {k: [_sum(goods)] for k, goods in by_day.items()}


def _sum(goods: Sequence[Shipment]) -> Shipment:
    return replace(
        goods[0],
        load=tuple(sum(each) for each in zip(*(s.load for s in goods), strict=True)),
        pieces=sum(s.pieces for s in goods),
        service_s=sum(s.service_s for s in goods),
        ready_s=max(s.ready_s for s in goods),
        penalty_fen=sum(s.penalty_fen for s in goods),
    )


def _typical(rules: _Rules, days: Sequence[Sequence[Shipment]], quantile: float, number: int) -> Iterator[Shipment]:
    """Yield the goods of one rule, in as many shipments as on a median day that has any."""
    ordered = [sorted(goods, key=lambda s: s.load, reverse=True) for goods in days]
    for k in range(ranked([len(goods) for goods in days], 0.5)):
        peers = [goods[k] for goods in ordered if len(goods) > k]
        yield replace(
            peers[0],
            id=f"{rules.kind.origin}>{rules.kind.destination}:{rules.kind.commodity}#{number}.{k + 1}",
            load=tuple(ranked(amounts, quantile) for amounts in zip(*(s.load for s in peers), strict=True)),
            ready_s=ranked([s.ready_s for s in peers], 0.5),
            penalty_fen=max(s.penalty_fen for s in peers),
            pieces=ranked([s.pieces for s in peers], quantile),
            service_s=ranked([s.service_s for s in peers], quantile),
        )


def ranked(amounts: Iterable[int], quantile: float) -> int:
    """Return the least of the amounts that at least a ``quantile`` of them do not exceed."""
    ordered = sorted(amounts)
    return ordered[max(0, -(-round(quantile * 1000) * len(ordered) // 1000) - 1)]
