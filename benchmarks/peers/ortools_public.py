"""OR-Tools routing on a public instance: guided local search on a model of its own.

The load at the start is at least what is delivered, a weaker rule than equality, with
which no first solution is found. The search has no seed: the order of the customers
stands in for one. With windows or backhauls a customer may be left out at the price of many
detours, without which most of these sets get no first solution either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from benchmarks.peers.barred import lengths

if TYPE_CHECKING:
    from benchmarks.instances.instance import Instance, Routes, Vehicles

DETOURS = 50
"""Leaving a customer out costs so many of the longest drives and dearest vehicles."""

HORIZON = 10**9
"""Bound of a dimension that has none."""


def run(instance: Instance, seconds: float, seed: int) -> Routes:
    """Return the best solution after ``seconds`` of search; nothing where no first one was found."""
    model = _Model(instance, np.random.default_rng(seed))
    found = model.routing.SolveWithParameters(_parameters(instance, seconds))
    return () if found is None else model.routes(found)


def _parameters(instance: Instance, seconds: float) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    first = routing_enums_pb2.FirstSolutionStrategy
    is_plain = not instance.is_timed and len(instance.fleet) == 1 and not instance.pickup.any()
    parameters.first_solution_strategy = first.SAVINGS if is_plain else first.PARALLEL_CHEAPEST_INSERTION
    guided = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.local_search_metaheuristic = guided
    parameters.time_limit.FromMilliseconds(int(1_000 * seconds))
    return parameters


class _Model:
    """The routing model; node i is row ``order[i]`` of the instance, each vehicle has a number of its own."""

    def __init__(self, instance: Instance, rng: np.random.Generator) -> None:
        self.instance = instance
        depots = np.arange(instance.num_depots)
        self.order = np.concatenate([depots, rng.permutation(np.array(instance.customers))])  # (n,)
        self.kinds = [k for k, v in enumerate(instance.fleet) for _ in range(v.count)]
        homes = [self._vehicles(k).depot for k in self.kinds]
        self.manager = pywrapcp.RoutingIndexManager(len(self.order), len(homes), homes, homes)
        self.routing = pywrapcp.RoutingModel(self.manager)
        self._add_costs()
        self._add_loads()
        if instance.is_timed:
            self._add_time()
        if instance.is_timed or instance.has_backhauls:
            self._allow_gaps()

    def routes(self, found: Any) -> Routes:
        """Return the routes that are used."""
        out = []
        for number, k in enumerate(self.kinds):
            at, rows = self.routing.Start(number), []
            while not self.routing.IsEnd(at):
                row = int(self.order[self.manager.IndexToNode(at)])
                rows += [row] if row >= self.instance.num_depots else []
                at = found.Value(self.routing.NextVar(at))
            if rows:
                out.append((k, (tuple(rows),)))
        return tuple(out)

    def _vehicles(self, k: int) -> Vehicles:
        return self.instance.fleet[k]

    def _square(self, matrix: np.ndarray) -> list[list[int]]:
        return matrix[np.ix_(self.order, self.order)].tolist()  # type: ignore[no-any-return]  # numpy says Any

    def _row(self, values: np.ndarray) -> list[int]:
        return values[self.order].tolist()  # type: ignore[no-any-return]  # numpy says Any

    def _add_costs(self) -> None:
        matrix, known = lengths(self.instance), {}
        for number, k in enumerate(self.kinds):
            vehicles = self._vehicles(k)
            if vehicles.per_thousand not in known:
                known[vehicles.per_thousand] = self.routing.RegisterTransitMatrix(
                    self._square(matrix * vehicles.per_thousand // 1_000)
                )
            self.routing.SetArcCostEvaluatorOfVehicle(known[vehicles.per_thousand], number)
            self.routing.SetFixedCostOfVehicle(vehicles.fixed, number)

    def _add_loads(self) -> None:
        instance, routing = self.instance, self.routing
        room = [self._vehicles(k).capacity for k in self.kinds]
        net = routing.RegisterUnaryTransitVector(self._row(instance.pickup - instance.delivery))
        routing.AddDimensionWithVehicleCapacity(net, 0, room, bool(instance.pairs), "load")
        if instance.pairs:
            return
        down = routing.RegisterUnaryTransitVector(self._row(instance.delivery))
        routing.AddDimensionWithVehicleCapacity(down, 0, room, True, "delivery")
        load, delivery = routing.GetDimensionOrDie("load"), routing.GetDimensionOrDie("delivery")
        for number in range(len(self.kinds)):
            at_start = load.CumulVar(routing.Start(number))
            routing.solver().Add(at_start >= delivery.CumulVar(routing.End(number)))

    def _add_time(self) -> None:
        instance, routing = self.instance, self.routing
        transit = routing.RegisterTransitMatrix(self._square(instance.duration_s + instance.service_s[:, None]))
        most = HORIZON if instance.windows_s is None else int(instance.windows_s[:, 1].max())
        routing.AddDimension(transit, most, most, False, "time")
        time = routing.GetDimensionOrDie("time")
        for number, k in enumerate(self.kinds):
            vehicles = self._vehicles(k)
            if vehicles.longest_s is not None:
                time.SetSpanUpperBoundForVehicle(vehicles.longest_s, number)
            self._open(time, routing.Start(number), vehicles.depot)
            self._open(time, routing.End(number), vehicles.depot)
        at = {int(row): self.manager.NodeToIndex(i) for i, row in enumerate(self.order) if row >= instance.num_depots}
        for row, index in at.items():
            self._open(time, index, row)
        for first, second in instance.pairs:
            routing.AddPickupAndDelivery(at[first], at[second])
            routing.solver().Add(routing.VehicleVar(at[first]) == routing.VehicleVar(at[second]))
            routing.solver().Add(time.CumulVar(at[first]) <= time.CumulVar(at[second]))

    def _allow_gaps(self) -> None:
        dear = DETOURS * (int(self.instance.length.max()) + max(v.fixed for v in self.instance.fleet))
        for node in range(self.instance.num_depots, len(self.order)):
            self.routing.AddDisjunction([self.manager.NodeToIndex(node)], dear)

    def _open(self, time: Any, index: int, row: int) -> None:
        if self.instance.windows_s is not None:
            time.CumulVar(index).SetRange(*(int(x) for x in self.instance.windows_s[row]))
