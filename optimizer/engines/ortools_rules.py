"""The rules of a day as dimensions and constraints of the routing model; each is added only where it can bind.

Loads of several compartments are limited class by class: goods of some commodities never
exceed the compartments that admit any of them. Whether they can then be stowed piece by
piece is left to ``optimizer.stow`` when the plan is completed.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from optimizer.engines.ortools_model import BARRED_S, SCALE
from optimizer.model import HORIZON_S
from optimizer.stow import may_ride_apart

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.engines.ortools_model import RoutingDay
    from optimizer.engines.ortools_nodes import Node
    from optimizer.model import Conflict, DrivingRule, Lock, VehicleType


def add_rules(day: RoutingDay) -> None:
    """Add every rule that time, costs and access alone do not hold."""
    add_loads(day)
    add_trip_clocks(day)
    add_conflicts(day)
    add_range(day)
    add_pay(day)
    add_duty(day)
    add_driving(day)
    add_locks(day)
    add_shelves(day)
    add_docks(day)
    add_cleaning(day)


def add_loads(day: RoutingDay) -> None:
    """Capacity on every leg, for each load dimension and each class of commodities with a limit of its own."""
    commodities = {s.commodity for s in day.problem.shipments}
    classes = [commodities]
    for kind in day.problem.vehicle_types:
        for box in kind.compartments:
            outside = commodities - (box.commodities or commodities)
            if outside and outside not in classes:
                classes.append(outside)
    for rank, members in enumerate(classes):
        for dimension in range(len(day.problem.load_dimensions)):
            _add_load(day, f"{rank}_{dimension}", members, dimension)


def _add_load(day: RoutingDay, name: str, members: set[str], dimension: int) -> None:
    """Down goods are aboard from the start: the load at the start is at least all that is delivered."""
    capacity = day.per_path(lambda kind: _room(kind, members, dimension))
    down, net = [], []
    for node in day.nodes:
        delivered = _amount(day, node.deliver, members, dimension)
        down.append(0 if node.partner is not None else delivered)
        net.append(_amount(day, node.collect, members, dimension) - delivered)
    padding = [0] * len(day.depots)
    routing = day.routing
    if any(down):
        routing.AddDimensionWithVehicleCapacity(
            routing.RegisterUnaryTransitVector(down + padding), 0, capacity, True, f"down_{name}"
        )
    if any(amount > 0 for amount in net):
        routing.AddDimensionWithVehicleCapacity(
            routing.RegisterUnaryTransitVector(net + padding), 0, capacity, False, f"load_{name}"
        )
        load = routing.GetDimensionOrDie(f"load_{name}")
        delivered_at = routing.GetDimensionOrDie(f"down_{name}") if any(down) else None
        for start, end in zip(day.starts, day.ends, strict=True):
            # "==" would be exact, but no first-solution heuristic finds a start with it
            floor = delivered_at.CumulVar(end) if delivered_at is not None else 0
            day.solver.Add(load.CumulVar(start) >= floor)


def _room(kind: VehicleType, members: set[str], dimension: int) -> int:
    """Capacity of the compartments that admit any of these commodities."""
    boxes = [box for box in kind.compartments if box.commodities is None or box.commodities & members]
    return sum(box.capacity[dimension] for box in boxes)


def _amount(day: RoutingDay, ids: Iterable[str], members: set[str], dimension: int) -> int:
    goods = [day.problem.shipment_of[i] for i in ids]
    return sum(s.load[dimension] for s in goods if s.commodity in members)


def add_trip_clocks(day: RoutingDay) -> None:
    """Readiness at loading, due times at the return, and the time on board between the two."""
    earliest = min((p.kind.shift.early_s for p in day.paths), default=0)
    if any(node.ready_s > earliest or node.board_down_s is not None for node in day.nodes):
        _add_loading_clock(day)
    if any(node.due_s < HORIZON_S or node.board_up_s is not None for node in day.nodes):
        _add_return_clock(day)
    for i, node in enumerate(day.nodes):
        if node.board_local_s is not None and node.partner is not None:
            other = day.nodes[node.partner]
            aboard = node.board_local_s + node.service_s + day.problem.place(other.place).visit_s
            first, second = (day.time.CumulVar(day.at[k]) for k in (i, node.partner))
            day.solver.Add(second - first <= aboard)


def _add_loading_clock(day: RoutingDay) -> None:
    """Let each node read when the loading of its trip began."""
    loaded = day.constant("loaded", [HORIZON_S] * len(day.paths))
    for start in day.starts:
        day.solver.Add(loaded.CumulVar(start) == day.time.CumulVar(start))
    for i, node in enumerate(day.nodes):
        _keep_above(day, loaded, i, node.ready_s)
        if node.ready_s:  # implied where ways are shortest ways, but known to the filters of the local search
            _keep_above(day, day.time, i, node.ready_s + _quickest(day, i, out=True))
        if node.board_down_s is not None:
            kinds = [kind for kind in day.problem.vehicle_types if kind.id in node.vehicle_types]
            loading_s = min(day.problem.depot_of[kind.depot].loading_s for kind in kinds)
            aboard = node.board_down_s + loading_s + day.problem.place(node.place).visit_s
            day.solver.Add(day.time.CumulVar(day.at[i]) - loaded.CumulVar(day.at[i]) <= aboard)


def _add_return_clock(day: RoutingDay) -> None:
    """Let each node read when its trip returns."""
    back = day.constant("back", [HORIZON_S] * len(day.paths))
    for end in day.ends:
        day.solver.Add(back.CumulVar(end) == day.time.CumulVar(end))
    for i, node in enumerate(day.nodes):
        _keep_below(day, back, i, node.due_s)
        if node.due_s < HORIZON_S:  # implied, as above
            _keep_below(day, day.time, i, node.due_s - _quickest(day, i, out=False))
        if node.board_up_s is not None:
            aboard = node.board_up_s + node.service_s
            day.solver.Add(back.CumulVar(day.at[i]) - day.time.CumulVar(day.at[i]) <= aboard)


def _keep_above(day: RoutingDay, dimension: Any, i: int, low: int) -> None:
    """Bound a node from below, or leave it out where nothing lies above: an empty domain would end the model."""
    var = dimension.CumulVar(day.at[i])
    if low <= var.Max():
        var.SetMin(low)
    else:
        _leave_out(day, i)


def _keep_below(day: RoutingDay, dimension: Any, i: int, high: int) -> None:
    """Bound a node from above, or leave it out where nothing lies below."""
    var = dimension.CumulVar(day.at[i])
    if high >= var.Min():
        var.SetMax(high)
    else:
        _leave_out(day, i)


def _leave_out(day: RoutingDay, i: int) -> None:
    partner = day.nodes[i].partner
    for k in (i,) if partner is None else (i, partner):
        day.routing.ActiveVar(day.at[k]).SetValue(0)


def _quickest(day: RoutingDay, i: int, *, out: bool) -> int:
    """Return the fewest seconds from loading to handling at node ``i``, or from there to the return."""
    ways = []
    for kind in day.problem.vehicle_types:
        home = len(day.nodes) + day.depots.index(kind.depot if out else kind.last_place)
        clock = day.clocks[kind.id]
        if kind.id in day.nodes[i].vehicle_types:
            ways.append(int(clock[home, i] if out else clock[i, home]))
    return min(ways, default=0)


def add_conflicts(day: RoutingDay) -> None:
    """Colour each trip for each commodity with foes: 0 carries it, 1 carries foes, 2 parts them by a sealed wall."""
    aboard = {c for node in day.nodes for c in _commodities(day, node)}
    foes: dict[str, list[Conflict]] = defaultdict(list)
    for conflict in day.problem.conflicts:
        if conflict.first != conflict.second and {conflict.first, conflict.second} <= aboard:
            foes[conflict.first].append(conflict)
    for commodity, conflicts in foes.items():
        colours = [_colours(day, path.kind, conflicts) for path in day.paths]
        colour = day.constant(f"colour_{commodity}", colours)
        enemies = {conflict.second for conflict in conflicts}
        for i, node in enumerate(day.nodes):
            carried = _commodities(day, node)
            if commodity in carried:
                colour.CumulVar(day.at[i]).RemoveValue(1)
            if enemies & carried:
                colour.CumulVar(day.at[i]).RemoveValue(0)


def _colours(day: RoutingDay, kind: VehicleType, conflicts: Iterable[Conflict]) -> int:
    """2 where all of these pairs may ride behind a sealed wall of this vehicle, else 1."""
    sample = {s.commodity: s for s in day.problem.shipments}
    parted = all(c.sealed_ok and may_ride_apart(kind, sample[c.first], sample[c.second]) for c in conflicts)
    return 2 if parted else 1


def _commodities(day: RoutingDay, node: Node) -> set[str]:
    return {day.problem.shipment_of[i].commodity for i in node.shipments}


def add_range(day: RoutingDay) -> None:
    """Metres of all trips of a vehicle stay within its range, those of each trip within one charge."""
    if all(kind.range_m is None and kind.trip_range_m is None for kind in day.problem.vehicle_types):
        return
    limit = {k.id: BARRED_S * 10 if k.range_m is None else k.range_m for k in day.problem.vehicle_types}
    charge = {k.id: limit[k.id] if k.trip_range_m is None else k.trip_range_m for k in day.problem.vehicle_types}
    tables = {k.id: day.legs(k, "distance_m") for k in day.problem.vehicle_types}
    transits = {k: day.routing.RegisterTransitMatrix(table.tolist()) for k, table in tables.items()}
    metres = day.total("metres", transits, day.per_path(lambda kind: min(limit[kind.id], charge[kind.id])))
    for paths in day.vehicles():
        if len(paths) > 1:
            ends = [metres.CumulVar(day.ends[k]) for k in paths]
            day.solver.Add(day.solver.Sum(ends) <= limit[day.paths[paths[0]].kind.id])


def add_pay(day: RoutingDay) -> None:
    """Pay by the piece: what the first trip of a vehicle comes to above its least pay, and all of later ones."""
    if all(kind.piece_fen == 0 for kind in day.problem.vehicle_types):
        return
    shipment_of = day.problem.shipment_of
    pieces = [
        0 if node.partner is not None and node.deliver else sum(shipment_of[i].pieces for i in node.shipments)
        for node in day.nodes
    ]
    counted = day.routing.RegisterUnaryTransitVector(pieces + [0] * len(day.depots))
    day.routing.AddDimension(counted, 0, sum(pieces), True, "pieces")
    total = day.routing.GetDimensionOrDie("pieces")
    for k, path in enumerate(day.paths):
        if path.kind.piece_fen:
            paid = path.kind.min_pay_fen // path.kind.piece_fen if path.rank == 0 else 0
            total.SetCumulVarSoftUpperBound(day.ends[k], paid, path.kind.piece_fen * SCALE)


def add_duty(day: RoutingDay) -> None:
    """First loading to last return stays within regular hours and overtime; overtime is paid."""
    for paths in day.vehicles():
        kind = day.paths[paths[0]].kind
        first, last = day.time.CumulVar(day.starts[paths[0]]), day.time.CumulVar(day.ends[paths[-1]])
        shift_s = kind.shift.late_s - kind.shift.early_s
        if shift_s > kind.regular_s + kind.max_overtime_s:
            for k in paths:  # implied, but known to the filters of the local search, which look at one path
                day.time.SetSpanUpperBoundForVehicle(kind.regular_s + kind.max_overtime_s, k)
            if len(paths) > 1:
                day.solver.Add(last - first <= kind.regular_s + kind.max_overtime_s)
        if shift_s > kind.regular_s and kind.overtime_fen_per_h and kind.max_overtime_s:
            # fen an hour is cost units a second; counted as if the day began with the shift
            until_s = kind.shift.early_s + kind.regular_s
            day.time.SetCumulVarSoftUpperBound(day.ends[paths[-1]], until_s, kind.overtime_fen_per_h)


def add_driving(day: RoutingDay) -> None:
    """Leave each vehicle the time for its rests, and keep the daily cap.

    A day with D seconds of driving needs at least ceil(D / max) - 1 rests, and idle time for
    them between its first loading and each return. That never refuses a legal day;
    where exactly the rests lie is found by ``optimizer.schedule``. Break intervals of the
    library would count handling as driving, and many optional ones make it crawl.
    """
    rules = {k.id: k.driving_rule for k in day.problem.vehicle_types if k.driving_rule is not None}
    if not rules:
        return
    everywhere = [HORIZON_S] * len(day.paths)
    tables = {k.id: day.legs(k, "duration_s") for k in day.problem.vehicle_types}
    transits = {k: day.routing.RegisterTransitMatrix(table.tolist()) for k, table in tables.items()}
    driving = day.total("driving", transits, everywhere)
    work = day.total("work", day.time_transits, everywhere)
    for paths in day.vehicles():
        rule = rules.get(day.paths[paths[0]].kind.id)
        if rule is not None:
            _add_rests(day, rule, paths, driving, work)


def _add_rests(day: RoutingDay, rule: DrivingRule, paths: Sequence[int], driving: Any, work: Any) -> None:
    """Idle time of one vehicle until each return: at least its rests, two at most being looked at."""
    begins = day.time.CumulVar(day.starts[paths[0]])
    for count in range(1, len(paths) + 1):
        ends = [day.ends[k] for k in paths[:count]]
        driven = day.solver.Sum([driving.CumulVar(end) for end in ends])
        worked = day.solver.Sum([work.CumulVar(end) for end in ends])
        rests = (driven > rule.max_driving_s) + (driven > 2 * rule.max_driving_s)
        day.solver.Add(day.time.CumulVar(ends[-1]) >= begins + worked + rests * rule.rest_s)
        if rule.max_daily_driving_s is not None and count == len(paths):
            day.solver.Add(driven <= rule.max_daily_driving_s)


def add_locks(day: RoutingDay) -> None:
    """Order locks: on one vehicle, the other handover first. Vehicle and time locks lie in the nodes."""
    position = {i: at for at, node in enumerate(day.nodes) for i in node.shipments}
    vehicle = [-1] + [rank for rank, paths in enumerate(day.vehicles()) for _ in paths]
    for lock in day.problem.locks:
        if lock.after is not None and lock.shipment in position:
            _add_order(day, lock, position, vehicle)


def _add_order(day: RoutingDay, lock: Lock, position: dict[str, int], vehicle: list[int]) -> None:
    """Carry the locked shipment only with the other, on its vehicle and after it; path -1 means left out."""
    second = day.at[position[lock.shipment]]
    if lock.after not in position:
        day.routing.ActiveVar(second).SetValue(0)
        return
    first = day.at[position[lock.after]]
    active = day.routing.ActiveVar(second)
    solver, routing = day.solver, day.routing
    solver.Add(active <= routing.ActiveVar(first))
    drivers = [solver.Element(vehicle, routing.VehicleVar(index) + 1) for index in (first, second)]
    apart = solver.IsDifferentVar(drivers[0].Var(), drivers[1].Var())
    solver.Add(apart + active <= 1)
    solver.Add(day.time.CumulVar(second) + (1 - active) * HORIZON_S >= day.time.CumulVar(first) + 1)


def add_shelves(day: RoutingDay) -> None:
    """Limit what is delivered to a place in the day to its shelf."""
    for place in day.problem.places:
        for dimension, room in enumerate(place.shelf):
            loads = [
                (
                    day.routing.ActiveVar(day.at[i]),
                    sum(day.problem.shipment_of[s].load[dimension] for s in node.deliver),
                )
                for i, node in enumerate(day.nodes)
                if node.place == place.id and node.deliver
            ]
            if sum(load for _, load in loads) > room:
                day.solver.Add(day.solver.Sum([active * load for active, load in loads]) <= room)


def add_docks(day: RoutingDay) -> None:
    """No more trips load at a time than the depot has docks."""
    for depot in day.problem.depots:
        own = [k for k, path in enumerate(day.paths) if path.kind.depot == depot.place]
        if depot.docks is None or depot.loading_s == 0 or len(own) <= depot.docks:
            continue
        loading = [
            day.solver.FixedDurationIntervalVar(
                day.time.CumulVar(day.starts[k]), depot.loading_s, day.routing.ActiveVehicleVar(k), f"load_{k}"
            )
            for k in own
        ]
        day.solver.Add(day.solver.Cumulative(loading, [1] * len(own), depot.docks, f"docks_{depot.place}"))


def add_cleaning(day: RoutingDay) -> None:
    """Time for cleaning between a trip with soiling goods and any later one with what they would soil."""
    for rank, cleaning in enumerate(day.problem.cleanings):
        counts = {}
        for role in ("after", "before"):
            carries = [getattr(cleaning, role) in _commodities(day, node) for node in day.nodes]
            vector = [int(c) for c in carries] + [0] * len(day.depots)
            evaluator = day.routing.RegisterUnaryTransitVector(vector)
            name = f"{role}_{rank}"
            day.routing.AddDimension(evaluator, 0, len(day.nodes), True, name)
            counts[role] = day.routing.GetDimensionOrDie(name)
        for paths in day.vehicles():
            for late, after in enumerate(paths):
                for before in paths[:late]:
                    soiled = (counts["after"].CumulVar(day.ends[before]) > 0).Var()
                    soils = (counts["before"].CumulVar(day.ends[after]) > 0).Var()
                    # right before the later trip, whatever lies between: one cleaning may serve several trips
                    ended = day.time.CumulVar(day.ends[after - 1])
                    begins = day.time.CumulVar(day.starts[after])
                    day.solver.Add(begins >= ended + soiled * soils * cleaning.duration_s)
