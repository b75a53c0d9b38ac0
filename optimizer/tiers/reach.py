"""How soon goods can be at a station, and how late they may leave it: drives, departures, opening hours, shifts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model import HORIZON_S
from optimizer.problem import UNREACHABLE
from optimizer.tiers.model import open_windows
from optimizer.tiers.offers import Refusal, offers_of

if TYPE_CHECKING:
    from optimizer.model import Shipment
    from optimizer.tiers.model import Station, Tiers


class Reach:
    """Bounds on times through stations, whatever the vehicle; O(n^2 k) to make for n places and k profiles."""

    def __init__(self, tiers: Tiers) -> None:
        problem = tiers.problem
        kinds = [v for v in problem.vehicle_types if v.count]
        self.tiers = tiers
        self.offers = offers_of(tiers)
        self.legs: dict[tuple[object, ...], Shipment] = {}  # legs that were cut before, by whoever cuts
        self._hours = {s.place: open_windows(tiers, s) for s in tiers.stations}
        self.first_s = min((v.shift.early_s for v in kinds), default=0)
        self.last_s = min(HORIZON_S, max((v.shift.late_s for v in kinds), default=HORIZON_S))
        far = np.iinfo(np.int64).max
        self._seconds = np.full((len(problem.places),) * 2, far)  # (n, n)
        for profile in sorted({v.profile for v in kinds}):
            seconds = problem.matrices[profile].duration_s
            self._seconds = np.minimum(self._seconds, np.where(seconds == UNREACHABLE, far, seconds))
        self._seconds[self._seconds == far] = UNREACHABLE

    def drive_s(self, origin: str, destination: str) -> int | None:
        """Return the seconds of the quickest drive, None where there is no path."""
        index = self.tiers.problem.index
        seconds = int(self._seconds[index(origin), index(destination)])
        return None if seconds == UNREACHABLE else seconds

    def has_paths(self, shipment: Shipment, station: Station, means: tuple[str, str] = ("road", "road")) -> bool:
        """Tell whether each leg that goes by road has a path."""
        ends = (shipment.origin, station.place), (station.place, shipment.destination)
        return all(by != "road" or self.drive_s(*end) is not None for by, end in zip(means, ends, strict=True))

    def inward_s(self, shipment: Shipment, station: Station) -> int:
        """Return the least seconds from the beginning of loading or service at the origin to the station."""
        drive_s = self.drive_s(shipment.origin, station.place)
        return self._handing_over_s(shipment, shipment.origin) + (drive_s or 0)

    def onward_s(self, shipment: Shipment, station: Station) -> int:
        """Return the least seconds from the beginning of loading or service at the station to the destination."""
        drive_s = self.drive_s(station.place, shipment.destination)
        return self._handing_over_s(shipment, station.place) + (drive_s or 0)

    def earliest_s(self, shipment: Shipment, station: Station) -> int | None:
        """Return when the goods can be at the station at the earliest, None if never while it is open."""
        leaves_s = max(shipment.ready_s, self.first_s)
        windows = self.tiers.problem.place(shipment.origin).windows
        if windows:
            opens = [max(leaves_s, w.early_s) for w in windows if w.late_s >= leaves_s]
            if not opens:
                return None
            leaves_s = min(opens)
        return self.open_s(station, leaves_s + self.inward_s(shipment, station))

    def latest_s(self, shipment: Shipment, station: Station, means: str = "road") -> int:
        """Return when the goods must have left the station at the latest to be in time; -1 if no line takes them."""
        if means == "road":
            return min(shipment.due_s, self.last_s) - self.onward_s(shipment, station)
        offers = self.offers.between(shipment, station.place, shipment.destination)
        return -1 if isinstance(offers, Refusal) else max(offer.board_s for offer in offers)

    def open_s(self, station: Station, at_s: int) -> int | None:
        """Return the first moment from ``at_s`` on at which the station is open, None if it stays closed."""
        for early_s, late_s in self._hours[station.place]:
            if late_s >= at_s:
                return max(at_s, early_s)
        return None

    def _handing_over_s(self, shipment: Shipment, place: str) -> int:
        """Return the least seconds between the beginning of loading or service at a place and leaving it."""
        depot = self.tiers.problem.depot_of.get(place)
        own_s = self.tiers.problem.place(place).visit_s + shipment.service_s
        return own_s if depot is None else min(depot.loading_s, own_s)


@lru_cache(maxsize=4)
def reach_of(tiers: Tiers) -> Reach:
    """Return the bounds of ``tiers``, made once."""
    return Reach(tiers)
