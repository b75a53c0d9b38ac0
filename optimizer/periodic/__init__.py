"""Routes over several days, with the days of visit chosen: periodic routing.

``search.solve_periodic`` is the door; ``model`` holds problem and plan, ``check`` is the referee. ``first`` builds
a first plan, ``annealing`` betters it with the compiled search (``native``, ``kernel``). Nothing here knows
shipments, windows or roads: the days chosen are planned again under all rules by whoever asks.
"""

from optimizer.periodic.check import check_periodic
from optimizer.periodic.model import Call, Pattern, PeriodicPlan, PeriodicProblem
from optimizer.periodic.search import PeriodicResult, solve_periodic

__all__ = [
    "Call",
    "Pattern",
    "PeriodicPlan",
    "PeriodicProblem",
    "PeriodicResult",
    "check_periodic",
    "solve_periodic",
]
