"""Personal columns leave an order file before anything else reads it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import InvalidInput
from api.service.personal_columns import PersonalValue, split_personal
from api.service.uploads import from_parts

FILE = "订单号,收件人,品牌,电话\nA1,王小明,中通,13812345678\n\nA2,,圆通,\n"


def test_names_and_phones_are_taken_out_and_rows_stay_where_they_were() -> None:
    left, found = split_personal("orders.csv", FILE.encode())
    assert left.decode() == "订单号,品牌\nA1,中通\n\nA2,圆通\n"
    assert found == (
        PersonalValue(order="A1", field="recipient", value="王小明"),
        PersonalValue(order="A1", field="phone", value="13812345678"),
    )


def test_a_file_of_a_chinese_spreadsheet_is_read_in_its_own_encoding() -> None:
    left, found = split_personal("orders.csv", FILE.encode("gb18030"))
    assert "王" not in left.decode()
    assert len(found) == 2


@pytest.mark.parametrize("data", [b"", b"\n \n", "订单号,品牌\nA1,中通\n".encode("gb18030")])
def test_a_file_of_known_columns_comes_back_byte_for_byte(data: bytes) -> None:
    assert split_personal("orders.csv", data) == (data, ())


@pytest.mark.parametrize("header", ["收件人姓名", "寄件人", "寄件人手机", "收货地址2", "Receiver Tel", "customer_name"])
def test_a_header_that_speaks_of_a_person_is_taken_out_though_nobody_knows_it(header: str) -> None:
    """Past bug: only headers on a list were taken out, others lay in the stored folder in clear."""
    left, found = split_personal("orders.csv", f"订单号,{header},件数\nA1,王小明,2\n".encode())
    assert left.decode() == "订单号,件数\nA1,2\n"
    assert [value.value for value in found] == ["王小明"]


def test_of_a_column_that_nobody_knows_only_the_header_is_left() -> None:
    """The reader can still say that 备注 is no column; what stood there is gone."""
    left, found = split_personal("orders.csv", "ＩＤ,备注,件数\nA1,给王小明,2\n".encode())
    assert left.decode() == "ＩＤ,备注,件数\nA1,,2\n"
    assert found == ()


def test_two_phones_of_an_order_are_two_fields() -> None:
    _, found = split_personal("orders.csv", "id,电话,手机\nA1,1,2\n".encode())
    assert [(each.field, each.value) for each in found] == [("phone", "1"), ("手机", "2")]


def test_an_order_file_is_known_however_its_name_is_written() -> None:
    """Past bug: Orders.csv was stored whole."""
    upload = from_parts({"Orders.csv": FILE.encode(), "sub/ORDERS.CSV": FILE.encode()})
    assert not any("王".encode() in data for data in upload.files.values())
    assert {value.value for value in upload.personal} == {"王小明", "13812345678"}


def test_a_file_in_no_known_encoding_is_not_kept() -> None:
    with pytest.raises(InvalidInput, match="E675"):
        split_personal("orders.csv", b"\xff\xff\xff")


@pytest.mark.parametrize(
    "text",
    ['订单号,收件人\nA1,"王\n', "收件人,品牌\n王小明,中通\n", "订单号,收件人\nA1,王小明,13812345678\n"],
    ids=["open quote", "no id", "cell without a header"],
)
def test_a_file_that_cannot_be_taken_apart_for_certain_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="E675"):
        split_personal("orders.csv", text.encode())


@given(st.lists(st.text(alphabet="王李张明abc,;\"' \t", max_size=8), max_size=6))
def test_no_value_of_a_personal_column_is_left_in_the_file(names: list[str]) -> None:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["id", "recipient", "pieces"])
    for i, name in enumerate(names):
        writer.writerow([f"{i}", f"Q{name}Q", "1"])
    left, found = split_personal("orders.csv", file.getvalue().encode())
    assert "Q" not in left.decode()
    assert [value.value for value in found] == [f"Q{name}Q" for name in names]
