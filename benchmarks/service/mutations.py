"""Scenarios as nobody should send them: one or more things of a sound folder are changed, drawn from a number.

The same number gives the same upload. Changes know what they change: cells and headers of tables, encodings, values of
TOML and JSON, bytes of road files, names of files, fields of a zip, parts of a form.
"""

from __future__ import annotations

import io
import json
import random
import re
import stat
import struct
import zipfile
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from api.service.folders import packed
from api.service.uploads import document_of
from benchmarks.service.nasty import CELLS, ENCODINGS, HEADS, KINDS, NAMES, TOMLS, VALUES, XLSX_HEAD
from benchmarks.service.witness import Sent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = "/api/v1"

WAYS = ("zip", "zip", "zip", "zip", "json", "form")
"""How a folder is sent; a zip is what most systems make."""

ADDRESSES = (f"{ROOT}/scenarios:validate", f"{ROOT}/scenarios:validate", f"{ROOT}/scenarios")


Files = dict[str, bytes]


def upload(number: int, folders: Sequence[Mapping[str, bytes]]) -> Sent:
    """Return upload ``number``: a request without its key."""
    draw = random.Random(number)
    files = dict(folders[number % len(folders)])
    way = draw.choice(WAYS)
    if way == "json":
        kind, body = "application/json", _document(draw, files)
    else:
        for _ in range(draw.choice((0, 1, 1, 1, 2, 3))):
            if files:
                files = draw.choice(FOLDER_CHANGES)(draw, files)
        kind, body = _zipped(draw, files) if way == "zip" else _form(draw, files)
    if draw.random() < 0.03:
        kind = draw.choice(KINDS)
    headers = {"Content-Type": kind.encode("latin-1", "replace").decode("latin-1")}
    return Sent(method="POST", path=draw.choice(ADDRESSES), headers=headers, body=body)


def changed_document(draw: random.Random, document: Any, times: int = 1) -> Any:
    """Return a deep copy of JSON with some values, names or elements changed."""
    copy = json.loads(json.dumps(document))
    for _ in range(times):
        spots = list(_spots(copy))
        if not spots:
            return deepcopy(draw.choice(VALUES))
        within, at = draw.choice(spots)
        how = draw.randrange(6)
        if how < 3:
            within[at] = deepcopy(draw.choice(VALUES))  # one that is changed later would change in all cases
        elif how == 3:
            del within[at]
        elif isinstance(within, list):
            within.insert(draw.randrange(len(within) + 1), within[draw.randrange(len(within))])
        else:
            within[draw.choice(("id", "files", "brand", "\x00", "\ud800", "a" * 3_000, "settings", "~/1"))] = within[at]
    return copy


def _spots(tree: Any) -> list[tuple[Any, Any]]:
    """Return every place in a tree of JSON that holds a value."""
    found: list[tuple[Any, Any]] = []
    todo = [tree]
    while todo:
        each = todo.pop()
        keys = list(each) if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else ()
        found += [(each, key) for key in keys]
        todo += [each[key] for key in keys]
    return found


def _a_file(draw: random.Random, files: Files, *suffixes: str) -> str:
    """Return the name of one of the files, of these kinds if there are any."""
    return draw.choice([name for name in sorted(files) if name.endswith(suffixes)] or sorted(files))


def _lines(files: Files, name: str) -> list[list[str]]:
    return [line.split(",") for line in files[name].decode("utf-8-sig", "replace").splitlines()] or [[""]]


def _joined(files: Files, name: str, lines: list[list[str]], end: str = "\r\n") -> Files:
    text = end.join(",".join(cells) for cells in lines) + end
    return {**files, name: b"\xef\xbb\xbf" + text.encode("utf-8", "replace")}


def _cell(draw: random.Random, files: Files) -> Files:
    name = _a_file(draw, files, ".csv")
    lines = _lines(files, name)
    for _ in range(draw.choice((1, 1, 5))):
        row = draw.choice(lines[1:] or lines)
        row[draw.randrange(len(row))] = draw.choice(CELLS)
    return _joined(files, name, lines)


def _header(draw: random.Random, files: Files) -> Files:
    name = _a_file(draw, files, ".csv")
    lines = _lines(files, name)
    at, how = draw.randrange(len(lines[0])), draw.randrange(4)
    if how == 0:
        lines[0][at] = draw.choice((*CELLS, "收件人", "电话", "编号", "id", "经度"))
    elif how == 1:
        lines = [cells[:at] + cells[at + 1 :] or [""] for cells in lines]
    elif how == 2:
        lines = [[*cells, cells[min(at, len(cells) - 1)]] for cells in lines]
    else:
        del lines[0]
    return _joined(files, name, lines or [[""]])


def _row(draw: random.Random, files: Files) -> Files:
    name = _a_file(draw, files, ".csv")
    lines = _lines(files, name)
    at, how = draw.randrange(len(lines)), draw.randrange(6)
    if how == 0:
        lines.insert(at, list(lines[at]))
    elif how == 1:
        del lines[at]
    elif how == 2:
        lines[at] = lines[at][: draw.randrange(len(lines[at]) + 1)]
    elif how == 3:
        lines[at] = [*lines[at], *["x"] * draw.choice((1, 1_000))]
    elif how == 4:
        lines += [lines[-1]] * draw.choice((10, 3_000))
    else:
        draw.shuffle(lines)
    return _joined(files, name, lines or [[""]])


def _encoding(draw: random.Random, files: Files) -> Files:
    name = _a_file(draw, files, ".csv", ".toml", ".geojson")
    text = files[name].decode("utf-8-sig", "replace")
    data = text.encode(draw.choice(ENCODINGS), "replace")
    return {**files, name: draw.choice((b"", b"", b"\xef\xbb\xbf", b"\xff\xfe")) + data}


def _ends_of_lines(draw: random.Random, files: Files) -> Files:
    name = _a_file(draw, files, ".csv", ".toml")
    data = files[name].replace(b"\r\n", b"\n")
    how = draw.choice(
        (
            (b"\n", b"\r"),
            (b"\n", b"\n\n\n"),
            (b",", b";"),
            (b",", b"\t"),
            (b",", b'","'),
            (b"\n", b"\x00\n"),
            (b"\n", b""),
        )
    )
    return {**files, name: data.replace(*how)}


def _bytes(draw: random.Random, files: Files) -> Files:
    name = _a_file(
        draw, files, *draw.choice(((".gpkg", ".fgb", ".pbf", ".shp", ".geojson"), (".dbf", ".shx", ".prj"), ("",)))
    )
    return {**files, name: _torn(draw, files[name])}


def _torn(draw: random.Random, data: bytes) -> bytes:
    """Return bytes that are changed, cut, doubled or put in somewhere."""
    for _ in range(draw.choice((1, 1, 4, 20))):
        at, length = draw.randrange(len(data) + 1), draw.choice((1, 1, 4, 64, 2_000))
        how = draw.randrange(6)
        if how == 0:
            data = data[:at] + draw.randbytes(length) + data[at + length :]
        elif how == 1:
            data = data[:at]
        elif how == 2:
            data = data[:at] + data[at + length :]
        elif how == 3:
            data = data[: at + length] + data[at:]
        elif how == 4:
            data = (
                data[:at]
                + draw.choice((b"\xff" * 4, b"\x00" * 8, b"\x7f\xff\xff\xff", b"<OGRVRTDataSource>"))
                + data[at + 4 :]
            )
        elif at < len(data):
            data = data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]
    return data


def _toml(draw: random.Random, files: Files) -> Files:
    name = _a_file(draw, files, ".toml")
    lines = files[name].decode("utf-8", "replace").splitlines()
    at = draw.randrange(len(lines)) if lines else 0
    how = draw.randrange(5)
    if how < 2 and lines and "=" in lines[at]:
        lines[at] = f"{lines[at].partition('=')[0]}= {draw.choice(TOMLS)}"
    elif how == 2 and lines:
        del lines[at]
    elif how == 3 and lines:
        lines.insert(at, lines[draw.randrange(len(lines))])
    else:
        lines.insert(
            at,
            draw.choice(
                ("[a" + ".a" * 500 + "]", "x = " + "[" * 3_000, "[[roads]]", "[datums.x]", "unknown = 1", "\x00")
            ),
        )
    return {**files, name: "\n".join(lines).encode("utf-8", "replace")}


def _setting(draw: random.Random, files: Files) -> Files:
    """Change a setting that names a file or a size."""
    name = _a_file(draw, files, ".toml")
    text = files[name].decode("utf-8", "replace")
    file = draw.choice(
        (*NAMES, *sorted(files), "http://127.0.0.1/x.geojson", "/vsicurl/x.geojson", "/vsizip/x.zip", "/dev/stdin")
    )
    said = json.dumps(file)
    generated = f"terrain = 'plain'\ntownships = {draw.choice(TOMLS)}\nvillages = 3"
    roads = (
        *(
            f"file = {said}",
            f"file = [{said}, {said}]",
            f"file = 'roads.gpkg'\nlayer = {said}",
            "file = 1",
            "",
            generated,
        ),
        *(f"file = 'roads.geojson'\n{name} = {said}" for name in ("closures", "overrides", "profiles", "elevation")),
        *(f"file = 'roads.{kind}'" for kind in ("gpkg", "fgb", "shp", "osm.pbf")),
        *("terrain = 'hill'\nvillages = 1000", "terrain = 'pastoral'\ntownships = 40\nvillages = 1\nseed = -1"),
        f"file = 'roads.geojson'\n[timetable_file]\nfile = {said}",
    )
    made = f"[roads]\n{draw.choice(roads)}\n\n"
    return {
        **files,
        name: re.sub(r"\[roads\]\n(?:[^\[\n].*\n|\n)*", lambda _: made, text).encode("utf-8", "replace"),
    }


def _geojson(draw: random.Random, files: Files) -> Files:
    name = _a_file(draw, files, ".geojson")
    try:
        tree = json.loads(files[name])
    except ValueError:
        return files
    tree = changed_document(draw, tree, draw.choice((1, 1, 3)))
    return {**files, name: json.dumps(tree, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")}


def _name(draw: random.Random, files: Files) -> Files:
    name = _a_file(draw, files, "")
    how = draw.randrange(4)
    if how == 0:
        return {**files, draw.choice(NAMES): files[name]}
    renamed = draw.choice(NAMES) if how == 1 else draw.choice(("甲/", "a/b/", "../", "/", " ")) + name
    return {renamed if each == name or how == 3 else each: data for each, data in files.items()}


def _content(draw: random.Random, files: Files) -> Files:
    """Let a file hold what another holds, nothing, or something else altogether."""
    name, other = _a_file(draw, files, ""), _a_file(draw, files, "")
    strange = (
        files[other],
        b"",
        b"\x00" * 100,
        b"\xef\xbb\xbf",
        XLSX_HEAD,
        packed({"orders.csv": b""}),
        b"{}",
        b"[]",
        b"null",
        b"<a/>",
        b"\r",
        b"1",
    )
    return {**files, name: draw.choice(strange)}


def _fewer(draw: random.Random, files: Files) -> Files:
    gone = _a_file(draw, files, "")
    return {name: data for name, data in files.items() if name != gone}


FOLDER_CHANGES: tuple[Callable[[random.Random, Files], Files], ...] = (
    *(_cell, _cell, _cell, _header, _row, _encoding, _ends_of_lines, _bytes, _bytes, _toml, _toml),
    *(_setting, _geojson, _geojson, _name, _content, _fewer),
)


def _document(draw: random.Random, files: Files) -> bytes:
    """Return a folder as JSON, some of it changed, as values or as text."""
    document = document_of(files)
    document.pop("other_files")
    document["settings"].setdefault("datums", {})["places"] = "WGS-84"
    if "orders" in document and draw.random() < 0.3:
        document["orders"][0] |= {"recipient": "张三", "phone": draw.choice(CELLS), "address": draw.choice(CELLS)}
    text = json.dumps(changed_document(draw, document, draw.choice((0, 1, 1, 1, 3))), ensure_ascii=draw.random() < 0.5)
    data = text.encode(draw.choice(("utf-8",) * 8 + ("utf-16", "gbk")), "replace")
    return _torn(draw, data) if draw.random() < 0.15 else data


def _zipped(draw: random.Random, files: Files) -> tuple[str, bytes]:
    """Return a folder as a zip, its entries or its bytes changed at times."""
    content = io.BytesIO()
    twice = {name for name in files if draw.random() < 0.01}
    method = draw.choice(
        (zipfile.ZIP_DEFLATED,) * 45 + (zipfile.ZIP_STORED,) * 3 + (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    )
    strange = draw.choice(sorted(files)) if files and draw.random() < 0.04 else None
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in {name.partition("\0")[0] or "x": data for name, data in files.items()}.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = method
            kind = (
                draw.choice((stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFCHR, 0))
                if name == strange
                else stat.S_IFREG
            )
            entry.external_attr = (kind | 0o644) << 16
            archive.writestr(entry, data)
    whole = content.getvalue()
    if twice:
        whole = whole.replace(b"places.csv", b"orders.csv")
    how = draw.random()
    if how < 0.06:
        whole = _torn(draw, whole)
    elif how < 0.12:
        whole = _directory_changed(draw, whole)
    elif how < 0.14:
        whole = draw.choice(
            (b"junk" * 10 + whole, whole + b"junk" * 10, whole + whole, whole[4:], b"PK\x05\x06" + b"\x00" * 18)
        )
    return draw.choice(("application/zip", "application/x-zip-compressed", "application/octet-stream")), whole


def _directory_changed(draw: random.Random, whole: bytes) -> bytes:
    """Change one field of one entry, in the directory or in front of the file: flags, method, sizes, names, places."""
    marks = [m.start() for m in re.finditer(rb"PK\x01\x02|PK\x03\x04|PK\x05\x06", whole)]
    at = draw.choice(marks) + draw.choice((4, 6, 8, 10, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 36, 38, 42))
    value = draw.choice((0, 1, 8, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, draw.getrandbits(32)))
    form = draw.choice(("<H", "<I"))
    field = struct.pack(form, value & (0xFFFF if form == "<H" else 0xFFFFFFFF))
    return whole[:at] + field + whole[at + len(field) :]


def _form(draw: random.Random, files: Files) -> tuple[str, bytes]:
    """Return a folder as the parts of a form, heads and borders changed at times."""
    border = b"----border" + str(draw.getrandbits(32)).encode()
    parts = []
    for name, data in files.items():
        said = name.encode("utf-8", "replace").replace(b'"', b"%22")
        if draw.random() < 0.97:
            said = said.replace(b"\r", b"").replace(b"\n", b"")
        head = b'Content-Disposition: form-data; name="files"; filename="' + said + b'"\r\nContent-Type: text/csv\r\n'
        if draw.random() < 0.03:
            head = draw.choice(HEADS)
        parts.append(b"--" + border + b"\r\n" + head + b"\r\n" + data + b"\r\n")
    parts *= draw.choice((1,) * 30 + (2, 60))
    body = b"".join(parts) + b"--" + border + b"--\r\n"
    if draw.random() < 0.1:
        body = _torn(draw, body)
    elif draw.random() < 0.05:
        body = draw.choice((body[:-4], body.replace(b"\r\n", b"\n"), b"\r\n" + body, body + body, b""))
    return f"multipart/form-data; boundary={border.decode()}", body
