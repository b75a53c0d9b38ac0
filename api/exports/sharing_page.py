"""``sharing.html``: one file with no request to anywhere, assumptions first, both languages in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.exports.comparison_words import day_name
from api.exports.losses import named_losses
from api.exports.pages import environment
from api.exports.sharing import WORDS, a_day, plan_names, saving_text, why_unusual
from scenarios.gain_sharing.game import member, named, ranked
from scenarios.gain_sharing.words import yuan

if TYPE_CHECKING:
    from pathlib import Path

    from api.exports.sharing import Report, Shared
    from scenarios.coalition_costs import SharedCosts
    from scenarios.gain_sharing import Coalition, Statement
    from scenarios.text import Text

BAR_WIDTH = 360.0
"""Longest bar, in units of the drawing."""

COLORS = ("#1d4e89", "#2f6f4f", "#b5651d", "#7b4b94", "#5b6673")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a brand pays by one method, or alone where ``name`` is None; ``length`` in units of the drawing."""

    name: Text | None
    length: float
    amount: str
    color: str


def write_page(report: Report, path: Path, *, lang: str) -> None:
    """Write the page, opening in ``lang`` ("zh" or "en")."""
    found, shared = report.found, report.shared
    template = environment().get_template("sharing.html.j2")
    html = template.render(
        lang=lang,
        w=WORDS,
        scenario=report.scenario,
        losses=named_losses(report.run),
        failed=report.failed,
        run=report.run,
        found=found,
        shared=shared,
        assumed=report.assumed,
        saving=saving_text(found),
        unusual=why_unusual(found),
        table=[_brand_row(found, shared, brand) for brand in found.question.brands],
        totals=(a_day(found, found.alone_fen), a_day(found, found.together_fen)),
        charts=[(member(brand), bars_of(found, shared, brand)) for brand in found.question.brands],
        coalitions=[_coalition_row(found, coalition) for coalition in sorted(found.question.coalitions, key=ranked)],
        repairs=[_repair_row(found, k) for k in range(len(found.repairs))],
        days=[day_name(day) for day in found.days],
        members=[(brand, member(brand)) for brand in found.question.brands],
        bar_width=BAR_WIDTH,
    )
    path.write_text(html, encoding="utf-8")


def bars_of(found: SharedCosts, shared: tuple[Shared, ...], brand: str) -> tuple[Bar, ...]:
    """Return what the brand pays alone and by each method, all brands on one scale."""
    alone = found.costs[frozenset((brand,))]
    paid = [alone, *(each.split.shares_fen[brand] for each in shared)]
    most = max(
        *(found.costs[frozenset((b,))] for b in found.question.brands),
        *(max(each.split.shares_fen.values()) for each in shared),
        1,
    )
    names = [None, *(each.name for each in shared)]
    colors = ("#8d99ae", *(COLORS[k % len(COLORS)] for k in range(len(shared))))
    return tuple(
        Bar(name=name, length=max(0.0, fen * BAR_WIDTH / most), amount=a_day(found, fen), color=color)
        for name, fen, color in zip(names, paid, colors, strict=True)
    )


def _brand_row(
    found: SharedCosts, shared: tuple[Shared, ...], brand: str
) -> tuple[Text, int, str, list[tuple[str, str, str]]]:
    """Return the brand, its pieces, what it costs alone, and share, saving and error by method."""
    cells = []
    for each in shared:
        made = next(made for made in each.statements if made.brand == brand)
        cells.append((a_day(found, made.share_fen), _saved(made), _error(found, made)))
    return member(brand), found.pieces[brand], a_day(found, found.costs[frozenset((brand,))]), cells


def _saved(made: Statement) -> str:
    return f"{100 * made.saving_fen / made.alone_fen:.1f} %" if made.alone_fen else "—"


def _error(found: SharedCosts, made: Statement) -> str:
    return "" if made.error_fen is None else f"± {made.error_fen / len(found.days) / 100:,.2f}"


def _coalition_row(found: SharedCosts, coalition: Coalition) -> tuple[Text, str, int, list[str]]:
    by_day = [yuan(costs[coalition]) for costs in found.by_day.values()]
    return named(coalition), yuan(found.costs[coalition]), found.left.get(coalition, 0), by_day


def _repair_row(found: SharedCosts, number: int) -> tuple[Text, Text, str, str, Text]:
    each = found.repairs[number]
    repair = each.repair
    before, after = yuan(repair.before_fen), yuan(repair.after_fen)
    return day_name(each.day), named(repair.coalition), before, after, plan_names(repair.plans)
