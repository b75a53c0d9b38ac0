"""Takes personal columns out of an order file before anything else reads it.

Files of brands bring names, phones and addresses that no solver needs. What this module takes out goes into sealed
boxes (``api.service.personal``); what it leaves is the file that is stored, validated and planned, line for line.
Of a column that is neither known nor personal only the header stays, for the reader to refuse: what stood in it
may be anybody's remark.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from api.errors import InvalidInput
from api.service.masking import field_of, looks_personal
from scenarios.cells import plain
from scenarios.columns import ORDERS
from scenarios.tables import BOMS

ID_HEADERS = ("id", "订单号")

KNOWN = frozenset(name.lower() for column in ORDERS.columns for name in (column.name, column.zh))
"""Headers whose columns stay as they are, in lower case, as headers are compared."""

MOST_FIELD = 32
"""Characters of the name of a field in the database."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PersonalValue:
    """One personal field of one order."""

    order: str
    field: str
    value: str


def split_personal(file: str, data: bytes) -> tuple[bytes, tuple[PersonalValue, ...]]:
    """Return an order file without its personal columns, and what stood in them. O(cells).

    A file of known columns only comes back as it is, in its own encoding; another comes back as UTF-8.

    Raises
    ------
    InvalidInput
        E675, where a file with other columns, or in no known encoding, cannot be taken apart for certain: it is not
        kept.
    """
    text = decoded(data)
    if text is None:
        raise InvalidInput("E675", file=file, detail="UTF-8, GB18030")
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    if all(folded(cell.strip('"')) in KNOWN for cell in head.split(delimiter)):
        return data, ()
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InvalidInput("E675", file=file, detail=str(error)) from None
    first = next((i for i, row in enumerate(rows) if any(cell.strip() for cell in row)), len(rows))
    if first == len(rows):
        return data, ()
    header = [folded(cell) for cell in rows[first]]
    personal = _fields(file, header)
    ident = next((i for i, cell in enumerate(header) if cell in ID_HEADERS), None)
    if ident is None or any(len(row) > len(header) for row in rows[first:]):
        raise InvalidInput("E675", file=file, detail="id" if ident is None else "columns")
    found = tuple(
        PersonalValue(order=row[ident].strip(), field=field, value=row[i].strip())
        for row in rows[first + 1 :]
        for i, field in personal.items()
        if ident < len(row) and i < len(row) and row[i].strip()
    )
    unknown = {i for i, cell in enumerate(header) if cell not in KNOWN}
    left = io.StringIO()
    writer = csv.writer(left, delimiter=delimiter, lineterminator="\n")
    for number, row in enumerate(rows):
        kept = [(i, cell) for i, cell in enumerate(row) if i not in personal]
        writer.writerow(["" if i in unknown and number > first else cell for i, cell in kept])
    return left.getvalue().encode(), found


def _fields(file: str, header: list[str]) -> dict[int, str]:
    """Return the field of each personal column; one whose field is taken or unheard of goes by its own header."""
    fields: dict[int, str] = {}
    for i, cell in enumerate(header):
        if cell in KNOWN or not (field_of(cell) or looks_personal(cell)):
            continue
        field = field_of(cell) or cell
        field = cell if field in fields.values() else field
        if len(field) > MOST_FIELD or not field.isprintable() or field in fields.values():
            raise InvalidInput("E675", file=file, detail=field[:MOST_FIELD])
        fields[i] = field
    return fields


def folded(header: str) -> str:
    """Return a header as the reader of scenarios compares it."""
    return plain(header).lower().replace(" ", "")


def decoded(data: bytes) -> str | None:
    """Return the text as ``scenarios.tables`` would read it, None where it would not."""
    announced = [encoding for bom, encoding in BOMS if data.startswith(bom)]
    for encoding in announced or ["utf-8", "gb18030"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
