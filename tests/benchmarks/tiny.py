"""A public instance small enough to solve by hand: a depot and three customers on one road.

H ---- 1 ---- 2 ---- 3        10 units and 10 s a step, both ways
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.instances.instance import Instance, Vehicles

STEPS = np.abs(np.arange(4)[:, None] - np.arange(4)[None, :])  # (4, 4)


def tiny(**changes: Any) -> Instance:
    """Return the instance: 4 to each customer, two vehicles of 10, no windows; any field may be changed."""
    fields: dict[str, Any] = {
        "family": "tiny",
        "name": "road",
        "length": 10 * STEPS,
        "duration_s": 10 * STEPS,
        "delivery": [0, 4, 4, 4],
        "pickup": [0, 0, 0, 0],
        "service_s": [0, 1, 1, 1],
        "windows_s": None,
        "release_s": [0, 0, 0, 0],
        "fleet": (Vehicles(count=2, capacity=10),),
    }
    return Instance(**{**fields, **changes})
