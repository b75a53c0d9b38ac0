"""``frequency.html``: one file with no request to anywhere, assumptions first, both languages in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.exports.figures import inlined, picture
from api.exports.frequency import COLUMNS, frontier_text, row_texts
from api.exports.frequency_charts import SALT, drawings
from api.exports.frequency_words import WORDS
from api.exports.losses import named_losses
from api.exports.pages import environment

if TYPE_CHECKING:
    from pathlib import Path

    from api.exports.frequency import FrequencyReport

LANGUAGES = ("zh", "en")


def write_page(report: FrequencyReport, path: Path, *, lang: str) -> None:
    """Write the page, opening in ``lang`` ("zh" or "en")."""
    pictures = {
        name: {each: inlined(picture(draw, "svg", lang=each, salt=SALT)) for each in LANGUAGES}
        for name, draw in drawings(report).items()
    }
    pieces, study = report.pieces(), report.study
    html = (
        environment()
        .get_template("frequency.html.j2")
        .render(
            lang=lang,
            w=WORDS,
            report=report,
            study=study,
            pictures=pictures,
            columns=COLUMNS,
            losses=named_losses(report.planned),
            table=[(outcome, row_texts(outcome), frontier_text(outcome)) for outcome in report.outcomes],
            villages=[
                (
                    report.name(place),
                    pieces[place],
                    [report.days_of_visit(outcome, place) for outcome in report.outcomes],
                )
                for place in pieces
            ],
        )
    )
    path.write_text(html, encoding="utf-8")
