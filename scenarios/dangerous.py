"""Which goods are dangerous, and so refused, and which pesticide may travel as ordinary goods.

Pesticide of slight or low toxicity is ordinary. Of medium toxicity it is ordinary in
inner packs of at most 5 kg or 5 L and marked packages of at most 30 kg, else dangerous, as is
all of high toxicity (rules on the carriage of pesticides). Limited quantities travel as
ordinary goods up to 8,000 kg a vehicle (rules on dangerous goods by road, articles 16 to 21).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.text import Text

if TYPE_CHECKING:
    from scenarios.scenario import Commodity

INNER_PACK_G = INNER_PACK_ML = 5_000
"""Largest inner pack of medium-toxic pesticide that is still ordinary goods."""

PACKAGE_G = 30_000
"""Largest package of it."""

LIMITED_QUANTITY_G = 8_000_000
"""Most limited quantities on one vehicle as ordinary goods."""

FOOD_CLASSES = ("food", "produce")
"""What never meets pesticide (food safety law, article 33)."""


def danger(commodity: Commodity) -> Text | None:
    """Return why the commodity is dangerous goods, or None when it is not."""
    if commodity.is_dangerous:
        return Text("已申明为危险货物", "declared so")
    if commodity.toxicity == "high":
        return Text("高毒农药", "pesticide of high toxicity")
    if commodity.toxicity == "medium" and not _is_packed_small(commodity):
        return Text("中毒农药，且不是有标记的小包装", "pesticide of medium toxicity, not in small marked packs")
    return None


def _is_packed_small(commodity: Commodity) -> bool:
    has_packs = bool(commodity.inner_pack_g or commodity.inner_pack_ml) and commodity.package_g > 0
    is_small = commodity.inner_pack_g <= INNER_PACK_G and commodity.inner_pack_ml <= INNER_PACK_ML
    return has_packs and is_small and commodity.package_g <= PACKAGE_G and commodity.is_marked
