"""Replanning a day that has gone wrong: what stands, what may change, and three ways to go on.

``standing`` tells what of a plan has been driven; ``pinned`` makes the problem of the rest of the day;
``changes`` lists and weighs what differs between two plans; ``answers`` solves and chooses the
smallest change, a balanced one and the cheapest; ``past`` judges any plan for the rest of a day.
"""

from optimizer.replan.answers import KEEPS, Option, Replanned, replan
from optimizer.replan.changes import Change, Changes, Weights, compare
from optimizer.replan.past import LAPSES, Lapse, judge
from optimizer.replan.pinned import Pinned, pin, remembering
from optimizer.replan.standing import Breakdown, Situation, begun_shipments, handed_shipments

__all__ = [
    "KEEPS",
    "LAPSES",
    "Breakdown",
    "Change",
    "Changes",
    "Lapse",
    "Option",
    "Pinned",
    "Replanned",
    "Situation",
    "Weights",
    "begun_shipments",
    "compare",
    "handed_shipments",
    "judge",
    "pin",
    "remembering",
    "replan",
]
