"""When a dock is free on many days at once.

All loadings at a depot take equally long. Who is earlier in the plan keeps its turn; a vehicle that comes later than
planned leaves a gap that others may use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence


def dock_free_s(begun_s: Sequence[np.ndarray], wanted_s: np.ndarray, *, loading_s: int, docks: int) -> np.ndarray:
    """Return the first moment from ``wanted_s`` (days,) at which one of ``docks`` is free for ``loading_s``.

    ``begun_s`` are the (days,) beginnings of the k loadings settled before. Where other loadings begin within the
    coming one, all of them count at once, which is exact for one dock and never too early. O(days k^2).
    """
    if loading_s == 0 or len(begun_s) < docks:
        return wanted_s
    others = np.stack(list(begun_s))  # (k, days)
    tries = np.concatenate([wanted_s[None], np.maximum(others + loading_s, wanted_s)])  # (k + 1, days)
    busy = np.zeros(tries.shape, dtype=np.int64)
    for other in others:
        busy += np.abs(tries - other) < loading_s
    return np.asarray(np.where(busy < docks, tries, np.inf).min(axis=0))
