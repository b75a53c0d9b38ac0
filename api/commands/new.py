"""``gongpei new``: a made-up county to start from, written as files that can be edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.commands.options import new_folder, output_folder, whole
from api.talk import say, summary
from networks.synthetic import MOST_TOWNSHIPS, MOST_VILLAGES, TERRAINS
from scenarios.files import write_scenario
from scenarios.new import MOST_BUSES, new_scenario
from scenarios.text import Text

if TYPE_CHECKING:
    import argparse

HELP = Text("生成一个模拟的县（路网、地点、订单、车辆）", "make up a county: roads, places, orders, vehicles")


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments; the defaults are a middling mountain county."""
    parser.add_argument("folder", metavar="DIR", help=Text("新文件夹", "a new folder").pick(lang))
    parser.add_argument(
        "--terrain", choices=tuple(TERRAINS), default="mountain", help=Text("地形", "terrain").pick(lang)
    )
    parser.add_argument(
        "--townships", type=whole(1, MOST_TOWNSHIPS), default=11, help=Text("乡镇数", "townships").pick(lang)
    )
    parser.add_argument(
        "--villages", type=whole(1, MOST_VILLAGES), default=187, help=Text("村数", "villages").pick(lang)
    )
    parser.add_argument("--pieces", type=whole(1, 2_000_000), default=3_000, help=Text("件数", "pieces").pick(lang))
    parser.add_argument("--brands", type=whole(1, 50), default=5, help=Text("品牌数", "brands").pick(lang))
    parser.add_argument("--seed", type=whole(0, 2**31 - 1), default=0, help=Text("随机种子", "seed").pick(lang))
    parser.add_argument(
        "--stations", action="store_true", help=Text("乡镇设服务站", "townships are stations").pick(lang)
    )
    parser.add_argument(
        "--buses", type=whole(0, MOST_BUSES), default=0, help=Text("客车线路数", "bus lines").pick(lang)
    )


def run(options: argparse.Namespace) -> int:
    """Write the county and say what is in it."""
    folder = output_folder(new_folder(options.folder))
    scenario = new_scenario(
        terrain=options.terrain,
        townships=options.townships,
        villages=options.villages,
        pieces=options.pieces,
        brands=options.brands,
        seed=options.seed,
        stations=options.stations,
        buses=options.buses,
    )
    write_scenario(scenario, folder, lang=options.lang)
    say(summary(scenario, str(folder)), options.lang)
    return 0
