"""Which question is answered by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.service import rehearsing
from api.service.brand_view import brand_view
from api.service.drawing import drawn
from api.service.importing import judge
from api.service.questions import Asked
from api.service.reasoning import reasons
from api.service.tiered_insertions import insertions
from api.service.tiered_retiming import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ANSWERS", "Asked"]

ANSWERS: dict[str, Callable[[Asked], dict[str, Any]]] = {
    "evaluate": evaluate,
    "candidates": insertions,
    "explain": reasons,
    "export": drawn,
    "brand": brand_view,
    "judge": judge,
    "events": rehearsing.events,
    "variants": rehearsing.variants,
}
"""Question -> who answers it."""
