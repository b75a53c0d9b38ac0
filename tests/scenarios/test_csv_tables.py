"""CSV files as offices save them are read; what cannot be read is named by row and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scenarios.columns import ORDERS
from scenarios.tables import Findings, Rows, read_rows

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = "订单号,起点,终点,件数\n甲1,H,V1,3\n"


def read(path: Path, content: str | bytes) -> tuple[Rows, Findings]:
    """Write the content to orders.csv and read it as the table of orders."""
    file = path / "orders.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    findings = Findings()
    return read_rows(file, ORDERS, findings), findings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_usual_encodings_give_the_same_rows(tmp_path: Path, encoding: str) -> None:
    """With and without a mark, and GB18030, which is noted since it was a conclusion."""
    rows, findings = read(tmp_path, PLAIN.encode(encoding))
    assert [row.values for row in rows.rows] == [{"id": "甲1", "origin": "H", "destination": "V1", "pieces": 3}]
    assert findings.faults == []
    assert [note.en for note in findings.notes] == (["orders.csv: read as GB18030"] if encoding == "gb18030" else [])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_usual_delimiters_give_the_same_rows(tmp_path: Path, delimiter: str) -> None:
    """Whichever the header row has most of."""
    rows, findings = read(tmp_path, PLAIN.replace(",", delimiter))
    assert [row.values["pieces"] for row in rows.rows] == [3]
    assert findings.faults == []


def test_headers_may_be_chinese_or_english_full_width_or_spaced(tmp_path: Path) -> None:
    """Four spellings of four columns."""
    rows, findings = read(tmp_path, "ID, 起点 ,destination,重量（ｋｇ）\n1,H,V1,2.5\n")
    assert findings.faults == []
    assert rows.rows[0].values == {"id": "1", "origin": "H", "destination": "V1", "load.load_g": 2_500}


def test_full_width_digits_and_spaces_are_read_and_noted_once_a_column(tmp_path: Path) -> None:
    """１２ is 12; two cells of one column make one note."""
    rows, findings = read(tmp_path, "id,origin,destination,件数\n1,H,V1,１２\n2,H,V1,\u3000３\n")
    assert [row.values["pieces"] for row in rows.rows] == [12, 3]
    assert [n.en for n in findings.notes] == ["orders.csv: full-width characters read as plain ones in 2 cells of 件数"]


def test_rows_are_counted_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    """Empty rows are skipped but counted: the fault is in row 5."""
    _, findings = read(tmp_path, "id,origin,destination\n\n1,H,V1\n,,\n2,,V1\n")
    assert [(f.code, f.row, f.column) for f in findings.faults] == [("E310", 5, "origin")]


def test_a_quoted_cell_may_hold_commas_and_line_breaks(tmp_path: Path) -> None:
    """The row after it is counted by lines."""
    rows, findings = read(tmp_path, 'id,origin,destination,brand\n1,"H",V1,"a,b"\n2,H,V1,"c\n"\n3,H,,d\n')
    assert rows.rows[0].values["brand"] == "a,b"
    assert [(f.code, f.row) for f in findings.faults] == [("E310", 5)]


@pytest.mark.parametrize(
    ("content", "code", "row", "column"),
    [
        ("id,origin,destination,id\n1,H,V1,2\n", "E307", 1, "id"),
        ("id,origin\n1,H\n", "E305", 1, "destination (终点)"),
        ("id,origin,destination,colour\n1,H,V1,red\n", "E306", 1, "colour"),
        ("id,origin,destination\n1,H,V1,7\n", "E308", 2, ""),
        ('id,origin,destination\n"1,H,V1\n', "E309", 2, ""),
        (b"id,origin,destination\n\xff\xff,H,V1\n", "E303", 0, ""),
        ("", "E302", 0, ""),
        ("id,origin,destination,pieces\n1,H,V1,99999999\n", "E312", 2, "pieces"),
        ("id,origin,destination,pieces\n1,H,V1,2.5\n", "E319", 2, "pieces"),
        ("id,origin,destination,priority\n1,H,V1,soon\n", "E316", 2, "priority"),
        ("id,origin,destination,ready\n1,H,V1,24:60\n", "E314", 2, "ready"),
        ("id,origin,destination,pickup_windows\n1,H,V1,9-10\n", "E315", 2, "pickup_windows"),
        ("id,origin,destination\n1,H\x00,V1\n", "E318", 2, "origin"),
    ],
)
def test_each_kind_of_fault_has_its_code_and_place(
    tmp_path: Path, content: str | bytes, code: str, row: int, column: str
) -> None:
    """One fault each, none of them a traceback."""
    _, findings = read(tmp_path, content)
    assert [(f.code, f.row, f.column) for f in findings.faults] == [(code, row, column)]


def test_a_folder_in_place_of_a_file_is_a_missing_file(tmp_path: Path) -> None:
    """Somebody made a folder called orders.csv."""
    (tmp_path / "orders.csv").mkdir()
    findings = Findings()
    read_rows(tmp_path / "orders.csv", ORDERS, findings)
    assert [f.code for f in findings.faults] == ["E301"]
