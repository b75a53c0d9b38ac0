"""Which parts of the solver take part: all of them, unless a benchmark leaves some out to see what they are worth."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Switches of the search.

    ``annealing``: ruin and recreate under the full rules (``optimizer.annealing``); ``genetic``: long walk and
    population over PyVRP, where it can say the whole problem (``optimizer.over_pyvrp``); ``combining``:
    vehicles' whole days from the pools (``optimizer.combine``); ``composing``: the day from pooled trips
    (``optimizer.day``).
    """

    annealing: bool = True
    genetic: bool = True
    combining: bool = True
    composing: bool = True


ALL_PARTS = Parts()
"""Everything takes part."""
