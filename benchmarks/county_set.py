"""The county-days of the benchmarks, by name: each is built on the spot from its seed, the same every time.

*terrains*: four terrains by three sizes, roads and goods as ``gongpei new`` makes them, under the full rules.
*reload*: random counties without roads, under rules that PyVRP has, at two ratios of fixed to variable cost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.random_counties import random_county
from scenarios.build import build_problem
from scenarios.files import read_scenario
from scenarios.new import new_scenario
from scenarios.scenario import Load, ScenarioCompartment

if TYPE_CHECKING:
    from optimizer.problem import Problem
    from scenarios.scenario import FleetVehicle, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many townships and villages a county has, and the parcels of its day."""

    townships: int
    villages: int
    pieces: int


SIZES = ("small", "typical", "large")

DENSE = (
    Size(townships=8, villages=130, pieces=5_000),
    Size(townships=12, villages=240, pieces=30_000),
    Size(townships=17, villages=360, pieces=100_000),
)
"""From sources: 8 to 17 townships, 130 to 360 villages; 3 to 10 thousand pieces a day in a small county, 20 to 50 in a
typical, 100 to 150 in a large one."""

STEEP = (
    Size(townships=8, villages=130, pieces=3_000),
    Size(townships=12, villages=240, pieces=6_000),
    Size(townships=17, villages=360, pieces=10_000),
)
"""The same, but for 3 to 10 thousand pieces a day, as in mountain counties."""

VAST = (
    Size(townships=5, villages=50, pieces=1_000),
    Size(townships=7, villages=75, pieces=2_000),
    Size(townships=9, villages=100, pieces=3_000),
)
"""Fewer villages, 20 to 30 pieces each: with 240 of them the farthest are seven hours from the hub, and an eighth of
the goods stays behind, so that penalties would hide all else."""

TERRAINS = {"plain": DENSE, "hill": DENSE, "mountain": STEEP, "pastoral": VAST}
"""Sizes of each terrain, in the order of ``SIZES``."""

SEED = 11
"""Of every county-day of the set *terrains*."""

BRANDS = 5

SEALED_ROOM = Load(load_g=200_000, load_ml=2_000_000)
"""Of the sealed compartment that the trucks of *terrains* have; a placeholder, as the fleet's other figures are."""

RELOAD_COUNTIES = ("60-1", "80-2", "100-3", "150-4", "150-5", "200-6", "250-7", "300-8")
"""Villages and seed of the random counties of the set *reload*."""

FIXED_SHARES = (1.0, 0.25)
"""Fixed cost of a vehicle in *reload*, as a share of the usual one."""

SETS = {
    "terrains": tuple(f"{terrain}-{size}" for terrain in TERRAINS for size in SIZES),
    "reload": tuple(f"{county}-reload-{share:g}" for county in RELOAD_COUNTIES for share in FIXED_SHARES),
}
"""Names of county-days by set."""


def load(name: str) -> Problem:
    """Return the problem of a county-day; about a second.

    ``name`` is one of ``SETS``, a scenario folder, or VILLAGES-SEED with any of ``-full``,
    ``-reload`` and a share of the fixed cost behind it, for a random county.

    Raises
    ------
    ValueError
        The name is none of these.
    """
    if name in SETS["terrains"]:
        return build_problem(terrain_scenario(*name.split("-"))).problem
    if Path(name).is_dir():
        return build_problem(read_scenario(Path(name))).problem
    try:
        return _random(*name.split("-"))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: no county-day of the sets, no scenario folder, no VILLAGES-SEED[-...]") from error


def set_of(name: str) -> str:
    """Return the set that a county-day belongs to, "other" for none."""
    return next((key for key, names in SETS.items() if name in names), "other")


def terrain_scenario(terrain: str, size: str) -> Scenario:
    """Return a county-day as ``gongpei new`` makes it, but for the trucks' second, sealed compartment."""
    county = TERRAINS[terrain][SIZES.index(size)]
    made = new_scenario(
        terrain=terrain,
        townships=county.townships,
        villages=county.villages,
        pieces=county.pieces,
        brands=BRANDS,
        seed=SEED,
    )
    return replace(made, fleet=tuple(_parted(v) if v.profile == "truck" else v for v in made.fleet))


def _parted(vehicle: FleetVehicle) -> FleetVehicle:
    """Return the vehicle with part of its room behind a sealed wall."""
    (box,) = vehicle.compartments
    open_room = replace(
        box.room, load_g=box.room.load_g - SEALED_ROOM.load_g, load_ml=box.room.load_ml - SEALED_ROOM.load_ml
    )
    sealed = ScenarioCompartment(id="sealed", room=SEALED_ROOM, is_sealed=True)
    return replace(vehicle, compartments=(replace(box, room=open_room), sealed))


def _random(villages: str, seed: str, *rest: str) -> Problem:
    words = {"full", "reload"} & set(rest)
    shares = [float(part) for part in rest if part not in words]
    if len(words) > 1 or len(shares) > 1:
        raise ValueError(rest)
    return random_county(
        villages=int(villages),
        seed=int(seed),
        full_rules="full" in words,
        is_due_early="reload" not in words,
        fixed_share=shares[0] if shares else 1.0,
    )
