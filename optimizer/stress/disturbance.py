"""What goes wrong on many simulated days, as plain arrays: one entry a day and thing.

Nothing here draws anything: who calls fills the arrays, so that two plans can meet the very same days.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

LegKey = tuple[str, str, str]
"""Profile, place where a leg begins, place where it ends."""


class Breakdown(NamedTuple):
    """One vehicle's breakdowns: whether it has one on each day, and after which share of its day's driving."""

    is_broken: np.ndarray
    """(days,) bool."""
    share: np.ndarray
    """(days,) float64 in [0, 1)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Disturbance:
    """What happens on each of ``days`` days, and what the plan's people do about it.

    Arrays are (days,) float64. ``legs``: what the seconds of a leg are multiplied by; 1 where a leg is not named.
    ``late_s``: by how much later than planned a shipment can be loaded at its depot; 0 where it is not named.
    ``breakdowns``: by the vehicle's name; ``stopped_s``: how long the vehicle that breaks down stands.
    ``wait_s``: how long the loading of a trip waits for late goods, from its planned hour or from when the vehicle is
    there if that is later, before it goes without them.
    """

    days: int
    legs: Mapping[LegKey, np.ndarray] = field(default_factory=dict)
    late_s: Mapping[str, np.ndarray] = field(default_factory=dict)
    breakdowns: Mapping[str, Breakdown] = field(default_factory=dict)
    stopped_s: int = 0
    wait_s: int = 0


CALM = Disturbance(days=1)
"""One day on which everything goes as planned."""
