"""``runsheets.html``: one A4 page a trip with visits, times, bags per brand, what to collect and the loading list.

Works on a phone and on paper, without scripts and without any request. Up to about
30 visits fit a page in ever smaller type; a longer trip continues on the next page
under the same heading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.exports.pages import environment
from api.words import words

if TYPE_CHECKING:
    from pathlib import Path

    from api.views import DayView


def write_runsheets(day: DayView, path: Path, *, lang: str) -> None:
    """Write the run sheets of all trips in ``lang`` ("zh" or "en")."""
    page = environment().get_template("runsheets.html.j2").render(day=day, lang=lang, w=words(lang))
    path.write_text(page, encoding="utf-8")
