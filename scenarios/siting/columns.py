"""The columns of a file of candidate sites, and the settings that stand beside ``[[sites]]`` in TOML."""

from __future__ import annotations

from scenarios import cells
from scenarios.columns import Column, Table
from scenarios.siting.model import Candidate

_YUAN = cells.number("yuan", scale=100, high=100_000_000)
_ID = cells.ident()
_SHARE = cells.real("x", low=0, high=1)


def _money(name: str, zh: str, field: str, about: str = "") -> Column:
    return Column(name=name, zh=zh, field=field, cell=_YUAN, is_placeholder=True, about=about)


SITES = Table(
    name="sites",
    file="sites.csv",
    zh="备选点",
    of=Candidate,
    key="place",
    columns=(
        Column(name="place", zh="地点编号", field="place", cell=_ID, is_required=True),
        _money("rent_yuan_per_month", "月租金(元)", "rent_fen"),
        _money("wage_yuan_per_month", "月工资(元)", "wage_fen", "of a pre-cool room: 0"),
        _money("power_yuan_per_month", "月电费(元)", "power_fen", "of a pre-cool room: 900"),
        _money("opening_yuan", "开办费(元)", "opening_fen", "of a pre-cool room: 60000"),
        Column(
            name="life_years",
            zh="使用年限",
            field="life_years",
            cell=cells.whole("years", low=1, high=50),
            is_placeholder=True,
            about="the opening cost is spread over it",
        ),
        _money("fee_yuan_per_piece", "每件服务费(元)", "fee_fen", "paid to the site; of a pre-cool room: 1"),
        Column(
            name="pieces_per_day",
            zh="每日件数上限",
            field="most_pieces",
            cell=cells.whole("pieces", low=1, high=1_000_000),
            about="empty: no limit",
        ),
        Column(
            name="handling_min",
            zh="换装时间(分钟)",
            field="handling_s",
            cell=cells.number("min", scale=60, high=1_440),
            about="empty: today's, else 15",
        ),
        Column(
            name="pieces_per_quarter_h",
            zh="每刻钟件数",
            field="pieces_per_quarter_h",
            cell=cells.whole("pieces", low=1, high=1_000_000),
            about="empty: today's, else no limit",
        ),
        Column(name="vehicle", zh="驻站车型", field="vehicle", cell=_ID, about="a type of vehicles.csv; empty: none"),
        Column(name="vehicles", zh="驻站车辆数", field="vehicles", cell=cells.whole(low=1, high=1_000)),
    ),
)
"""Rows of a CSV file of candidates, or ``[[sites]]`` in TOML."""


def _figure(name: str, zh: str, field: str, cell: cells.Cell, about: str = "") -> Column:
    return Column(name=name, zh=zh, field=field, cell=cell, is_placeholder=True, about=about)


SITE_SETTINGS = (
    _figure(
        "cover_min", "覆盖时间(分钟)", "cover_s", cells.number("min", scale=60, high=1_440), "overruled by --cover"
    ),
    _figure("value_yuan_per_kg", "农产品价值(元/kg)", "value_fen_per_kg", _YUAN),
    _figure("warm_loss", "不预冷损耗", "warm_loss", _SHARE, "share of the value; published: 0.25-0.30"),
    _figure("chilled_loss", "预冷后损耗", "chilled_loss", _SHARE, "share of the value"),
    _figure("chilled_h", "预冷后最长在途(小时)", "chilled_s", cells.number("h", scale=3_600, high=720)),
    _figure("cooling_min", "预冷时间(分钟)", "cooling_s", cells.number("min", scale=60, high=1_440)),
    _figure("carry_yuan_per_km", "农户送货(元/公里)", "carry_fen_per_km", _YUAN, "there and back"),
    _figure(
        "carry_kg", "农户每趟(kg)", "carry_g", cells.number("kg", scale=1_000, low=1, high=100_000), "of one such run"
    ),
)
"""Single settings of a TOML file of candidates; all but the first are of produce."""
