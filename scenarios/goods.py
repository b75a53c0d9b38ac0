"""What a county's shared fleet carries: kinds of goods, courier brands, and which goods never meet.

Weights, sizes, freshness and brand shares are placeholders for a county that has not
measured its own; ``PLACEHOLDERS`` says so in both languages. From sources come only the
rule that pesticide meets neither food nor produce, the span of arrival (about 06:00,
sorted by 08:00) and the span of trunk departures (15:00 to 17:00).
"""

from __future__ import annotations

from optimizer.model import Cleaning, Conflict
from scenarios.scenario import PARCEL, Brand, Commodity
from scenarios.text import Text

BRAND_NAMES = ("中通", "圆通", "韵达", "申通", "邮政", "极兔")
"""Courier brands, in the order in which a county with fewer of them has them."""

BRAND_WEIGHTS = (26, 20, 18, 14, 12, 10)
"""Relative shares of the pieces; placeholders, the real shares are not public."""

FIRST_READY_S, LAST_READY_S = 6 * 3_600 + 2_700, 8 * 3_600
"""Sorted goods of the first and the last brand can be loaded: trunk trucks come 06:00 to 07:15."""

FIRST_TRUNK_S, LAST_TRUNK_S = 15 * 3_600, 17 * 3_600
"""The first and the last brand's trunk truck leaves with the up goods."""

COMMODITIES = (
    PARCEL,
    Commodity(
        id="groceries",
        name="日用食品百货",
        goods_class="food",
        piece_g=10_000,
        piece_ml=30_000,
        service_s_per_piece=8,
        bag_pieces=1,
        bag_g=10_000,
        bag_ml=30_000,
    ),
    Commodity(
        id="fertilizer",
        name="化肥",
        goods_class="farm_input",
        piece_g=40_000,
        piece_ml=50_000,
        service_s_per_piece=10,
        bag_pieces=1,
        bag_g=40_000,
        bag_ml=50_000,
    ),
    Commodity(
        id="pesticide",
        name="低毒农药",
        goods_class="pesticide",
        piece_g=10_000,
        piece_ml=15_000,
        service_s_per_piece=8,
        bag_pieces=1,
        bag_g=10_000,
        bag_ml=15_000,
        toxicity="low",
    ),
    Commodity(
        id="greens",
        name="鲜叶菜",
        goods_class="produce",
        max_on_board_s=4 * 3_600,
        piece_g=10_000,
        piece_ml=40_000,
        service_s_per_piece=8,
        bag_pieces=1,
        bag_g=10_000,
        bag_ml=40_000,
    ),
    Commodity(
        id="fruit",
        name="水果",
        goods_class="produce",
        max_on_board_s=24 * 3_600,
        piece_g=12_000,
        piece_ml=30_000,
        service_s_per_piece=8,
        bag_pieces=1,
        bag_g=12_000,
        bag_ml=30_000,
    ),
    Commodity(
        id="crates",
        name="空周转箱",
        goods_class="empties",
        piece_g=2_000,
        piece_ml=12_000,
        service_s_per_piece=3,
        bag_pieces=10,
        bag_g=20_000,
        bag_ml=120_000,
    ),
)
"""One piece is a parcel, carton, sack, box or crate; crates of produce are 600x400 totes."""

CLEANING_S = 1_800
"""Cleaning after pesticide before food or produce."""

EDIBLE = tuple(c.id for c in COMMODITIES if c.goods_class in ("food", "produce"))

CONFLICTS = tuple(Conflict(first="pesticide", second=edible) for edible in EDIBLE)
"""Pesticide never meets food or produce (food safety law, article 33)."""

CLEANINGS = tuple(Cleaning(after="pesticide", before=edible, duration_s=CLEANING_S) for edible in EDIBLE)

PLACEHOLDERS = (
    Text(
        "单件重量和体积（包裹 1.5 kg、6 L 等）为占位值", "weight and size of a piece (parcel 1.5 kg, 6 L, ...) assumed"
    ),
    Text("品牌份额为占位值，真实份额不公开", "shares of the brands are assumed; the real ones are not public"),
    Text("各品牌到货、可装和干线发车时刻为占位值", "hours of arrival, loading and trunk departure by brand assumed"),
    Text("农产品保鲜时限（叶菜 4 小时、水果 24 小时）为占位值", "freshness (greens 4 h, fruit 24 h) is assumed"),
    Text("每件交接秒数、停靠分钟数、清洗 30 分钟为占位值", "handover, visit and cleaning times are assumed"),
)
"""Figures of this module that nobody has measured."""


def courier_brands(count: int) -> tuple[Brand, ...]:
    """Return ``count`` brands, at most ``len(BRAND_NAMES)``, that arrive one after the other.

    The last to arrive is the last to leave, so that each has about the same day in between.
    """
    steps = max(count - 1, 1)
    return tuple(
        Brand(
            id=name,
            name=name,
            waves_s=(FIRST_READY_S + i * (LAST_READY_S - FIRST_READY_S) // steps // 300 * 300,),
            trunk_leaves_s=FIRST_TRUNK_S + i * (LAST_TRUNK_S - FIRST_TRUNK_S) // steps // 300 * 300,
        )
        for i, name in enumerate(BRAND_NAMES[:count])
    )
