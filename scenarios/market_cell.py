"""The cell of a table that tells when a market is held; semicolons may stand for commas, which end a cell of CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.cells import SEPARATORS, Cell, CellError
from scenarios.errors import InvalidInput
from scenarios.market_days import parse_market_days

if TYPE_CHECKING:
    from scenarios.market_days import MarketDays


def market_days() -> Cell:
    """Return the cell that reads a rule of ``scenarios.market_days``, such as ``lunar:2;5;8``."""
    return Cell(
        read=_read, show=_show, unit="1;4;7 / lunar:2;5;8 / weekday:6 / branch:子;午 / cycle4:2026-01-01", span=""
    )


def _read(raw: str) -> MarketDays:
    try:
        return parse_market_days(SEPARATORS.sub(",", raw))
    except InvalidInput as error:
        raise CellError(error.code, **{name: v for name, v in error.values.items() if name != "value"}) from None


def _show(rule: MarketDays) -> str:
    return str(rule).replace(",", ";")
