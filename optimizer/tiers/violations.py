"""What the referee of tiers finds: one broken rule each, in words of both languages."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.tiers.sentences import RULES, WORDS
from optimizer.violations import clock, duration


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverViolation:
    """One rule of tiers broken once; fields as in ``optimizer.violations.Violation``.

    ``place`` is the station or stop, ``departure`` the scheduled one that is concerned.
    """

    rule: str
    shipment: str = ""
    place: str = ""
    departure: str = ""
    time_s: int | None = None
    amount: int | None = None
    limit: int | None = None
    detail: str = ""

    def render(self, lang: str) -> str:
        """Return the sentence in ``lang`` ("zh" or "en"), with the rule's name in front."""
        rule = RULES[self.rule]
        words = WORDS.get(self.detail, (self.detail, self.detail))
        values = {"shipment": self.shipment, "place": self.place, "departure": self.departure}
        values |= {"detail": words[0 if lang == "zh" else 1], "time": clock(self.time_s)}
        for name, value in (("amount", self.amount), ("limit", self.limit)):
            shown = {"clock": clock(value), "duration": duration(value, lang)}
            values[name] = shown.get(rule.unit, str(value))
        return f"[{self.rule}] " + (rule.zh if lang == "zh" else rule.en).format_map(values)
