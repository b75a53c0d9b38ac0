"""``report.html``: the whole day in one file, for the screen, the phone and paper, with no request to anywhere.

Both languages are in the file; a button changes between them. Without scripts
everything can still be read, in the language it was made for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.exports import svg
from api.exports.pages import environment
from api.exports.tier_svg import draw_tiers
from api.words import WORDS

if TYPE_CHECKING:
    from pathlib import Path

    from api.views import DayView


def write_report(day: DayView, path: Path, *, lang: str) -> None:
    """Write the report, opening in ``lang`` ("zh" or "en")."""
    page = environment().get_template("report.html.j2")
    html = page.render(
        day=day,
        lang=lang,
        w=WORDS,
        tiers=day.tiers,
        td=None if day.tiers is None else draw_tiers(day, day.tiers),
        changes={s.place.id for s in day.tiers.stations if s.handovers} if day.tiers is not None else set(),
        map=svg.draw_map(day),
        gantt=svg.draw_gantt(day),
        loads=[(trip, svg.load_steps(trip)) for trip in day.trips],
        load_height=svg.LOAD_HEIGHT,
        load_width=svg.LOAD_WIDTH,
        gantt_left=svg.GANTT_LEFT,
    )
    path.write_text(html, encoding="utf-8")
