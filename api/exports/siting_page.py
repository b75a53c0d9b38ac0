"""``siting.html``: one file with no request to anywhere, assumptions first, maps side by side, both languages in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.exports.losses import named_losses
from api.exports.pages import environment
from api.exports.siting import MODELS, WORDS, cost_text, count_text, difference_text
from api.exports.siting_map import draw_ground, draw_set
from api.units import yuan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.exports.siting import SitingReport
    from scenarios.siting.outcome import Outcome
    from scenarios.siting.viability import Viability
    from scenarios.text import Text

MOST_MAPS = 6
"""Sets that are drawn, the cheapest first."""

COLUMNS = ("total", "against_today", "against_best")
MEASURES = ("covered", "chilled", "on_time", "vehicles", "km", "left")


def write_page(report: SitingReport, path: Path, *, lang: str) -> None:
    """Write the page, opening in ``lang`` ("zh" or "en")."""
    ranking = report.ranking
    ground = draw_ground(ranking.costs)
    drawn = [(o.chosen.name, draw_set(ranking.costs, o.chosen, ground)) for o in ranking.outcomes[:MOST_MAPS]]
    heads = [*COLUMNS[:1], *report.parts, *COLUMNS[1:], *MEASURES]
    if all(outcome.chilled is None for outcome in ranking.outcomes):
        heads.remove("chilled")
    html = (
        environment()
        .get_template("siting.html.j2")
        .render(
            lang=lang,
            w=WORDS,
            report=report,
            run=ranking.run,
            ground=ground,
            losses=named_losses(ranking.run),
            maps=drawn,
            heads=heads,
            rows=[(o.chosen.name, [_cell(report, o, name) for name in heads]) for o in ranking.outcomes],
            sites=list(_sites(report)),
            models=list(_models(report)),
        )
    )
    path.write_text(html, encoding="utf-8")


def _cell(report: SitingReport, outcome: Outcome, name: str) -> str:
    if name in report.parts:
        return yuan(outcome.mean_fen(name))
    if name == "total":
        return cost_text(outcome.total)
    if name in COLUMNS:
        return difference_text(getattr(outcome, name)) or "—"
    return _measure(outcome, name)


def _measure(outcome: Outcome, name: str) -> str:
    shares = {"covered": outcome.covered, "chilled": outcome.chilled, "on_time": outcome.mean("on_time_share")}
    if name in shares:
        share = shares[name]
        return "—" if share is None else f"{share * 100:.1f} %"
    source, scale = {"vehicles": ("vehicles", 1), "km": ("distance_m", 1_000), "left": ("unserved_pieces", 1)}[name]
    value = outcome.mean(source)
    return "—" if value is None else f"{value / scale:,.1f}"


def _sites(report: SitingReport) -> Iterator[tuple[Text, str, list[str | Text], bool]]:
    """Yield set, site, its figures, and whether it runs at a loss beyond doubt."""
    for outcome in report.ranking.outcomes:
        for each in outcome.sites:
            is_bad = each.surplus.mean < 0 and each.is_sure
            yield outcome.chosen.name, report.names[each.site], _fare(each), is_bad


def _fare(each: Viability) -> list[str | Text]:
    return [
        f"{each.passed:,.1f}",
        f"{each.own:,.1f}",
        count_text(each.pieces),
        yuan(each.fee_fen),
        yuan(each.running_fen),
        cost_text(each.surplus),
        WORDS["no_fee"] if each.break_even is None else f"{each.break_even:,}",
        yuan(each.yearly_top_up_fen),
    ]


def _models(report: SitingReport) -> Iterator[tuple[Text, Text, list[str]]]:
    """Yield set and model, then rank, value and proven gap."""
    for outcome in report.ranking.outcomes:
        for each in outcome.chosen.nominations:
            gap = f"{each.gap * 100:.2f} %"
            yield outcome.chosen.name, MODELS[each.model], [str(each.rank), _value(each.model, each.value), gap]


def _value(model: str, value: float) -> str:
    """Return what a model minimises, in its unit: yuan, sites, hours of all pieces, or pieces beyond the limit."""
    return {"fixed_charge": yuan(value), "p_median": f"{value / 3_600:,.1f} h"}.get(model, f"{value:,.1f}")
