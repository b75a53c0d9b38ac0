"""What people know about roads and maps do not: overrides, connectors and closures.

``apply_overrides`` and ``apply_closures`` return a new network. An override sets speed,
time, access, class, surface or limits of edges, named by edge position or by the id of
their way; or it adds a connector between coordinates or places. A closure shuts edges,
ways or all that touches an area, on some days or in a season. Edge positions belong to
one network; way ids outlive a new download, so prefer them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from networks.connectors import Connector, add_connectors
from networks.errors import Fault, raise_faults
from networks.network import replace_edges
from networks.override_files import read_closures, read_overrides
from networks.override_model import Closure, Override, Spot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from networks.network import RoadNetwork

__all__ = ["Closure", "Override", "Spot", "apply_closures", "apply_overrides", "read_closures", "read_overrides"]


def apply_overrides(
    network: RoadNetwork,
    overrides: Sequence[Override],
    day: date | None = None,
    *,
    places: Mapping[str, tuple[float, float]] | None = None,
) -> RoadNetwork:
    """Return ``network`` with ``overrides`` in force on ``day`` (None: all of them); later ones win.

    ``places`` maps place ids to longitude and latitude, for connectors that name them.
    Positions of existing edges stay; connectors are appended. O(m) for each override.

    Raises
    ------
    InvalidInput
        With all ``faults``: E233 an edge or way that the network lacks, E234 a place that is
        not known, E237 a connector with no road near.
    """
    active = [item for item in overrides if item.holds_on(day)]
    faults: list[Fault] = []
    meant = [_edges_meant(network, item, faults) for item in active]
    connectors = [_connector(item, places or {}, faults) for item in active if item.path]
    raise_faults(_file_of(active), faults)
    changed = _with_values(network, active, meant)
    grown, loose = add_connectors(changed, [item for item in connectors if item is not None])
    raise_faults(_file_of(active), loose)
    return grown


def apply_closures(network: RoadNetwork, closures: Sequence[Closure], day: date, *, season: str = "dry") -> RoadNetwork:
    """Return ``network`` with the edges closed that ``closures`` shut on ``day`` in ``season``; O(m) for each.

    Raises
    ------
    InvalidInput
        E233 with all ``faults``, when an edge or a way is not in the network.
    """
    active = [item for item in closures if item.holds_on(day, season)]
    faults: list[Fault] = []
    closed = network.edges["closed"].to_numpy(copy=True)
    for item in active:
        closed[_edges_meant(network, item, faults)] = True
        if item.area is not None:
            closed[network.edges.sindex.query(item.area, predicate="intersects")] = True
    raise_faults(_file_of(active), faults)
    if np.array_equal(closed, network.edges["closed"].to_numpy()):
        return network
    return replace_edges(network, closed=closed)


def _edges_meant(network: RoadNetwork, item: Override | Closure, faults: list[Fault]) -> np.ndarray:
    """Return the positions of the edges that ``item`` names, ascending; adds a fault for each that is not there."""
    named = np.array(item.edges, dtype=np.int64)
    is_here = (named >= 0) & (named < len(network.edges))
    way = network.edges["way"].to_numpy()
    on_ways = np.flatnonzero(np.isin(way, item.ways)) if item.ways else np.zeros(0, dtype=np.int64)
    missing = [("edge", number) for number in named[~is_here].tolist()]
    missing += [("way", number) for number in item.ways if not np.any(way[on_ways] == number)]
    faults += [
        Fault(code="E233", file=item.file, row=item.row, column=column, value=str(number)) for column, number in missing
    ]
    return np.union1d(named[is_here], on_ways)


def _connector(item: Override, places: Mapping[str, tuple[float, float]], faults: list[Fault]) -> Connector | None:
    unknown = [spot for spot in item.path if isinstance(spot, str) and spot not in places]
    faults += [Fault(code="E234", file=item.file, row=item.row, column="start", value=name) for name in unknown]
    if unknown:
        return None
    points = [places[spot] if isinstance(spot, str) else spot for spot in item.path]
    return Connector(
        points=np.array(points, dtype=np.float64),
        values=item.values,
        duration_s=None if item.minutes is None else item.minutes * 60,
        file=item.file,
        row=item.row,
    )


def _with_values(network: RoadNetwork, overrides: Sequence[Override], meant: Sequence[np.ndarray]) -> RoadNetwork:
    """Return ``network`` with the values of ``overrides`` at the edges that each means, in order."""
    columns: dict[str, np.ndarray] = {}

    def column(name: str) -> np.ndarray:
        if name not in columns:
            old = network.edges[name]
            columns[name] = np.array(old, dtype=object if old.dtype == "category" else old.dtype)
        return columns[name]

    length_m = network.edges["length_m"].to_numpy()
    for item, edges in zip(overrides, meant, strict=True):
        if edges.size == 0:
            continue
        for name, value in item.values.items():
            column(name)[edges] = value
        if item.minutes is not None:
            column("duration_s")[edges] = item.minutes * 60 * length_m[edges] / max(length_m[edges].sum(), 1e-9)
    return replace_edges(network, **columns) if columns else network


def _file_of(items: Sequence[Any]) -> str:
    return next((item.file for item in items if item.file), "")
