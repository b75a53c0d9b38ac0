"""Why a plan leaves shipments unserved: true reasons, the numbers behind them, and remedies that were tried.

``study`` asks in turn; ``alone`` sends a shipment by itself (``solo`` makes the trip, ``limits``
lifts one limit after another, ``obstacle`` finds the numbers); ``insertion`` puts it into
the plan (``ways`` lists how); ``reasons`` holds the sentences.
"""

from optimizer.explain.reasons import REASONS, REMEDIES, reason_text, remedy_text
from optimizer.explain.study import explain

__all__ = ["REASONS", "REMEDIES", "explain", "reason_text", "remedy_text"]
