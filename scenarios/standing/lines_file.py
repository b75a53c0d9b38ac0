"""Standing lines as ``lines.json``: written so that equal designs give equal bytes, read with every fault at once.

The lines are what is read back; what they were tried on and how alike the days became is there for others to read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from optimizer.model import HORIZON_S
from scenarios.errors import Fault, InvalidInput
from scenarios.standing.model import Kind, LineStop, LineTrip, StandingLine, StandingLines
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scenarios.standing.consistency import Consistency
    from scenarios.standing.design import Design

SCHEMA, VERSION = "gongpei.lines", 1
"""Kind of file, and its version: raised whenever an old reader would misread a new file."""

A_NAME = Text("非空文字", "a text that is not empty")
A_TIME = Text(f"0 至 {HORIZON_S} 的整数秒", f"a whole number of seconds within 0 and {HORIZON_S}")
A_COUNT = Text("不小于 1 的整数", "a whole number of at least 1")
A_LIST = Text("非空列表", "a list that is not empty")
AN_OBJECT = Text("对象", "an object")
ONCE = Text("只出现一次的货物或车辆", "a kind of goods or a vehicle that appears once")


def write_lines(design: Design, path: Path, *, origin: dict[str, object]) -> None:
    """Write a design; ``origin`` says what it was made from (scenario, seed, days and so on)."""
    content = {
        "schema": SCHEMA,
        "version": VERSION,
        "origin": origin,
        "hour_s": design.lines.hour_s,
        "lines": [_line_record(line) for line in design.lines.lines],
        "days": [{name: getattr(day, name) for name in day.__dataclass_fields__} for day in design.outcomes],
        "villages": _villages(design.kept),
        "villages_free": _villages(design.free),
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _line_record(line: StandingLine) -> dict[str, object]:
    return {
        "vehicle_type": line.vehicle_type,
        "number": line.number,
        "trips": [
            {
                "depart_s": trip.depart_s,
                "return_s": trip.return_s,
                "stops": [
                    {"place": stop.place, "at_s": stop.at_s, "goods": [kind._asdict() for kind in stop.kinds]}
                    for stop in trip.stops
                ],
            }
            for trip in line.trips
        ],
    }


def _villages(of: Consistency) -> list[dict[str, object]]:
    return [{name: getattr(village, name) for name in village.__dataclass_fields__} for village in of.villages]


def read_lines(path: Path) -> StandingLines:
    """Return the lines in a file. O(bytes).

    Raises
    ------
    InvalidInput
        E374, when it is no JSON; E375, when it is another kind of file or version; E376 with a fault for each
        field that is wrong (E377), goods on two stops among them.
    """
    content = _parsed(path)
    told = (content.get("schema"), content.get("version")) if isinstance(content, dict) else ("-", "-")
    if told != (SCHEMA, VERSION) or isinstance(told[1], bool):
        expected = f"{SCHEMA} {VERSION}"
        raise InvalidInput("E375", path=path, value=f"{told[0]} {told[1]}"[:60], expected=expected)
    reading = _Reading(file=path.name)
    hour_s = reading.number(content, "hour_s", "", low=1, expected=A_TIME)
    lines = tuple(_line(reading, each, at) for each, at in reading.items(content, "lines", ""))
    if reading.faults:
        raise InvalidInput("E376", faults=tuple(reading.faults), count=len(reading.faults))
    return StandingLines(lines=lines, hour_s=hour_s)


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:  # no file, not UTF-8, not JSON, nested too deep
        raise InvalidInput("E374", path=path, detail=str(error)[:80]) from None


@dataclass(slots=True, kw_only=True)
class _Reading:
    """Collects the faults of one file; a faulty field is told and replaced by something harmless."""

    file: str
    faults: list[Fault] = field(default_factory=list)
    seen: set[object] = field(default_factory=set)

    def items(self, record: Any, name: str, at: str) -> Iterator[tuple[Any, str]]:
        """Yield the objects of a list, each with its path."""
        each = record.get(name)
        if not isinstance(each, list) or not each:
            self.tell(f"{at}{name}", each, A_LIST)
            return
        for k, item in enumerate(each):
            if isinstance(item, dict):
                yield item, f"{at}{name}[{k}]."
            else:
                self.tell(f"{at}{name}[{k}]", item, AN_OBJECT)

    def name(self, record: Any, name: str, at: str) -> str:
        """Return a text that is not empty."""
        value = record.get(name)
        if isinstance(value, str) and value:
            return value
        self.tell(f"{at}{name}", value, A_NAME)
        return "?"

    def number(self, record: Any, name: str, at: str, *, low: int, expected: Text) -> int:
        """Return a whole number from ``low`` to the end of the horizon."""
        value = record.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= HORIZON_S:
            return value
        self.tell(f"{at}{name}", value, expected)
        return low

    def once(self, thing: object, at: str) -> None:
        """Tell when a vehicle or a kind of goods was there before."""
        if thing in self.seen:
            self.tell(at.rstrip("."), thing, ONCE)
        self.seen.add(thing)

    def tell(self, column: str, value: object, expected: Text) -> None:
        fault = Fault(code="E377", file=self.file, column=column, value=str(value)[:60], values={"expected": expected})
        self.faults.append(fault)


def _line(reading: _Reading, record: Any, at: str) -> StandingLine:
    kind = reading.name(record, "vehicle_type", at)
    number = reading.number(record, "number", at, low=1, expected=A_COUNT)
    reading.once((kind, number), at)
    trips = tuple(_trip(reading, each, where) for each, where in reading.items(record, "trips", at))
    return StandingLine(vehicle_type=kind, number=number, trips=trips)


def _trip(reading: _Reading, record: Any, at: str) -> LineTrip:
    depart_s = reading.number(record, "depart_s", at, low=0, expected=A_TIME)
    return_s = reading.number(record, "return_s", at, low=depart_s, expected=A_TIME)
    stops = tuple(_stop(reading, each, where) for each, where in reading.items(record, "stops", at))
    return LineTrip(depart_s=depart_s, return_s=return_s, stops=stops)


def _stop(reading: _Reading, record: Any, at: str) -> LineStop:
    place = reading.name(record, "place", at)
    at_s = reading.number(record, "at_s", at, low=0, expected=A_TIME)
    kinds = []
    for each, where in reading.items(record, "goods", at):
        kind = Kind(*(reading.name(each, name, where) for name in Kind._fields))
        reading.once(kind, where)
        kinds.append(kind)
    return LineStop(place=place, at_s=at_s, kinds=tuple(kinds))
