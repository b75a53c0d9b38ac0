"""Questions that somebody waits for: where an order could ride, and how a day goes on after a breakdown.

A generated county is planned by the service itself; then all goes over HTTP, as a client sends it.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import time
from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.service.harness import Client, content_of, found_county, serving, spread, wait_until
from scenarios.files import write_scenario
from scenarios.new import new_scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.service.harness import Ground

SEED = 1

PATIENCE_S = 600
"""After which a job that has not ended counts as stuck."""

LOOK_S = 0.05
"""How often a client looks whether its job is done."""

Record = dict[str, Any]


class _Site(NamedTuple):
    """A service with a county that has been planned; ``process`` is its first."""

    client: Client
    process: int
    plan_id: str
    plan: Record
    orders: tuple[str, ...]
    places: int


def candidates(where: Ground, *, asks: int, villages: int, solve_s: float) -> dict[str, Any]:
    """Ask so many times where an order of the plan could ride, each time another, and as often for a new one.

    The first answer is told apart: it waits until the scenario has been read and its roads are known.
    """
    draw = random.Random(SEED)
    with _planned(where, villages=villages, solve_s=solve_s) as site:
        path = f"/api/v1/plans/{site.plan_id}:candidates"
        first_s, *_ = _asked(site, path, [{"order": site.orders[0]}])[0]
        before_s = _cpu_s(site.process)
        old = _asked(site, path, [{"order": id_} for id_ in draw.sample(site.orders[1:], asks)])
        rows = [_new_order(k, place) for k, place in enumerate(draw.choices(_villages(site.plan), k=asks))]
        new = _asked(site, path, [{"new_order": row} for row in rows])
        cpu_s = _cpu_s(site.process) - before_s
    told = [each for _, answer in (*old, *new) for each in answer["shipments"]]
    return {
        "places": site.places,
        "shipments": sum(len(v["deliver"]) + len(v["collect"]) for v in _visits(site.plan)),
        "asks": 2 * asks,
        "cold_ms": round(first_s * 1000),
        "of_the_plan": spread([seconds for seconds, _ in old]),
        "new": spread([seconds for seconds, _ in new]),
        "cpu_ms_each": round(500 * cpu_s / asks, 1),
        "ways_each": round(sum(len(each["options"]) - 1 for each in told) / len(told), 2),
        "incomplete": sum(not each["is_complete"] for each in told),
    }


def replans(where: Ground, *, breakdowns: int, villages: int, solve_s: float) -> dict[str, Any]:
    """Let vehicles break down one after the other, each in the middle of its visits on the day as it was planned.

    Untouched are shipments that other vehicles carry and have not handed over by then. Moved is what rides on another
    vehicle or not at all, or is handed over before or after others of its vehicle than was planned.
    """
    with _planned(where, villages=villages, solve_s=solve_s) as site:
        routes = sorted(_routes(site.plan), key=lambda route: -len(_visits_of(route)))[:breakdowns]
        cases = []
        for number, route in enumerate(routes):
            before_s = _cpu_s(site.process)
            case = _broken(site, route, number)
            cases.append({**case, "cpu_s": round(_cpu_s(site.process) - before_s, 1)})
    took = [case["seconds"] for case in cases]
    return {
        "places": site.places,
        "breakdowns": len(cases),
        "longest_s": max(took),
        "seconds": took,
        "cpu_s": [case["cpu_s"] for case in cases],
        "untouched": [case["untouched"] for case in cases],
        **{
            name: {
                "most_moved_percent": max(case["moved_percent"][name] for case in cases),
                "moved_percent": [case["moved_percent"][name] for case in cases],
                "cost_fen": [case["cost_fen"][name] for case in cases],
            }
            for name in ("smallest", "balanced", "cheapest")
        },
    }


@contextlib.contextmanager
def _planned(where: Ground, *, villages: int, solve_s: float) -> Iterator[_Site]:
    """Serve a generated county of so many villages, planned for so many seconds."""
    townships = max(1, villages // 22)
    county = new_scenario(
        terrain="mountain", townships=townships, villages=villages, pieces=20 * villages, brands=5, seed=SEED
    )
    folder = where.folder / "county"
    write_scenario(county, folder)
    owner = found_county(where.database, content_of(folder), len(county.places))
    with serving(where, options=("--slots", "1")) as api, Client(api.port, owner.secret) as client:
        path = f"/api/v1/scenarios/{owner.scenario_id}/solves"
        job = ended(client, client.call("POST", path, json.dumps({"seconds": solve_s, "seed": SEED}).encode()))
        plan = client.call("GET", f"/api/v1/plans/{job['plan_id']}")[1]["plan"]["plan"]
        orders = tuple(order.id for order in county.orders)
        process = 0 if api.process is None else api.process.pid
        yield _Site(client, process, job["plan_id"], plan, orders, len(county.places))


def ended(client: Client, accepted: tuple[int, Any]) -> Record:
    """Return a job that was accepted once it is done."""
    status, job = accepted
    if status != 202:
        raise RuntimeError(f"{status}: {job}")
    address, last = f"/api/v1/jobs/{job['id']}", {}

    def is_over() -> bool:
        last.update(client.call("GET", address)[1])
        return last["ended_at"] is not None

    if not wait_until(is_over, PATIENCE_S, LOOK_S) or last["state"] != "done":
        raise RuntimeError(f"job {last['state']}: {last['failure']}")
    return last


def _asked(site: _Site, path: str, bodies: Sequence[Record]) -> list[tuple[float, Record]]:
    """Ask one question after the other; return seconds and answers."""
    found = []
    for body in bodies:
        began = time.monotonic()
        status, answer = site.client.call("POST", path, json.dumps(body).encode())
        found.append((time.monotonic() - began, answer))
        if status != 200:
            raise RuntimeError(f"{status}: {answer}")
    return found


def _new_order(number: int, place: str) -> Record:
    return {"id": f"N{number}", "origin": "H", "destination": place, "brand": "中通", "pieces": 5}


def _broken(site: _Site, route: Record, number: int) -> Record:
    """Break one vehicle down as service begins at its middle visit, and wait for the answers."""
    visits = _visits_of(route)
    at_s = visits[len(visits) // 2]["start_s"]
    broken = {"vehicle_type": route["vehicle_type"], "number": route["number"]}
    events = {"now": f"{at_s // 3600:02d}:{at_s // 60 % 60:02d}:{at_s % 60:02d}", "broken": [broken]}
    body = json.dumps({"events": events, "seed": number}).encode()
    began = time.monotonic()
    job = ended(site.client, site.client.call("POST", f"/api/v1/plans/{site.plan_id}:replan", body))
    seconds = time.monotonic() - began
    result = site.client.call("GET", f"/api/v1/jobs/{job['id']}/result")[1]
    others = [other for other in _routes(site.plan) if other is not route]
    old = {id_: spot for other in others for id_, spot in _handings(other, after_s=at_s).items()}
    counts = {name: len(moved(old, record["plan"])) for name, record in result["plans"].items()}
    return {
        "seconds": round(seconds, 2),
        "untouched": len(old),
        "moved_percent": {name: round(100 * count / max(1, len(old)), 1) for name, count in counts.items()},
        "cost_fen": {name: sum(record["plan"]["cost"].values()) for name, record in result["plans"].items()},
    }


def moved(old: dict[str, tuple[str, int]], after: Record) -> set[str]:
    """Return what is with another vehicle, or nowhere, or out of the order that most of its vehicle's goods keep."""
    new = {id_: spot for route in _routes(after) for id_, spot in _handings(route).items()}
    found = {id_ for id_, (vehicle, _) in old.items() if new.get(id_, ("", 0))[0] != vehicle}
    for vehicle in {vehicle for vehicle, _ in old.values()}:
        stays = sorted(((rank, id_) for id_, (whose, rank) in old.items() if whose == vehicle and id_ not in found))
        kept = _longest_rising([new[id_][1] for _, id_ in stays])
        found |= {id_ for place, (_, id_) in enumerate(stays) if place not in kept}
    return found


def _longest_rising(ranks: Sequence[int]) -> set[int]:
    """Return the positions of a longest sequence that never falls."""
    ends: list[int] = []  # position at which the best sequence of each length ends
    before: list[int] = []
    for place, rank in enumerate(ranks):
        length = bisect_right([ranks[end] for end in ends], rank)
        before.append(ends[length - 1] if length else -1)
        ends[length : length + 1] = [place]
    kept, at = set(), ends[-1] if ends else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return kept


def _handings(route: Record, after_s: int = 0) -> dict[str, tuple[str, int]]:
    """Return vehicle and rank of the visit at which each shipment is handed over, from a moment on."""
    vehicle = f"{route['vehicle_type']}#{route['number']}"
    return {
        id_: (vehicle, rank)
        for rank, visit in enumerate(_visits_of(route))
        if visit["start_s"] >= after_s
        for id_ in (*visit["collect"], *visit["deliver"])
    }


def _routes(plan: Record) -> list[Record]:
    routes: list[Record] = plan["routes"]
    return routes


def _visits_of(route: Record) -> list[Record]:
    return [visit for trip in route["trips"] for visit in trip["visits"]]


def _visits(plan: Record) -> list[Record]:
    return [visit for route in _routes(plan) for visit in _visits_of(route)]


def _villages(plan: Record) -> list[str]:
    return sorted({visit["place"] for visit in _visits(plan)})


def _cpu_s(root: int) -> float:
    """Return the processor time of a process and all that it has started, those that have ended included."""
    parent_of, ticks_of = {}, {}
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (each / "stat").read_text("utf-8").rpartition(")")[2].split()
            parent_of[int(each.name)], ticks_of[int(each.name)] = int(words[1]), sum(map(int, words[11:15]))
    family = {root}
    while grown := {pid for pid, parent in parent_of.items() if parent in family} - family:
        family |= grown
    return sum(ticks_of.get(pid, 0) for pid in family) / os.sysconf("SC_CLK_TCK")
