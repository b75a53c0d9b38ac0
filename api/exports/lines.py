"""Standing lines for people: ``lines.html`` (timetables, consistency, price) and ``lines.csv``, one row a stop."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.exports.pages import environment
from api.exports.tables import safe_cell
from api.units import clock, yuan
from scenarios.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.scenario import Scenario
    from scenarios.standing.consistency import Consistency
    from scenarios.standing.design import Design
    from scenarios.standing.model import Kind, LineStop

COLUMNS = (
    "车辆 vehicle",
    "趟次 trip",
    "顺序 rank",
    "地点编号 place_id",
    "地点 place",
    "时刻 hour",
    "最早 earliest",
    "最晚 latest",
    "货物 goods",
)
"""Header of ``lines.csv``."""

WORST = 12
"""Places in the table of those whose arrivals differ most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesView:
    """What the page shows: a design, the county it is for, and where its sampled days come from."""

    design: Design
    scenario: Scenario
    notes: tuple[Text, ...]

    def name(self, place: str) -> str:
        """Return the name of a place; its id where it has none."""
        return next((p.name for p in self.scenario.places if p.id == place), "") or place

    def goods(self, stop: LineStop) -> Text:
        """Return what a line brings to a stop or fetches there."""
        return Text(
            "、".join(self._goods(kind, stop, "zh") for kind in stop.kinds),
            ", ".join(self._goods(kind, stop, "en") for kind in stop.kinds),
        )

    def _goods(self, kind: Kind, stop: LineStop, lang: str) -> str:
        known = {c.id: c.name or c.id for c in self.scenario.commodities}
        way = Text("送", "brings") if kind.destination == stop.place else Text("取", "fetches")
        name = known.get(kind.commodity, kind.commodity) if lang == "zh" else kind.commodity
        return f"{way.pick(lang)}{'' if lang == 'zh' else ' '}{name}"


def headline(design: Design) -> tuple[tuple[Text, str, str], ...]:
    """Return the measures of a design: name, by the lines, in full freedom."""
    rows = (
        (Text("始终同一司机的村点", "places that keep their driver"), "keep_share"),
        (Text("从无第二辆车到访的村点", "places where no other vehicle ever calls"), "alone_share"),
        (Text("由常来司机服务的村·日", "days of places with their usual driver"), "own_share"),
    )
    shares = tuple((name, _percent(getattr(design.kept, of)), _percent(getattr(design.free, of))) for name, of in rows)
    spreads = tuple(
        (Text(f"到达时刻跨度 P{q}", f"spread of arrivals P{q}"), _minutes(design.kept, q), _minutes(design.free, q))
        for q in (50, 90)
    )
    days = len(design.outcomes)
    mean = [sum(getattr(day, of) for day in design.outcomes) / days for of in ("cost_fen", "free_fen")]
    cost = (Text("平均每天成本（元）", "mean cost a day (CNY)"), yuan(mean[0]), yuan(mean[1]))
    return (cost, *shares, *spreads)


def write_lines_page(view: LinesView, path: Path, *, lang: str) -> None:
    """Write the page, opening in ``lang``; both languages are in it and nothing is fetched."""
    villages = sorted(view.design.kept.villages, key=lambda v: (-v.spread_s, v.place))[:WORST]
    page = environment().get_template("lines.html.j2")
    html = page.render(view=view, lang=lang, headline=headline(view.design), worst=villages)
    path.write_text(html, encoding="utf-8")


def write_lines_table(view: LinesView, path: Path) -> None:
    """Write one row a stop, in driving order; UTF-8 with a byte order mark."""
    half_s = view.design.lines.hour_s // 2
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for line in view.design.lines.lines:
            for number, trip in enumerate(line.trips, start=1):
                for rank, stop in enumerate(trip.stops, start=1):
                    hours = (clock(at_s) for at_s in (stop.at_s, max(0, stop.at_s - half_s), stop.at_s + half_s))
                    goods = view.goods(stop)
                    row = (line.vehicle, number, rank, stop.place, view.name(stop.place), *hours)
                    writer.writerow([safe_cell(cell) for cell in (*row, f"{goods.zh} / {goods.en}")])


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _minutes(of: Consistency, quantile: int) -> str:
    spread_s = of.spread_s(quantile / 100)
    return "-" if spread_s is None else f"{spread_s / 60:.0f} min"
