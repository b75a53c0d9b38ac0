"""What of a person may be shown: GB/T 41833-2022 asks to hide a part of the name, six digits of the phone, the room.

A masked value is for people who must recognise a parcel, not reach its addressee; whoever must reach them asks for
the value itself, which is written down (``api.service.audit``). What is not understood is hidden whole.
"""

from __future__ import annotations

import re

FIELDS = {
    "recipient": ("recipient", "receiver", "收件人", "收货人", "收件人姓名", "姓名"),
    "phone": ("phone", "mobile", "电话", "手机", "手机号", "联系电话", "收件人电话", "收件人手机"),
    "address": ("address", "地址", "详细地址", "收件地址", "收货地址"),
}
"""Personal fields of an order, and the headers under which files bring them."""

FRAGMENTS = (
    *("收件", "收货", "寄件", "发件", "发货", "签收", "姓名", "名字", "联系", "电话", "手机", "地址", "住址", "门牌"),
    *("负责", "责任人", "司机", "车主", "driver", "owner"),
    *("身份证", "证件", "微信", "邮箱", "name", "phone", "mobile", "tel", "address", "addr", "sender", "receiver"),
    *("recipient", "consignee", "contact", "customer", "mail", "wechat", "idcard"),
)
"""Parts of headers that speak of persons, where the header is none that is known."""

OF_PLACES = frozenset(("名字", "name", "tel", "addr", "address", "owner", "customer", "mail"))
"""Parts that attributes of roads and stops have as well: names, addresses, hotels, customers only."""

HIDDEN = "*"
PHONE_DIGITS = 6
"""Digits that the standard asks to hide."""

MOST_DIGITS = 15
"""Digits of one number, with country and extension (ITU-T E.164 has fifteen)."""

DIGITS, BETWEEN = "0123456789０１２３４５６７８９", " +-()/,;、，；（）－＋\u3000"
"""What a number is made of, and what stands within and between numbers."""

CHINESE = "一二三四五六七八九十百零〇壹贰叁肆伍陆柒捌玖拾两"
NUMBER = rf"[0-9０-９A-Za-z{CHINESE}甲乙丙丁①-⑳Ⅰ-Ⅻ-]+"
ROOM = re.compile(rf"({NUMBER})(?=\s*(?:号楼|单元|栋|幢|座|楼|层|室|户|房|号|#))")
LOOSE = re.compile(rf"[0-9０-９①-⑳Ⅰ-Ⅻ]+|[{CHINESE}]+(?=[-－—][{CHINESE}])|(?<=[{CHINESE}][-－—])[{CHINESE}]+")


def field_of(header: str) -> str | None:
    """Return the personal field that a header stands for; None where it stands for none."""
    folded = header.strip().lower().replace(" ", "")
    return next((field for field, headers in FIELDS.items() if folded in headers), None)


def looks_personal(header: str) -> bool:
    """Whether a header that nobody knows speaks of a person."""
    folded = header.strip().lower().replace(" ", "")
    return any(fragment in folded for fragment in FRAGMENTS)


def speaks_of_person(name: str) -> bool:
    """Whether the name of an attribute of a road or stop, or of a setting, speaks of a person and not of the thing."""
    plain = name.strip().lower().replace(" ", "")
    return any(fragment in plain for fragment in FRAGMENTS if fragment not in OF_PLACES)


def masked(field: str, value: str) -> str:
    """Return ``value`` with what must not be read replaced by stars; "" stays ""."""
    text = value.strip()
    if field == "recipient":
        return text[:1] + HIDDEN * max(2, len(text) - 1) if len(text) > 1 else HIDDEN * len(text)
    if field == "phone":
        return _phone(text)
    if field == "address":
        return LOOSE.sub(_stars, ROOM.sub(_stars, text))
    return HIDDEN * len(text)


def _stars(found: re.Match[str]) -> str:
    return HIDDEN * len(found.group())


def _phone(text: str) -> str:
    """Hide six digits before the last two; all where there are no more than nine.

    Where there may be more than one number, all but the last two; and whatever is no part of one, such as a name.
    """
    places = [i for i, character in enumerate(text) if character in DIGITS]
    first = -PHONE_DIGITS - 2 if len(places) <= MOST_DIGITS else 0
    hidden = places if len(places) <= PHONE_DIGITS + 3 else places[first:-2]
    return "".join(
        HIDDEN if i in hidden or not (character in DIGITS or character in BETWEEN) else character
        for i, character in enumerate(text)
    )
