"""The stopping criterion."""

from __future__ import annotations

import pytest

from optimizer.engines import Budget
from optimizer.errors import InvalidInput
from optimizer.stop import Stop


def test_raises_when_nothing_ends_the_solve() -> None:
    """Neither seconds nor iterations: E140."""
    with pytest.raises(InvalidInput, match=r"^E140 "):
        Stop()


@pytest.mark.parametrize("limits", [{"seconds": -1.0}, {"iterations": -1}])
def test_raises_on_negative_limits(limits: dict[str, int]) -> None:
    """E111 names the field."""
    with pytest.raises(InvalidInput, match=r"^E111 "):
        Stop(**limits)


def test_zero_is_a_limit() -> None:
    """No rounds at all: the first plan only."""
    assert Stop(iterations=0).iterations == 0


def test_budget_ends_with_its_iterations() -> None:
    """Three iterations: spent at the third, not before."""
    budget = Budget(iterations=3)
    assert [budget.is_spent(k) for k in (2, 3)] == [False, True]
    assert budget.left_s() is None


def test_budget_ends_with_its_seconds() -> None:
    """No seconds are spent at once; none are left, and never fewer."""
    budget = Budget(seconds=0.0)
    assert budget.is_spent()
    assert budget.left_s() == 0.0


def test_budget_ends_when_the_caller_says_so() -> None:
    """The caller's wish comes before any count."""
    assert Budget(iterations=10, should_stop=lambda: True).is_spent()
