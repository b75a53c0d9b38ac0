"""Where a result is missing, in words: the variant, the day and the part, as tables call them; of any study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.exports.comparison_words import day_name
from api.words import WORDS
from scenarios.gain_sharing.game import named
from scenarios.province import SEPARATOR
from scenarios.text import Text

if TYPE_CHECKING:
    from api.exports.workbook import Book
    from scenarios.variants.compare import Comparison, Loss
    from scenarios.variants.executor import Failure

WAYS = {way: WORDS[f"direction_{way}"] for way in ("down", "up")}
"""Directions that are planned apart."""


def named_losses(comparison: Comparison) -> list[tuple[Text, Failure]]:
    """Return where each loss is, for people, and why there is no result."""
    return [(named_loss(comparison, loss), loss.failure) for loss in comparison.losses]


def write_missing(book: Book, comparison: Comparison) -> None:
    """Add a sheet of what has no result and why; none where nothing is missing."""
    if not comparison.losses:
        return
    sheet = book.sheet(book.word("missing"), (20, 12, 24, 8, 80))
    for number, loss in enumerate(comparison.losses):
        place = (variant_name(comparison, loss.variant), named_day(loss.day), part_name(loss.part))
        sheet.write_row(number, 0, (*map(book.text, place), loss.failure.code, book.text(loss.failure.text)))


def named_loss(comparison: Comparison, loss: Loss) -> Text:
    """Return variant, day and part of a loss, those that there are, for people."""
    found = [variant_name(comparison, loss.variant), named_day(loss.day), part_name(loss.part)]
    return _joined(" · ", [part for part in found if part.zh])


def variant_name(comparison: Comparison, variant: str) -> Text:
    """Return what the variant with this id is called; the id where there is none."""
    names = {each.id: each.name for each in comparison.agenda.variants}
    return names.get(variant, Text(variant, variant))


def named_day(day: str) -> Text:
    """Return what people call a day: ``day 3``, ``peak 1.8``, ``week 1 day 3``; of a county ``COUNTY/day 3``."""
    county, _, own = day.rpartition(SEPARATOR)
    if county:
        name = named_day(own)
        return Text(f"{county} {name.zh}", f"{county} {name.en}")
    match own.split(" "):
        case ["week", week, "day", number]:
            return Text(f"第 {week} 周第 {number} 天", own)
    return day_name(own)


def part_name(part: str) -> Text:
    """Return what people call a part of a day (``scenarios.variants.apply.parts_of_day``): brands and direction."""
    return _joined(" / ", [WAYS.get(each) or named(frozenset(each.split("+"))) for each in part.split(" / ") if each])


def _joined(between: str, parts: list[Text]) -> Text:
    return Text(between.join(part.zh for part in parts), between.join(part.en for part in parts))
