"""From an uploaded body to the files of a scenario folder, whatever way they came: JSON, zip or multipart.

Personal columns of orders are taken out here, before anything is stored or handed on; what speaks of persons elsewhere
is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from api.errors import Fault, InvalidInput
from api.service.documents import (
    DATUM,
    DOCUMENT_TABLES,
    FIRST_ROW,
    OTHERS,
    files_of_document,
    files_of_parts,
    json_pointer,
    rows_of_table,
    settings_of,
)
from api.service.folders import checked, packed, settings_tree, unpacked
from api.service.personal_columns import split_personal
from api.service.personal_traces import traces
from scenarios.columns import ORDERS
from scenarios.settings import FILE
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.service.personal_columns import PersonalValue

JSON, ZIP, MULTIPART = "application/json", "application/zip", "multipart/form-data"

MEDIA = {
    JSON: JSON,
    ZIP: ZIP,
    "application/x-zip-compressed": ZIP,
    "application/octet-stream": ZIP,
    MULTIPART: MULTIPART,
}
"""Content types that are accepted, and as what."""


MOST_ID = 64
"""Characters of the id of an order, as readers take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """Checked files of a scenario folder, and the personal fields that its orders had."""

    files: Mapping[str, bytes]
    personal: Sequence[PersonalValue] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedUpload:
    """An upload as it is stored, so that nobody keeps its files in memory."""

    content: bytes = field(repr=False)
    personal: Sequence[PersonalValue] = field(default=(), repr=False)


def packed_upload(upload: Upload) -> PackedUpload:
    """Return an upload with its files as a zip."""
    return PackedUpload(content=packed(upload.files), personal=upload.personal)


def media_of(content_type: str) -> str:
    """Return which of the three ways a body comes.

    Raises
    ------
    InvalidInput
        E640.
    """
    media = content_type.partition(";")[0].strip().lower()
    if media not in MEDIA:
        raise InvalidInput("E640", value=content_type[:80] or "-", known=", ".join((JSON, ZIP, MULTIPART)))
    return MEDIA[media]


def from_json(body: bytes) -> Upload:
    """Return the upload of a JSON document.

    Raises
    ------
    InvalidInput
        E633, E631.
    """
    return _split(files_of_document(parsed(body)))


def from_zip(body: bytes) -> Upload:
    """Return the upload of a zipped folder.

    Raises
    ------
    InvalidInput
        E641 to E644.
    """
    return _split(unpacked(body))


def from_parts(parts: Mapping[str, bytes]) -> Upload:
    """Return the upload of files by name.

    Raises
    ------
    InvalidInput
        E642 to E644.
    """
    return _split(parts)


def parsed(body: bytes) -> dict[str, Any]:
    """Return a JSON object: UTF-8, no name twice, no number that is none.

    Raises
    ------
    InvalidInput
        E633; E651 for JSON of another kind.
    """
    try:
        document = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise InvalidInput("E633", detail="not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise InvalidInput("E633", detail=str(error)[:100]) from None
    if not isinstance(document, dict):
        raise InvalidInput("E651", column="body", expected=Text("对象", "an object"))
    return document


def changed(files: Mapping[str, bytes], body: bytes) -> Upload:
    """Return the files with a partial document laid over them.

    ``settings`` are merged (null takes one out), a table that is a list replaces the whole table, one that is
    ``{"upsert": [...], "remove": [ids]}`` changes rows by id; ``files`` replaces files, null takes one out.

    Raises
    ------
    InvalidInput
        E633, E631, E651.
    """
    document = parsed(body)
    rows_by_table = {name: document.pop(name) for name in DOCUMENT_TABLES if isinstance(document.get(name), dict)}
    for name, change in rows_by_table.items():
        document[name] = _changed_rows(files, name, change)
    if isinstance(document.get("settings"), dict):
        stored = settings_of(settings_tree(files.get(FILE, b"")))
        document["settings"] = merged(stored, document["settings"])
    dropped = _dropped(document)
    made = files_of_parts(document)
    kept = {name: data for name, data in files.items() if name not in dropped}
    return _split({**kept, **made})


def document_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the document that stands for a folder; other files that are text come along, the rest is only named.

    ``from_json`` takes it back, if nothing is only named.
    """
    tables = {
        name: rows_of_table(files[table.file], table) for name, table in DOCUMENT_TABLES.items() if table.file in files
    }
    taken = {FILE, *(table.file for table in DOCUMENT_TABLES.values())}
    others = {name: data for name, data in files.items() if name not in taken}
    texts = {name: text for name, data in others.items() if (text := _text(data)) is not None}
    settings = settings_of(settings_tree(files.get(FILE, b"")))
    datums = settings.setdefault("datums", {})
    if isinstance(datums, dict):  # else the reader refuses it
        datums.setdefault("places", DATUM)
    return {"settings": settings, **tables, "files": texts, OTHERS: sorted(set(others) - set(texts))}


def order_ids(files: Mapping[str, bytes]) -> frozenset[str]:
    """Return the ids of the orders in a folder."""
    return frozenset(str(row.get("id", "")).strip() for row in rows_of_table(files.get(ORDERS.file, b""), ORDERS))


def _text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def merged(tree: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``tree`` with ``patch`` merged in, as RFC 7396 has it."""
    result = dict(tree)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            below = result.get(key)
            result[key] = merged(below if isinstance(below, dict) else {}, value)
        else:
            result[key] = value
    return result


def _split(files: Mapping[str, bytes]) -> Upload:
    """Return checked files whose orders are without personal columns, however the name of their file is written.

    Raises
    ------
    InvalidInput
        E675; E631 with what speaks of persons where no personal field is kept (E685, E686).
    """
    sound = checked(files)
    found: dict[tuple[str, str], PersonalValue] = {}
    for name in sorted(sound, key=ORDERS.file.__eq__):  # the file that is read comes last, and counts
        if name.rpartition("/")[2].strip().casefold() != ORDERS.file:
            continue
        sound[name], values = split_personal(name, sound[name])
        if any(not value.order.isprintable() or len(value.order) > MOST_ID for value in values):
            raise InvalidInput("E675", file=name, detail="id")  # whose they are could not be written down
        found |= {(value.order, value.field): value for value in values}
    if faults := tuple(traces(sound)):
        raise InvalidInput("E631", faults=faults, count=len(faults))
    return Upload(files=sound, personal=tuple(found.values()))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _dropped(document: dict[str, Any]) -> set[str]:
    """Take the files that are null out of a partial document and return their names."""
    named = document.get("files")
    if not isinstance(named, dict):
        return set()
    dropped = {name for name, content in named.items() if content is None}
    document["files"] = {name: content for name, content in named.items() if content is not None}
    return dropped


def _changed_rows(files: Mapping[str, bytes], name: str, change: Mapping[str, Any]) -> list[Any]:
    """Return the rows of a table after ``upsert`` and ``remove``; none is lost that was not named.

    Raises
    ------
    InvalidInput
        E651; E631 with E320, where two stored rows have one id.
    """
    table = DOCUMENT_TABLES[name]
    upsert, removed = change.get("upsert", []), change.get("remove", [])
    is_sound = set(change) <= {"upsert", "remove"} and isinstance(upsert, list) and isinstance(removed, list)
    if not is_sound or not table.key or not all(isinstance(row, dict) for row in upsert):
        expected = Text('{"upsert": [行], "remove": [编号]}', '{"upsert": [rows], "remove": [ids]}')
        raise InvalidInput("E651", column=name, expected=expected)
    key = next(column.name for column in table.columns if column.field == table.key)
    rows = rows_of_table(files.get(table.file, b""), table)
    gone = {str(each) for each in removed}
    at: dict[str, int] = {}
    for i, row in enumerate(rows):
        ident = str(row.get(key, ""))
        if ident in at and ident not in gone:  # which of the two is meant would be a guess
            place = {"pointer": json_pointer(name, i, key), "first": at[ident] + FIRST_ROW}
            fault = Fault(code="E320", file=table.file, row=i + FIRST_ROW, column=key, value=ident[:80], values=place)
            raise InvalidInput("E631", faults=(fault,), count=1)
        if ident:
            at[ident] = i
    for row in upsert:
        ident = str(row.get(key, ""))
        if ident and ident in at:
            rows[at[ident]] = merged(rows[at[ident]], row)
        else:
            at[ident] = len(rows)
            rows.append(merged({}, row))
    return [row for row in rows if str(row.get(key, "")) not in gone]
