"""Names and codes for places that do not exist: plausible, unique within a county, clearly fictional."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

COUNTY_CODE = "990101"
"""No province of GB/T 2260 begins with 99, so no real place can carry a code that begins with this."""

TOWN_FIRST = "青石白云清龙凤金银玉双新永安平长高东西南北大天福和兴泰仁义礼文明德"
TOWN_SECOND = "溪河川源泉湖山岭坪坝峰塘桥门关口店集堡营台阳林田沙洲湾"
VILLAGE_FIRST = "上下前后东西南北大小新老张王李赵陈杨刘黄周吴徐孙马朱胡郭何罗高林梁石红青白龙花松竹柳桃梅杏"
VILLAGE_SECOND = "家庄沟湾坡坪岭坳塘冲河泉井桥寨屯洼营店园田峪坎垭潭源垅岗"
"""First and second characters; every combination reads as a name."""


def town_names(count: int, rng: np.random.Generator) -> list[str]:
    """Return ``count`` different township names; the first is the seat's 城关镇."""
    stems = _stems(TOWN_FIRST, TOWN_SECOND, count - 1, rng)
    return ["城关镇", *(stem + ("镇" if i % 5 < 3 else "乡") for i, stem in enumerate(stems))]


def village_names(count: int, rng: np.random.Generator) -> list[str]:
    """Return ``count`` different village names."""
    return [f"{stem}村" for stem in _stems(VILLAGE_FIRST, VILLAGE_SECOND, count, rng)]


def division_code(township: int, village: int = 0) -> str:
    """Return a 12-digit code: county 6, township 3, village 3; 0 stands for the level itself."""
    return f"{COUNTY_CODE}{100 + township:03d}{199 + village if village else 0:03d}"


def _stems(first: str, second: str, count: int, rng: np.random.Generator) -> list[str]:
    """Pairs of different characters without repetition; numbered with Chinese numerals once they run out."""
    pairs = [a + b for a in first for b in second if a != b]
    picked = [pairs[i] for i in rng.permutation(len(pairs))[:count]]
    numerals = "一二三四五六七八九"
    while len(picked) < count:
        extra = len(picked) - len(pairs)
        picked.append(pairs[extra % len(pairs)] + numerals[extra // len(pairs) % 9])
    return picked
