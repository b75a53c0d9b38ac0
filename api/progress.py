"""Shows how far a plan is: phase, best cost so far, unserved, time left.

One line that changes on a terminal; elsewhere a plain line per phase and per
improvement, at most one every few seconds. Goes to standard error, so that
standard output holds results only.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text as RichText

from api.units import yuan
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import TextIO

PLAIN_INTERVAL_S = 5.0
"""Shortest time between two plain lines of one phase."""

PHASES: dict[str, Text] = {
    "read": Text("读取场景", "reading the scenario"),
    "roads": Text("路网与行程时间", "roads and travel times"),
    "solve": Text("求解", "solving"),
    "stopping": Text("正在停止，保留最好的方案", "stopping, the best plan is kept"),
    "reasons": Text("查明未服务的原因", "finding out why goods are left"),
    "worth": Text("估算雇用车辆的价值", "what hired vehicles were worth"),
    "write": Text("写出结果", "writing the outputs"),
}
"""Phases of ``gongpei plan``."""

SEARCHES: dict[str, Text] = {
    "first": Text("初始方案", "first plan"),
    "search": Text("全局搜索", "whole county"),
    "walk": Text("逐步降温", "cooling walk"),
    "genetic": Text("种群搜索", "population"),
    "neighbourhoods": Text("局部改进", "neighbourhoods"),
    "start": Text("给定方案", "the given plan"),
    "combine": Text("组合车辆", "combining vehicles' days"),
    "direct": Text("全部直达", "everything direct"),
    "through": Text("全部经服务站", "everything through stations"),
    "two_stage": Text("先支线后干线", "loops first, then line-haul"),
    "joint": Text("两级合算", "both tiers together"),
    "moves": Text("改走法", "other ways for villages"),
    "cooling": Text("逐步降温", "cooling"),
    "compose": Text("组合行程", "composing trips"),
}
"""What of the solver found the best plan; others are shown by their own name."""


class ProgressView:
    """Context manager around a long command; ``phase`` and ``best`` may be called at any time.

    ``clock`` gives seconds and only moves forward.
    """

    def __init__(self, lang: str, *, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.lang = lang
        self.stream = stream or sys.stderr
        self._clock = clock
        self._phase = ""
        self._best = ""
        self._ends_s: float | None = None
        self._printed_s = float("-inf")
        self._pending = False
        self._live: Live | None = None

    def __enter__(self) -> Self:
        """Begin to show; nothing is drawn before the first phase."""
        if self.stream.isatty():
            self._live = Live(
                Spinner("dots", text=self),
                console=Console(file=self.stream),
                refresh_per_second=8,
                transient=True,
            )
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Take the line away; a last improvement not yet printed is printed."""
        if self._live is not None:
            self._live.stop()
        elif self._pending:
            self._print()

    def __rich__(self) -> RichText:
        """Return the line as it stands now; called at each refresh."""
        return RichText(self.text(), no_wrap=True, overflow="ellipsis")

    def phase(self, name: str, *, seconds: float | None = None) -> None:
        """Begin a phase of ``PHASES``; ``seconds`` is how long it may take, where that is known."""
        if name == self._phase:
            return
        self._phase = name
        self._ends_s = None if seconds is None else self._clock() + seconds
        self._show(at_once=True)

    def stopping(self) -> None:
        """Tell that the user has asked to stop; draws nothing by itself, so that a signal handler may call it."""
        self._phase, self._ends_s = "stopping", None

    def best(self, cost_fen: int, num_unserved: int, search: str = "") -> None:
        """Tell the best plan so far, and which ``search`` of the solver found it."""
        by = SEARCHES.get(search, Text(search, search))
        zh = f"{by.zh} · 最好 {yuan(cost_fen)} 元，未服务 {num_unserved}"
        en = f"{by.en} · best {yuan(cost_fen)} yuan, unserved {num_unserved}"
        self._best = Text(zh, en).pick(self.lang).removeprefix(" · ")
        self._show(at_once=False)

    def text(self) -> str:
        """Return phase, best plan and time left as one line."""
        parts = [PHASES[self._phase].pick(self.lang) if self._phase else ""]
        if self._best and self._phase in ("solve", "stopping"):
            parts.append(self._best)
        if self._ends_s is not None:
            left_s = max(0, round(self._ends_s - self._clock()))
            left = f"{left_s // 60}:{left_s % 60:02d}"
            parts.append(Text(f"剩余 {left}", f"{left} left").pick(self.lang))
        return " · ".join(part for part in parts if part)

    def _show(self, *, at_once: bool) -> None:
        if self._live is not None:
            return
        self._pending = True
        if at_once or self._clock() - self._printed_s >= PLAIN_INTERVAL_S:
            self._print()

    def _print(self) -> None:
        self._pending = False
        self._printed_s = self._clock()
        self.stream.write(self.text() + "\n")
        self.stream.flush()
