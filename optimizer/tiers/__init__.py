"""Second tier: stations that goods may pass through, legs and handovers, their referee and their search.

``model`` has stations, ways and plans, ``lines`` scheduled departures; ``legs`` makes one ordinary problem of a
choice of ways and the ``clocks`` of stations, and puts on departures what goes by line (``passage``, ``offers``);
``plan`` turns its plans back into whole shipments with handovers and follows one of them; ``check`` judges;
``search`` chooses ways, clocks and trips together. Of a plan that stands, ``restate`` reads ways and handovers off
trips and rides, ``beside`` holds the others while one vehicle changes, ``ranking`` puts one shipment in anew; after
events ``rest`` makes the legs of the rest of the day, ``replanning`` goes on with them and ``past`` judges.
"""

from optimizer.tiers.check import check_tiers
from optimizer.tiers.clocks import first_clocks
from optimizer.tiers.legs import Legs, expand
from optimizer.tiers.lines import Ride, ScheduledDeparture
from optimizer.tiers.model import DIRECT, Choice, Clocks, Exceptions, Handover, Station, TieredPlan, Tiers, Way
from optimizer.tiers.plan import Stage, carried_once, driven, movements, settle, tiered_cost, trace
from optimizer.tiers.search import TieredResult, solve_tiers, walked
from optimizer.tiers.violations import HandoverViolation

__all__ = [
    "DIRECT",
    "Choice",
    "Clocks",
    "Exceptions",
    "Handover",
    "HandoverViolation",
    "Legs",
    "Ride",
    "ScheduledDeparture",
    "Stage",
    "Station",
    "TieredPlan",
    "TieredResult",
    "Tiers",
    "Way",
    "carried_once",
    "check_tiers",
    "driven",
    "expand",
    "first_clocks",
    "movements",
    "settle",
    "solve_tiers",
    "tiered_cost",
    "trace",
    "walked",
]
