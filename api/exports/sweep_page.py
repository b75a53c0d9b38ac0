"""``sweep.html``: one file with no request to anywhere, assumptions first, pictures inside, both languages in it."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from api.exports.losses import named_losses
from api.exports.pages import environment
from api.exports.sweep import WORDS, break_even_text, change_text, cost_text, throughout_text, value_text
from api.exports.sweep_charts import curves, rendered, tornado
from api.units import yuan
from scenarios.sensitivity import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.exports.sweep import Sweep
    from scenarios.text import Text

LANGUAGES = ("zh", "en")


def write_page(sweep: Sweep, path: Path, *, lang: str) -> None:
    """Write the page, opening in ``lang`` ("zh" or "en")."""
    pictures = {
        name: {each: _picture(rendered(draw, sweep, "svg", lang=each)) for each in LANGUAGES}
        for name, draw in (("tornado", tornado), ("curves", curves))
    }
    html = (
        environment()
        .get_template("sweep.html.j2")
        .render(
            lang=lang,
            w=WORDS,
            sweep=sweep,
            pictures=pictures,
            break_evens=[break_even_text(sweep, found) for found in sweep.break_evens],
            throughout=[throughout_text(sweep, found) for found in sweep.throughout],
            table=list(_rows(sweep)),
            losses=named_losses(sweep.run),
        )
    )
    path.write_text(html, encoding="utf-8")


def _picture(svg: bytes) -> str:
    """Return a picture as an address that holds it, so that drawings of two languages share no ids."""
    return f"data:image/svg+xml;base64,{b64encode(svg).decode()}"


def _rows(sweep: Sweep) -> Iterator[tuple[Text, Text, list[str]]]:
    """Yield variant, figure, and value, cost, change, cost per piece, vehicles, km, pieces left, days of each point."""
    for curve in sweep.curves:
        for spot in curve.spots:
            change = change_text(spot.against_today)
            piece = "—" if spot.piece_fen is None else yuan(spot.piece_fen)
            km = f"{spot.distance_m / 1000:,.1f}"
            cells = [
                value_text(curve.factor, spot.value),
                cost_text(spot.cost_fen),
                change,
                piece,
                f"{spot.vehicles:.1f}",
                km,
            ]
            yield (
                sweep.name(curve.side),
                NAMES[curve.factor.name],
                [*cells, f"{spot.unserved_pieces:.1f}", str(spot.cost_fen.days)],
            )
