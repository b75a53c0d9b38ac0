"""The words that people read on screen and paper, in Chinese and English."""

from __future__ import annotations

from types import SimpleNamespace

from api.views import Text

WORDS: dict[str, Text] = {
    "run_sheets": Text("派车单", "Run sheets"),
    "run_sheet": Text("派车单", "Run sheet"),
    "trip_of_day": Text("当日第 {n} 趟", "trip {n} of the day"),
    "loading_from": Text("开始装车", "loading from"),
    "departs": Text("发车", "departs"),
    "returns": Text("返回", "returns"),
    "visits": Text("站点", "visits"),
    "distance": Text("里程", "distance"),
    "bags_down": Text("送达袋数", "bags out"),
    "bags_up": Text("揽收袋数", "bags back"),
    "fullest": Text("最高装载", "fullest"),
    "rank": Text("序", "No."),
    "place": Text("地点", "place"),
    "arrive": Text("到达", "arrive"),
    "depart": Text("离开", "leave"),
    "bags": Text("合计", "bags"),
    "collect": Text("揽收", "collect"),
    "signature": Text("签收", "signature"),
    "other": Text("其他", "other"),
    "open": Text("开放", "open"),
    "wait_until": Text("等到", "wait until"),
    "rest": Text("含休息", "after rest"),
    "pcs": Text("件", "pcs"),
    "total": Text("合计", "total"),
    "loading_list": Text("装车单", "Loading list"),
    "loading_hint": Text(
        "按送货的相反顺序：先装的在最里面，后送", "reverse order: load from the top; first in, last out"
    ),
    "nothing_to_load": Text("无需装车（仅揽收）", "nothing to load (collection only)"),
    "bag_unit": Text(" 袋", " bags"),
    "sign_loader": Text("装车人签字", "loaded by"),
    "sign_driver": Text("司机签字", "driver"),
    "sign_return": Text("返回交接签字", "handed over on return"),
    "odometer": Text("里程表 出 / 回", "odometer out / back"),
    "printed_by": Text(
        "共配 gongpei · 计划时间，路况以现场为准", "gongpei · planned times; the road has the last word"
    ),
    "no_trips": Text("这一天没有任何行程。", "There is no trip on this day."),
}
"""Key -> text; templates reach them as ``w.key``."""


def words(lang: str) -> SimpleNamespace:
    """Return all words in ``lang``, one attribute a key."""
    return SimpleNamespace(**{key: text.pick(lang) for key, text in WORDS.items()})
