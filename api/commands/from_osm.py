"""``gongpei from-osm``: a scenario on the real roads and places of an OpenStreetMap extract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.commands.options import existing, new_folder, output_folder, whole
from api.talk import say, summary
from scenarios.files import write_scenario
from scenarios.from_osm import scenario_from_osm
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse

HELP = Text("由 OpenStreetMap 文件生成场景", "make a scenario from an OpenStreetMap extract")


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE.osm.pbf", help=Text("路网文件", "the extract").pick(lang))
    parser.add_argument("folder", metavar="DIR", help=Text("新文件夹", "a new folder").pick(lang))
    parser.add_argument(
        "--elevation",
        nargs="+",
        default=[],
        metavar="TILE.hgt.zip",
        help=Text("高程瓦片", "elevation tiles").pick(lang),
    )
    hub = Text("县级中心：地名，或 经度,纬度", "the hub: a place's name, or LON,LAT")
    parser.add_argument("--hub", metavar="NAME|LON,LAT", help=hub.pick(lang))
    parser.add_argument("--pieces", type=whole(1, 2_000_000), help=Text("件数", "pieces").pick(lang))
    parser.add_argument("--seed", type=whole(0, 2**31 - 1), default=0, help=Text("随机种子", "seed").pick(lang))


def run(options: argparse.Namespace) -> int:
    """Write the scenario and say what is in it."""
    folder = new_folder(options.folder)
    scenario = scenario_from_osm(
        existing(options.file),
        elevation=tuple(existing(tile) for tile in options.elevation),
        hub=options.hub,
        pieces=options.pieces,
        seed=options.seed,
    )
    write_scenario(scenario, output_folder(folder), lang=options.lang)
    say(summary(scenario, str(folder)), options.lang)
    return 0
