"""``stress.html``: one file with no request to anywhere, assumptions first, pictures inside, both languages in it."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from api.exports.pages import environment
from api.exports.stress import chance_text, more_fen, road_name, share_text, span_texts, verdict
from api.exports.stress_book import MEASURES, measured
from api.exports.stress_charts import frontier, lateness, rendered, roads
from api.exports.stress_words import POLICY, WORDS
from api.units import yuan
from scenarios.stress.noise import described

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.exports.stress import Report
    from optimizer.stress.outcome import Outcome
    from scenarios.text import Text

LANGUAGES = ("zh", "en")

PICTURES = {"lateness": (lateness, "svg"), "frontier": (frontier, "svg"), "map": (roads, "png")}
"""Name -> how it is drawn, and in which format it goes into the page: roads are too many lines for SVG."""

KINDS = {"svg": "image/svg+xml", "png": "image/png"}

SHOWN_PLACES = 6
"""Names of places cut off in one row of the page."""


def write_page(report: Report, path: Path, *, lang: str) -> None:
    """Write the page, opening in ``lang`` ("zh" or "en")."""
    pictures = {
        name: {each: _picture(rendered(draw, report, suffix, lang=each), suffix) for each in LANGUAGES}
        for name, (draw, suffix) in PICTURES.items()
    }
    html = (
        environment()
        .get_template("stress.html.j2")
        .render(
            lang=lang,
            w=WORDS,
            report=report,
            study=report.study,
            scenario=report.study.county.scenario,
            sizes=described(report.study.question.noise),
            policy=POLICY,
            verdict=verdict(report.study),
            pictures=pictures,
            measures=list(_measures(report)),
            visits=list(_visits(report)),
            vehicles=list(_vehicles(report)),
            roads=list(_roads(report)),
            buffers=list(_buffers(report)),
        )
    )
    path.write_text(html, encoding="utf-8")


def _picture(content: bytes, suffix: str) -> str:
    """Return a picture as an address that holds it, so that drawings of two languages share no ids."""
    return f"data:{KINDS[suffix]};base64,{b64encode(content).decode()}"


def _measures(report: Report) -> Iterator[tuple[Text, str, str]]:
    """Yield name, value on a quiet day and value with disturbances of every measure."""
    for name in MEASURES:
        yield WORDS[name], _measure(report.study.quiet, name), _measure(report.study.outcome, name)


def _measure(outcome: Outcome, name: str) -> str:
    value, kind = measured(outcome)[name]
    if name == "on_time" and outcome.days > 1:
        return share_text(outcome)
    return f"{value:.1%}" if kind == "percent" else f"{value:,.1f}"


def _visits(report: Report) -> Iterator[list[str]]:
    """Yield vehicle, trip, rank, place, three arrivals and two chances of the weakest visits."""
    for v in report.weakest:
        where = [v.vehicle, str(v.trip), str(v.rank), report.place(v.place)]
        yield [*where, *span_texts(v.arrive), chance_text(v.on_time), f"{v.closed.share:.1%}"]


def _vehicles(report: Report) -> Iterator[list[str]]:
    """Yield vehicle, three returns, overtime and chances of breaking rules, whoever breaks them most often first."""
    for v in report.hardest:
        chances = (v.max_overtime, v.shift_end, v.driving)
        yield [
            v.vehicle,
            *span_texts(v.returns),
            *(f"{s / 60:.0f}" for s in v.overtime_s),
            *(f"{chance.share:.1%}" for chance in chances),
        ]


def _roads(report: Report) -> Iterator[list[str]]:
    """Yield the ten worst roads, numbered as on the map."""
    for rank, (_, road) in enumerate(report.roads, start=1):
        names = ", ".join(report.place(place) for place in road.isolated[:SHOWN_PLACES])
        more = f" +{len(road.isolated) - SHOWN_PLACES}" if len(road.isolated) > SHOWN_PLACES else ""
        yield [
            *(str(rank), road_name(road), road.road_class, "✓" if road.is_bridge else ""),
            *(f"{road.length_m / 1000:.1f}", f"{len(road.isolated)}: {names}{more}" if road.isolated else "0"),
            *(str(road.isolated_pieces), str(road.late_pieces), str(round(road.detour_s / 60))),
        ]


def _buffers(report: Report) -> Iterator[tuple[Text, list[str], str]]:
    """Yield name, cells and mark of every buffer, cheapest first."""
    study = report.study
    for b in sorted(study.buffers, key=lambda b: b.cost_fen):
        more = more_fen(study, b)
        cells = [share_text(b), yuan(b.cost_fen), f"{'+' if more >= 0 else '-'}{yuan(abs(more))}"]
        cells += [f"{b.breaks_hours.share:.1%}", f"{b.trunk_missed_pieces:,.1f}", str(b.unserved)]
        yield b.name, cells, "best" if b == study.best else "front" if b in study.frontier else ""
