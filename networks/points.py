"""Points that travel matrices are computed for: ids and WGS-84 coordinates, nothing else."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass

import numpy as np

from networks.errors import InvalidInput


@dataclass(frozen=True, eq=False)
class Points:
    """n points in matrix order; ``lon``, ``lat`` are (n,) float64 degrees, read-only.

    Raises
    ------
    InvalidInput
        E251 arrays of different lengths, E252 ids not unique, E253 coordinates missing or
        out of range.
    """

    ids: tuple[str, ...]
    lon: np.ndarray
    lat: np.ndarray

    def __post_init__(self) -> None:
        for name in ("lon", "lat"):
            array = np.array(getattr(self, name), dtype=np.float64)  # (n,)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        if self.lon.shape != (len(self.ids),) or self.lat.shape != (len(self.ids),):
            raise InvalidInput("E251", ids=len(self.ids), lon=self.lon.shape, lat=self.lat.shape)
        doubles = sorted(name for name, count in Counter(self.ids).items() if count > 1)
        if doubles:
            raise InvalidInput("E252", ids=", ".join(doubles[:10]), count=len(doubles))
        is_wrong = ~((np.abs(self.lon) <= 180) & (np.abs(self.lat) <= 90))  # NaN is wrong too
        if is_wrong.any():
            wrong = [self.ids[i] for i in np.flatnonzero(is_wrong)]
            raise InvalidInput("E253", ids=", ".join(wrong[:10]), count=len(wrong))

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, idx: np.ndarray) -> Points:
        """Return the points at positions ``idx`` (k,), each at most once."""
        return Points(tuple(self.ids[i] for i in idx), self.lon[idx], self.lat[idx])

    @property
    def digest(self) -> str:
        """SHA-256 of the coordinates in order; ids do not matter to a travel time."""
        return hashlib.sha256(self.lon.tobytes() + self.lat.tobytes()).hexdigest()
