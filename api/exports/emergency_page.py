"""``emergency.html``: one file with no request to anywhere; who is cut off and the assumptions come first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.exports.emergency import more_text
from api.exports.emergency_map import area_color, draw
from api.exports.emergency_words import WORDS
from api.exports.pages import environment
from api.units import clock, hours, yuan
from scenarios.emergency.means import MEANS_NAMES
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.exports.emergency import Relief
    from api.views import TripView, UnservedView
    from scenarios.emergency.answer import Answer
    from scenarios.emergency.standing import ClassRow

SHOWN_PLACES, SHOWN_LEFT = 40, 60
"""Names of an area, and goods left behind, that the page lists at most."""


def write_page(relief: Relief, path: Path, *, lang: str) -> None:
    """Write the page, opening in ``lang`` ("zh" or "en")."""
    left = left_behind(relief)
    html = (
        environment()
        .get_template("emergency.html.j2")
        .render(
            lang=lang,
            w=WORDS,
            relief=relief,
            emergency=relief.rescue.emergency,
            sentence=sentence_of(relief),
            areas=list(_areas(relief)),
            maps=draw(relief),
            answers=[(MEANS_NAMES[each.means.key], each, list(map(_cells, each.rows))) for each in _shown(relief)],
            hurried=hurried_text(relief),
            waiting=waiting_text(relief),
            trips=list(_trips(relief)),
            left=left[:SHOWN_LEFT],
            num_left=len(left),
            more=[(more_text(relief, each), *_gain(relief, each)) for each in relief.answers.more],
        )
    )
    path.write_text(html, encoding="utf-8")


def sentence_of(relief: Relief) -> Text:
    """Return the whole in one sentence."""
    best, cut = relief.answers.best, relief.standing.cut
    values = {
        "places": len(cut),
        "pieces": sum(each.pieces for each in cut),
        "villages": best.villages,
        "carried": best.carried,
    }
    return filled("sentence", **values)


def filled(key: str, **values: object) -> Text:
    """Return words with values in them, in both languages."""
    return Text(WORDS[key].zh.format(**values), WORDS[key].en.format(**values))


def hurried_text(relief: Relief) -> Text | None:
    """Return what bringing the first class sooner gains and costs; None where the plan to go by does not."""
    best, usual = relief.answers.best, relief.answers.compared[-1]
    if not best.is_hurried:
        return None
    first, was = best.rows[0], usual.rows[0]
    values = {
        "now": _clock(first.mean_s),
        "then": _clock(was.mean_s),
        "cost": f"{(best.cost_fen - usual.cost_fen) / 100:+,.2f}",
        "more": f"{best.carried - usual.carried:+d}",
    }
    text = WORDS["hurried"]
    return Text(text.zh.format(name=first.name.zh, **values), text.en.format(name=first.name.en, **values))


def waiting_text(relief: Relief) -> Text | None:
    """Return how many pieces the relays have no room for, None where they have room for all."""
    known = relief.rescue.county.problem.shipment_of
    pieces = sum(known[each].pieces for each in relief.rescue.waiting)
    return filled("waiting", pieces=pieces) if pieces else None


def left_behind(relief: Relief) -> list[UnservedView]:
    """Return the goods that the plan to go by does not bring across, in its order; parts alike are one."""
    cut, known = relief.rescue.isolated, relief.rescue.county.problem.shipment_of
    found: dict[tuple[object, ...], UnservedView] = {}
    for u in relief.day.unserved:
        if not {known[u.shipment].origin, known[u.shipment].destination} & cut.keys():
            continue
        key = (u.place.id, u.direction, u.brand, u.commodity, u.code, u.remedy)
        found[key] = replace(u, pieces=u.pieces + found[key].pieces) if key in found else u
    return list(found.values())


def _clock(time_s: float | None) -> str:
    return "—" if time_s is None else clock(int(time_s))


def _shown(relief: Relief) -> list[Answer]:
    best = relief.answers.best
    return [*relief.answers.compared, *([best] if best.is_hurried else [])]


def _areas(relief: Relief) -> Iterator[dict[str, object]]:
    for number, (area, places) in enumerate(relief.standing.areas.items(), start=1):
        drives = [each.before_s for each in places]
        more = len(places) - SHOWN_PLACES
        yield {
            "number": number,
            "color": area_color(relief, area),
            "places": len(places),
            "pieces": sum(each.pieces for each in places),
            "kg": f"{sum(each.load_g for each in places) / 1_000:,.0f}",
            "before": f"{hours(min(drives))} – {hours(max(drives))}",
            "names": "、".join(each.name for each in places[:SHOWN_PLACES]) + (f" … +{more}" if more > 0 else ""),
        }


def _cells(row: ClassRow) -> dict[str, object]:
    return {
        "name": row.name,
        "brought": f"{row.carried} / {row.pieces}",
        "kg": f"{row.carried_g / 1_000:,.0f} / {row.load_g / 1_000:,.0f}",
        "share": round(100 * row.carried / row.pieces) if row.pieces else 0,
        "villages": f"{row.villages} / {row.places}",
        "first": _clock(row.first_s),
        "mean": _clock(row.mean_s),
    }


def _trips(relief: Relief) -> Iterator[TripView]:
    """Yield the trips that bring goods to the break, fly over it, or drive beyond it."""
    rescue = relief.rescue
    ways = {c.relay.id for c in rescue.crossings} | {b.id for b in rescue.emergency.drones}
    for trip in relief.day.trips:
        calls = {trip.start.id, trip.end.id, *(visit.place.id for visit in trip.visits)}
        if calls & (ways | rescue.isolated.keys()):
            yield trip


def _gain(relief: Relief, answer: Answer) -> tuple[str, str, str]:
    """Return more pieces, more places and more yuan than without it."""
    usual = relief.answers.compared[-1]
    pieces, places = answer.carried - usual.carried, answer.villages - usual.villages
    return f"{pieces:+d}", f"{places:+d}", yuan(answer.cost_fen - usual.cost_fen)
