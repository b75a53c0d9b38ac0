"""Engines behind one small protocol: each searches for good plans under the rules it can express.

An engine may return a plan that breaks a rule it does not know; ``optimizer.repair``
mends it and ``optimizer.check`` has the last word.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.plan import Plan
    from optimizer.problem import Problem


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much an engine may work: seconds from now, iterations, or both; whichever ends first.

    ``should_stop`` is asked between iterations. With ``seconds`` None the work is
    counted and repeatable. The clock starts when the budget is made.
    """

    seconds: float | None = None
    iterations: int | None = None
    should_stop: Callable[[], bool] = _never
    started: float = field(default_factory=time.monotonic)

    def is_spent(self, iterations: int = 0) -> bool:
        """Tell whether time, iterations or the caller's patience have run out."""
        if self.iterations is not None and iterations >= self.iterations:
            return True
        if self.seconds is not None and time.monotonic() - self.started >= self.seconds:
            return True
        return self.should_stop()

    def left_s(self) -> float | None:
        """Return the seconds left (never below zero), or None where time does not count."""
        return None if self.seconds is None else max(0.0, self.started + self.seconds - time.monotonic())


class Engine(Protocol):
    """A searcher for plans.

    ``search`` starts from ``start`` where given, hands every better plan to
    ``report`` as it comes, and returns the best.
    """

    name: str

    def search(
        self, problem: Problem, budget: Budget, seed: int, start: Plan | None, report: Callable[[Plan], None]
    ) -> Plan:
        """Return the best plan found within ``budget``."""
        ...
