"""``gongpei compare`` of a province: many counties in one run, one table each and one of them all."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from api.commands.options import cache_folder, existing, output_folder, solving_stop
from api.commands.running import run_agenda
from api.exports.province import FILES, Province, write_province
from api.talk import line
from scenarios.province import agenda_of, find_counties, join, part, read_counties
from scenarios.province_sums import add_up
from scenarios.text import Text
from scenarios.variants.cells import Limit
from scenarios.variants.store import Store

if TYPE_CHECKING:
    import argparse

    from scenarios.variants.compare import Comparison


def compare_province(options: argparse.Namespace) -> tuple[Province, Path]:
    """Compare every county and write everything; return what was written, and where to."""
    path, lang = existing(options.folder), options.lang
    name = path.resolve().stem if path.is_file() else path.resolve().name
    folders = find_counties(path)
    members = read_counties(folders, existing(options.variants), lambda done, of: _tell(done, of, lang))
    out = output_folder(options.out or Path("out") / name)
    store = Store(folder=options.store or out / "results")
    limit = Limit(stop=solving_stop(options), seed=options.seed)
    agendas = {}
    for member in members:
        cache = cache_folder(member.folder)
        agendas[member.name] = agenda_of(member, days=options.days, peaks=options.peaks, limit=limit, cache=cache)
    found = run_agenda(join(agendas), store, options.workers, lang, options.cluster)
    counties: dict[str, Comparison] = part(found, agendas)
    province = Province(
        name=name,
        whole=add_up(counties, found),
        counties={member.name: (member.scenario, counties[member.name]) for member in members},
    )
    write_province(province, out, lang=lang)
    return province, out


def told(province: Province, out: Path) -> Text:
    """Return where everything was written."""
    names, count = ", ".join(FILES), len(province.counties)
    return Text(
        f"已写入 {out}：{names}，{count} 个县各在 counties/ 中",
        f"written to {out}: {names}; {count} counties in counties/",
    )


def _tell(done: int, of: int, lang: str) -> None:
    line(Text(f"读入县 {done + 1}/{of}", f"reading county {done + 1}/{of}").pick(lang), stream=sys.stderr)
