"""Why a plan leaves shipments unserved: true reasons, the numbers behind them, and remedies that were tried.

``study`` asks in turn; ``alone`` sends a shipment by itself (``solo`` makes the trip, ``limits``
lifts one limit after another, ``obstacle`` finds the numbers); ``insertion`` puts it into
the plan (``ways`` lists how); ``question`` releases classes of rules (``releases``) to see which keep it
out of the plan, and moves limits just as far as is needed (``mending``); ``reasons`` holds the sentences.
"""

from optimizer.explain.mending import mend_text
from optimizer.explain.question import Answer, Blocker, Question, why_not
from optimizer.explain.reasons import LIMIT_WORDS, REASONS, REMEDIES, reason_text, remedy_text
from optimizer.explain.study import explain

__all__ = [
    "LIMIT_WORDS",
    "REASONS",
    "REMEDIES",
    "Answer",
    "Blocker",
    "Question",
    "explain",
    "mend_text",
    "reason_text",
    "remedy_text",
    "why_not",
]
