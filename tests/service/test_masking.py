"""What of a person is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.service.masking import field_of, masked


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("recipient", "王小明", "王**"),
        ("recipient", "李雷", "李**"),
        ("recipient", "丁", "*"),
        ("recipient", "欧阳娜娜", "欧***"),
        ("phone", "13812345678", "138******78"),
        ("phone", "+86 138 1234 5678", "+86 138 **** **78"),
        ("phone", "8765432", "*******"),
        ("phone", "0375-6123456", "037*-*****56"),
        ("phone", "１３８１２３４５６７８", "１３８******７８"),
        ("phone", "13812345678/13987654321", "***********/*********21"),
        ("phone", "张三 13812345678", "** 138******78"),
        ("phone", "一三八一二三四五六七八", "***********"),
        ("address", "阳光小区贰栋①单元三-二-四零一", "阳光小区*栋*单元*-*-***"),
        ("address", "幸福村3组12号", "幸福村*组**号"),
        ("address", "阳光小区5号楼二单元301室", "阳光小区*号楼*单元***室"),
        ("unheard of", "abc", "***"),
        ("phone", "", ""),
    ],
)
def test_names_phones_and_addresses_show_no_more_than_the_standard_allows(field: str, value: str, shown: str) -> None:
    assert masked(field, value) == shown


@given(st.text(alphabet="0123456789 -+", min_size=1, max_size=20))
def test_at_least_six_digits_of_a_phone_are_hidden_or_all_of_them(phone: str) -> None:
    digits = sum(c.isdigit() for c in phone.strip())
    assert masked("phone", phone).count("*") >= min(6, digits)


@given(st.text(min_size=1, max_size=6))
def test_a_name_never_shows_more_than_its_first_character(name: str) -> None:
    stripped = name.strip()
    assert masked("recipient", name).strip("*") in {"", stripped[:1].strip("*")}


@given(st.text(max_size=40))
def test_no_digit_of_an_address_is_left(address: str) -> None:
    shown = masked("address", address)
    assert not any(c in "0123456789０１２３４５６７８９" for c in shown)


def test_headers_of_brands_are_recognised_and_others_are_not() -> None:
    assert field_of(" 收件人 ") == "recipient"
    assert field_of("Phone") == "phone"
    assert field_of("收货 地址") == "address"
    assert field_of("pieces") is None
