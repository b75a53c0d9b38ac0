"""What stands where something sensible should: cells, values of JSON and TOML, names, heads and kinds of bodies."""

from __future__ import annotations

from typing import Any

CELLS = (
    "", " ", "0", "-1", "1e308", "1e400", "-1e400", "NaN", "inf", "٣", "１２", "1,5", "0x10", "1_000",
    "99999999999999999999", "9" * 400, "0.1" * 30, "=1+1", "@SUM(A1)", "'", '"', '""', "\\", "\t", "\x00",
    "\x07", "\x1f", "\u202e", "\ufeff", "\u2028", "𠀀", "e\u0301", "甲" * 300, "a" * 40_000, "25:00", "24:00",
    "08:00-07:00", "2026-02-30", "9999-12-31", "0001-01-01", "2026-04", "181", "-91", "H;H;H", ";", "a=b", "是",
    "TRUE", "None", "null", "../x", "/etc/passwd", "{value}", "%s", "{0.__class__}",
)  # fmt: skip
"""What stands in a cell instead."""

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, -1e308, 10**30, 10**400, 0.1, "", [], {}, [[]], {"a": {}}, [None], "\x00",
    "\ud800", float("nan"), float("inf"), "NaN", "a" * 40_000, "=1+1", "../x", "9999-12-31", "甲" * 300,
    [1] * 2_000, "{value}", "%n",
)  # fmt: skip
"""What stands in JSON instead."""

TOMLS = (
    "nan", "inf", "-inf", "9" * 400, "1e400", "true", '""', '"\\u0000"', "[]", "{}", "[[[[[[]]]]]]",
    "2026-02-30", "07:61:00", "0001-01-01", "9999-12-31", "-1", "0x7fffffffffffffff", "'../../etc/passwd'",
    '"a\nb"', "=", '"甲乙"', "{ a = 1, a = 2 }",
)  # fmt: skip
"""What stands in TOML instead."""

NAMES = (
    "../x.csv", "../../etc/x.csv", "/etc/x.csv", "a/b/c/x.csv", "a\\b.csv", "C:x.csv", "x.csv/", "./x.csv",
    ".x.csv", "x..csv", "..", "", "CON.csv", "x.csv ", "ORDERS.CSV", "Orders.csv", "orders.csv\x00.toml",
    "x\n.csv", "é.csv", "e\u0301.csv", "甲" * 120 + ".csv", "orders.xlsx", "x.xml", "x.zip", "x.sh", "x",
    "x.csv.gz", "sub/orders.csv", "scenario.toml/x.csv", "\u202efdp.csv", "x.gpkg-wal", "places.csv",
    "roads.gpkg", "N30E109.hgt", "roads.osm.pbf", "roads.shp", "closures.geojson",
)  # fmt: skip
"""What a file is called instead."""

ENCODINGS = ("gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "big5", "shift_jis", "cp1252")

KINDS = (
    "application/json", "application/zip", "application/octet-stream", "multipart/form-data", "text/csv", "",
    "application/json; charset=gbk", "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "x" * 300, "application/zip;;;", "é", "application/JSON",
)  # fmt: skip
"""What a body is called instead."""

XLSX_HEAD = b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00xl/workbook.xml"

HEADS = (
    b"\r\n", b"Content-Disposition: form-data\r\n", b'Content-Disposition: form-data; name="files"\r\n',
    b'Content-Disposition: form-data; filename="x.csv"\r\n',
    b"Content-Disposition: form-data; name=\"files\"; filename*=utf-8''%2e%2e%2fx.csv\r\n",
    b"Content-Disposition: form-data; name=\"files\"; filename*=utf-99''%ff.csv\r\n",
    b"Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n",
    b'Content-Disposition: form-data; name="' + b"x" * 9_000 + b'"\r\n',
    b'Content-Disposition: form-data; name="files"; filename="\xff\xfe.csv"\r\n', b"A: b\r\n" * 500,
)  # fmt: skip
"""What stands at the head of a part instead."""
