"""Takes personal columns out of an order file before anything else reads it.

Files of brands bring names, phones and addresses that no solver needs. What this module takes out goes into sealed
boxes (``api.service.personal``); what it leaves is the file that is stored, validated and planned, line for line.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from api.errors import InvalidInput
from api.service.masking import field_of
from scenarios.tables import BOMS

ID_HEADERS = ("id", "订单号")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PersonalValue:
    """One personal field of one order."""

    order: str
    field: str
    value: str


def split_personal(file: str, data: bytes) -> tuple[bytes, tuple[PersonalValue, ...]]:
    """Return an order file without its personal columns, and what stood in them. O(cells).

    A file without such columns comes back as it is, in its own encoding; another comes back as UTF-8.

    Raises
    ------
    InvalidInput
        E675, where a file with personal columns cannot be taken apart for certain: it is not kept.
    """
    text = _decoded(data)
    if text is None:
        return data, ()
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    if not any(field_of(cell.strip('"')) for cell in head.split(delimiter)):
        return data, ()
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InvalidInput("E675", file=file, detail=str(error)) from None
    first = next(i for i, row in enumerate(rows) if any(cell.strip() for cell in row))
    header = rows[first]
    personal = {i: field for i, cell in enumerate(header) if (field := field_of(cell)) is not None}
    ident = next((i for i, cell in enumerate(header) if cell.strip().lower() in ID_HEADERS), None)
    if ident is None or any(len(row) > len(header) for row in rows[first:]):
        raise InvalidInput("E675", file=file, detail="id" if ident is None else "columns")
    found = tuple(
        PersonalValue(order=row[ident].strip(), field=field, value=row[i].strip())
        for row in rows[first + 1 :]
        for i, field in personal.items()
        if ident < len(row) and i < len(row) and row[i].strip()
    )
    left = io.StringIO()
    writer = csv.writer(left, delimiter=delimiter, lineterminator="\n")
    for row in rows:
        writer.writerow([cell for i, cell in enumerate(row) if i not in personal])
    return left.getvalue().encode(), found


def _decoded(data: bytes) -> str | None:
    """Return the text as ``scenarios.tables`` would read it, None where it would not."""
    announced = [encoding for bom, encoding in BOMS if data.startswith(bom)]
    for encoding in announced or ["utf-8", "gb18030"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
