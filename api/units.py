"""Numbers as people write them: clock times, kilometres, yuan and loads.

Inside, everything is whole seconds, metres, fen and load units; text is made
here and nowhere else, so that screen, paper and tables agree.
"""

from __future__ import annotations

LOAD_UNITS: dict[str, tuple[str, int, int]] = {
    "g": ("kg", 1_000, 1),
    "ml": ("L", 1_000, 0),
}
"""Suffix of a load dimension -> (unit shown, divisor, decimals); others are shown as they are."""

LOAD_NAMES: dict[str, tuple[str, str]] = {
    "g": ("重量", "weight"),
    "ml": ("体积", "volume"),
    "totes": ("周转箱", "totes"),
    "pallets": ("托盘", "pallets"),
    "pieces": ("件数", "pieces"),
}
"""Suffix of a load dimension -> (zh, en)."""


def clock(time_s: int, *, seconds: bool = False) -> str:
    """Return ``06:05`` (or ``06:05:09``); hours run on past midnight, as in the files. Cuts, never rounds up."""
    text = f"{time_s // 3600:02d}:{time_s // 60 % 60:02d}"
    return f"{text}:{time_s % 60:02d}" if seconds else text


def hours(duration_s: float) -> str:
    """Return a duration as ``7:05`` hours and minutes, rounded to the minute."""
    minutes = round(duration_s / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def km(distance_m: float) -> str:
    """Return kilometres with one decimal."""
    return f"{distance_m / 1000:,.1f}"


def yuan(amount_fen: float) -> str:
    """Return yuan with two decimals and thousands apart, such as ``1,234.50``."""
    return f"{amount_fen / 100:,.2f}"


def load_kind(dimension: str) -> str:
    """Return the suffix that tells the unit of a load dimension (``load_g`` -> ``g``)."""
    return dimension.rsplit("_", 1)[-1]


def load_name(dimension: str, lang: str) -> str:
    """Return the name of a load dimension in ``lang``; unknown ones are named by themselves."""
    zh, en = LOAD_NAMES.get(load_kind(dimension), (dimension, dimension))
    return zh if lang == "zh" else en


def load_unit(dimension: str) -> str:
    """Return the unit that ``load_text`` uses; empty for counted dimensions."""
    return LOAD_UNITS.get(load_kind(dimension), ("", 1, 0))[0]


def load_number(amount: int, dimension: str) -> str:
    """Return the amount in its shown unit, without the unit."""
    _, divisor, decimals = LOAD_UNITS.get(load_kind(dimension), ("", 1, 0))
    return f"{amount / divisor:,.{decimals}f}"


def load_text(amount: int, dimension: str) -> str:
    """Return the amount with its unit, such as ``12.5 kg``."""
    unit = load_unit(dimension)
    return load_number(amount, dimension) + (f" {unit}" if unit else "")
