"""``gongpei validate``: every fault of a scenario at once, then what its roads reach."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from api.commands.options import cache_folder, existing
from api.talk import line, say, show_error, summary
from api.tiered_day import BUS_PROFILE
from api.tiers import has_tiers, tiers_of
from networks.profiles import load_profiles
from scenarios.build import build_problem
from scenarios.errors import InvalidInput
from scenarios.files import read_scenario
from scenarios.text import Text
from scenarios.timetables.on_roads import match_timetable, notes_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from scenarios.build import County

HELP = Text("检查场景，一次列出全部错误", "check a scenario and list every fault at once")


def add_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", help=Text("场景文件夹", "folder of the scenario").pick(lang))


def run(options: argparse.Namespace) -> int:
    """Print all faults (exit code 2), or what the scenario holds and what to note about it."""
    folder = existing(options.folder)
    try:
        scenario = read_scenario(folder)
        county = build_problem(scenario, cache=cache_folder(folder))
    except InvalidInput as error:
        show_error(error, options.lang, sys.stdout)
        return 2
    say(summary(scenario, str(folder)), options.lang)
    for text in tier_lines(county):
        say(text, options.lang)
    for note in (*county.notes, *course_notes(county)):
        line(f"! {note.pick(options.lang)}", style="yellow")
    say(Text("没有错误", "no faults"), options.lang, style="green")
    return 0


def course_notes(county: County) -> tuple[Text, ...]:
    """Return which stops of the timetable lie off the roads or their line's course, and where no bus gets through."""
    table = county.scenario.timetable
    if table is None:
        return ()
    return notes_of(match_timetable(county.network, load_profiles(None)[BUS_PROFILE], table, county.conditions))


def tier_lines(county: County) -> Iterator[Text]:
    """Yield what the county's tiers hold: stations, departures that take goods, places by the ways open to them."""
    if not has_tiers(county):
        return
    tiers = tiers_of(county)
    for s in tiers.stations:
        most = "∞" if s.pieces_per_quarter_h is None else str(s.pieces_per_quarter_h)
        zh = f"服务站 {s.place}：处理 {s.handling_s // 60} 分钟，每刻钟 {most} 件"
        yield Text(zh, f"station {s.place}: handling {s.handling_s // 60} min, {most} pieces a quarter of an hour")
    lines = Counter(d.line for d in tiers.departures)
    for name, count in sorted(lines.items()):
        yield Text(f"线路 {name}：当天 {count} 班带货", f"line {name}: {count} departures take goods that day")
    ways = Counter(" | ".join(sorted(map(str, each))) for each in tiers.modes.values())
    for name, count in sorted(ways.items()):
        yield Text(f"{count} 个地点可走：{name}", f"{count} places may go: {name}")
