"""Goods as they cross a break: in parts that people and drones can carry, by class, each in its turn."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.problem import UNREACHABLE
from scenarios.consolidate import Consolidation
from scenarios.emergency.layout import drone_room, far_profile
from scenarios.emergency.priority import class_text, rank_of, weighed
from scenarios.emergency.turns import Claim, take_turns
from scenarios.split import shares

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from networks.matrix import TravelMatrix
    from optimizer.model import Shipment
    from scenarios.emergency.crossing import Crossing
    from scenarios.emergency.layout import Layout
    from scenarios.emergency.model import PriorityClass
    from scenarios.text import Text

MOST_PARTS = 20
"""Goods that would need more flights than this are left whole: they go by the relay or not at all."""

PARTS_A_QUARTER = 4
"""A relay's goods are cut into parts of at most a quarter of what it carries in a quarter of an hour, so that they
fill it well."""

WAITS = "0"
"""Mark of the twin for goods that no relay has room for."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CrossingGoods:
    """All goods of the day, those that cross the break in parts and by class.

    ``village_of``: the village of each twin. ``relay_of``: the relay of each cut off place that has one. ``flying``:
    twins of goods that no relay has room for. ``per_quarter``, ``heavy``: pieces in a quarter of an hour and barred
    commodities by relay. ``per_tote``: mean pieces of a tote. ``waiting``: shipments that no relay has room for.
    """

    all: Consolidation
    per_tote: float
    village_of: Mapping[str, str] = field(default_factory=dict)
    relay_of: Mapping[str, str] = field(default_factory=dict)
    flying: frozenset[str] = frozenset()
    per_quarter: Mapping[str, int] = field(default_factory=dict)
    heavy: Mapping[str, frozenset[str]] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()

    @property
    def bags(self) -> Mapping[str, int]:
        """Number of bags of every shipment."""
        return self.all.bags

    @property
    def orders(self) -> Mapping[str, tuple[str, ...]]:
        """Orders of every shipment."""
        return self.all.orders

    def label_of(self, twin: str, classes: Sequence[PriorityClass]) -> Text:
        """Return the class that a twin stands for."""
        mark = twin.rpartition("+")[2]
        return class_text(classes, len(classes) if mark == WAITS else int(mark) - 1)


def village_at(place: str, village_of: Mapping[str, str]) -> str:
    """Return the village that a place is a twin of, else the place."""
    return village_of.get(place, place)


@dataclass(frozen=True, kw_only=True, eq=False)
class Crossers:
    """Works out how the goods of a laid out county cross; ``matrices`` by profile."""

    layout: Layout
    matrices: Mapping[str, TravelMatrix]

    def goods(self) -> CrossingGoods:
        """Return the goods; O(shipments log shipments)."""
        whole = self._whole
        parts = self._cut()
        shipments = weighed(parts.shipments, self.layout.emergency.classes)
        turns, waiting = self._turns(shipments)
        twins = self._twins(shipments, waiting)
        placed = tuple(self._placed(s, turns, waiting, twins) for s in shipments)
        return CrossingGoods(
            all=replace(parts, shipments=placed),
            per_tote=self._per_tote,
            village_of={twin: village for (village, _), twin in sorted(twins.items()) if twin != village},
            relay_of={place: crossing.relay.id for place, crossing in self._crossing_of.items()},
            flying=frozenset(twin for (_, mark), twin in twins.items() if mark == WAITS),
            per_quarter={c.relay.id: self._per_quarter(c) for c in self.layout.crossings},
            heavy={c.relay.id: _too_heavy(whole, self._crossing_ids, self._dims, c) for c in self.layout.crossings},
            waiting=frozenset(waiting),
        )

    @property
    def _dims(self) -> tuple[str, ...]:
        return self.layout.base.problem.load_dimensions

    @cached_property
    def _whole(self) -> Consolidation:
        base = self.layout.base
        return Consolidation(shipments=base.problem.shipments, bags=base.bags, orders=base.orders)

    @cached_property
    def _crossing_ids(self) -> frozenset[str]:
        """Shipments of which just one end is cut off."""
        cut = self.layout.isolated
        return frozenset(s.id for s in self._whole.shipments if (s.origin in cut) != (s.destination in cut))

    @cached_property
    def _per_tote(self) -> float:
        """Mean pieces in a bag of the goods that would cross; 1 where there are none."""
        crossing = [s for s in self._whole.shipments if s.id in self._crossing_ids]
        bags = sum(self._whole.bags.get(s.id, 1) for s in crossing)
        return sum(s.pieces for s in crossing) / bags if bags else 1.0

    def _per_quarter(self, crossing: Crossing) -> int:
        return max(1, int(crossing.relay.totes_per_h / 4 * self._per_tote))

    @cached_property
    def _crossing_of(self) -> dict[str, Crossing]:
        """The relay of every cut off place: of those of its area the one that is nearest to drive."""
        found: dict[str, Crossing] = {}
        for place, area in self.layout.isolated.items():
            here = [c for c in self.layout.crossings if c.area == area]
            if here:
                found[place] = min(here, key=lambda c: (self._away_s(c, place), c.relay.id))
        return found

    def _away_s(self, crossing: Crossing, place: str) -> int:
        """Return the seconds of the quickest drive from a relay to a place, far more where there is none."""
        names = (far_profile(name, crossing.area) for name in self.layout.base.profiles)
        return min(
            (self._drive_s(name, crossing.relay.id, place) for name in names if name in self.matrices), default=0
        )

    def _drive_s(self, profile: str, origin: str, destination: str) -> int:
        matrix = self.matrices[profile]
        seconds = int(matrix.duration_s[matrix.ids.index(origin), matrix.ids.index(destination)])
        return 1 << 40 if seconds == UNREACHABLE else seconds

    def _inward_s(self, crossing: Crossing) -> int:
        """Return the least seconds of loading at the nearest hub and driving to the near end."""
        hubs = [p for p in self.layout.base.scenario.places if p.tier == "hub"]
        names = self.layout.base.profiles
        return min(hub.loading_s + self._drive_s(name, hub.id, crossing.relay.id) for hub in hubs for name in names)

    def _cut(self) -> Consolidation:
        """Return the goods with those that cross in parts of at most what a relay and a drone can take.

        Pieces, loads, seconds and handling are conserved; each part has the penalty of the whole, as parts of large
        loads have. Ids of parts end in ``+1``, ``+2``, ... A piece is never cut.
        """
        room = max((drone_room(b).of(self._dims) for b in self.layout.emergency.drones), default=None)
        quarter = min(map(self._per_quarter, self.layout.crossings), default=None)
        most = None if quarter is None else max(1, quarter // PARTS_A_QUARTER)
        shipments: list[Shipment] = []
        bags, orders = dict(self._whole.bags), dict(self._whole.orders)
        for s in self._whole.shipments:
            count = _parts(s, most, room) if s.id in self._crossing_ids else 1
            if count == 1:
                shipments.append(s)
                continue
            whole_bags, names = bags.pop(s.id, 1), orders.pop(s.id, ())
            for part in _divided(s, count):
                shipments.append(part)
                bags[part.id] = max(1, -(-whole_bags * part.pieces // s.pieces))
                orders[part.id] = names
        return Consolidation(shipments=tuple(shipments), bags=bags, orders=orders)

    def _far_end(self, s: Shipment) -> str | None:
        """Return the cut off end of goods that cross, None for all others."""
        cut = self.layout.isolated
        if (s.origin in cut) == (s.destination in cut):
            return None
        return s.origin if s.origin in cut else s.destination

    def _turns(self, shipments: Sequence[Shipment]) -> tuple[dict[str, int], set[str]]:
        """Return when goods down leave the hub at the earliest, and those that no relay has room for.

        Goods up share the quarters: their part of the pieces is kept free for them.
        """
        by_relay: dict[str, list[Shipment]] = defaultdict(list)
        for s in shipments:
            far = self._far_end(s)
            if far is not None and far in self._crossing_of:
                by_relay[self._crossing_of[far].relay.id].append(s)
        ready: dict[str, int] = {}
        waiting: set[str] = set()
        for crossing in self.layout.crossings:
            own = by_relay.get(crossing.relay.id, [])
            down = [s for s in own if s.destination in self.layout.isolated]
            if not down:
                continue
            inward_s, share = self._inward_s(crossing), sum(s.pieces for s in down) / sum(s.pieces for s in own)
            hours = crossing.relay.hours
            first_s = max(hours.early_s, min(s.ready_s for s in down) + inward_s)
            moments, left = take_turns(
                self._claims(down, crossing),
                first_s=first_s,
                last_s=hours.late_s - crossing.tote_s,
                per_quarter=max(1, int(self._per_quarter(crossing) * share)),
            )
            ready |= {id_: at_s - inward_s for id_, at_s in moments.items() if at_s > first_s}
            waiting |= left
        return ready, waiting

    def _claims(self, down: Sequence[Shipment], crossing: Crossing) -> Iterator[Claim]:
        rank = rank_of(self.layout.emergency.classes)
        for s in down:
            away_s = self._away_s(crossing, s.destination)
            yield Claim(shipment=s.id, rank=rank(s.commodity), away_s=away_s, pieces=s.pieces)

    def _twins(self, shipments: Sequence[Shipment], waiting: Collection[str]) -> dict[tuple[str, str], str]:
        """Return the place of goods down by village and mark; the last class that crosses keeps the village.

        Without drones only what waits has a twin: the others all go by the relay.
        """
        flies = any(base.count for base in self.layout.emergency.drones)
        marks: dict[str, set[str]] = defaultdict(set)
        for s in shipments:
            if s.destination in self._crossing_of and self._far_end(s) == s.destination:
                marks[s.destination].add(self._mark(s, waiting))
        found: dict[tuple[str, str], str] = {}
        for village, own in marks.items():
            kept = max(own - {WAITS}, key=int, default="")
            apart = own - {kept} if flies else own & {WAITS}
            found |= {(village, mark): f"{village}+{mark}" if mark in apart else village for mark in own}
        return found

    def _mark(self, s: Shipment, waiting: Collection[str]) -> str:
        return WAITS if s.id in waiting else str(rank_of(self.layout.emergency.classes)(s.commodity) + 1)

    def _placed(
        self,
        s: Shipment,
        turns: Mapping[str, int],
        waiting: Collection[str],
        twins: Mapping[tuple[str, str], str],
    ) -> Shipment:
        """Return a shipment at its twin and in its turn."""
        place = twins.get((s.destination, self._mark(s, waiting)), s.destination)
        ready_s = turns.get(s.id, s.ready_s)
        return replace(s, destination=place, ready_s=max(s.ready_s, ready_s), due_s=max(s.due_s, ready_s))


def _parts(s: Shipment, most_pieces: int | None, room: tuple[int, ...] | None) -> int:
    """Return in how many parts a shipment crosses."""
    for_relay = 1 if most_pieces is None else -(-s.pieces // most_pieces)
    if room is None or not all(room):
        return min(for_relay, s.pieces)
    a_part = min((most * s.pieces // load for load, most in zip(s.load, room, strict=True) if load), default=s.pieces)
    for_drone = -(-s.pieces // a_part) if a_part else 1  # one piece alone is too much for a drone
    return min(s.pieces, max(for_relay, for_drone if for_drone <= MOST_PARTS else 1))


def _divided(s: Shipment, count: int) -> Iterator[Shipment]:
    pieces = shares(s.pieces, [1] * count)
    rows = [shares(amount, pieces) for amount in (*s.load, s.service_s, s.handling_fen)]
    for k, own in enumerate(pieces):
        *load, service_s, handling_fen = (row[k] for row in rows)
        yield replace(
            s,
            id=f"{s.id}+{k + 1}",
            pieces=own,
            load=tuple(load),
            service_s=service_s,
            handling_fen=handling_fen,
        )


def _too_heavy(
    goods: Consolidation, crossing_ids: frozenset[str], dims: tuple[str, ...], crossing: Crossing
) -> frozenset[str]:
    """Return the commodities of which the mean piece of some crossing shipment is heavier than a person carries."""
    if "load_g" not in dims:
        return frozenset()
    k = dims.index("load_g")
    most_g = crossing.relay.max_piece_g
    return frozenset(s.commodity for s in goods.shipments if s.id in crossing_ids and s.load[k] > most_g * s.pieces)
