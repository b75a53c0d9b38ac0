"""Maps that were drawn once lie in the store with the results they show, and are not drawn again.

Their key is a hash of the results, the names over them and the code that draws, so a map can never be stale.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.exports.comparison_maps import MOST_MAPS, Maps, Panel, maps_of, typical_day
from scenarios.text import Text
from scenarios.variants.cells import hash_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from scenarios.variants.compare import Comparison
    from scenarios.variants.store import Store

API = Path(__file__).resolve().parents[1]
DRAWN_BY = (*(f"exports/{name}.py" for name in ("comparison_maps", "canvas", "svg")), "assemble.py", "county_day.py")
"""Whose changes change a map, beside those that change the results."""


def kept_maps(comparison: Comparison, store: Store, *, report: Callable[[int, int], None] | None = None) -> Maps | None:
    """Return ``maps_of`` the comparison, from the store where they were drawn before."""
    day = typical_day(comparison)
    if day is None:
        return None
    shown = [(v.name, comparison.keys[v.id][day]) for v in comparison.agenda.variants[:MOST_MAPS]]
    key = hash_of("maps", day, shown, len(comparison.agenda.variants), _made_by())
    kept = store.get(key)
    if kept is not None:
        return _unpacked(kept)
    maps = maps_of(comparison, store, report=report)
    if maps is not None:
        store.put(key, asdict(maps))
    return maps


def _unpacked(kept: dict[str, Any]) -> Maps:
    """Return maps of JSON values, whose texts and tuples are lists."""
    panels = tuple(
        Panel(
            name=Text(*panel["name"]),
            ways=tuple((color, is_flown, path) for color, is_flown, path in panel["ways"]),
            courses=panel["courses"],
            short=tuple((x, y) for x, y in panel["short"]),
            caption=Text(*panel["caption"]),
        )
        for panel in kept["panels"]
    )
    places = tuple((tier, x, y) for tier, x, y in kept["places"])
    return Maps(**{**kept, "day": Text(*kept["day"]), "places": places, "panels": panels})


@lru_cache(maxsize=1)
def _made_by() -> str:
    content = hashlib.sha256()
    for name in DRAWN_BY:
        content.update((API / name).read_bytes())
    return content.hexdigest()
