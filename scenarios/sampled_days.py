"""Other days of a scenario, drawn so that every variant of it sees the same ones.

A frozen plan of days comes first: dates, and on top days at a peak. Dates are taken from twelve weeks, which hold
every meeting of weekday, earthly branch and four-day cycle equally often; each run of seven days of the plan
has every weekday once, and a longer plan begins with the shorter one.

Chance is common (common random numbers: Law 2015, *Simulation Modeling and Analysis*, section 11.2): what happens to
an order is drawn from seed, day and the order's own id and nothing else, in a province with the county's name besides,
so that its counties have their days by themselves. So taking a brand away or adding one leaves all other orders as they
were, and more volume never gives any order fewer pieces.

How much days differ is not known before past days are given: the spreads and the market's pull are placeholders
(``PLACEHOLDERS``). Orders that today does not have never appear, and season, weather and fleet stay today's.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field, replace
from datetime import timedelta
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.demand import PEAKS
from scenarios.errors import InvalidInput
from scenarios.scenario import LOAD_DIMENSIONS, Load
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from scenarios.market_days import MarketDays
    from scenarios.scenario import Order, Scenario, ScenarioPlace

WEEKDAYS, WEEKS = 7, 12
"""A span of 84 days, the least that weeks, branches and the four-day cycle all divide."""

PEAK_FACTORS = tuple(PEAKS[name] for name in ("promotion", "promotion_day", "forecast"))
"""Parcels on peak days compared with ordinary ones: 1.3, 1.8 and 3 times."""

PLACEHOLDERS = (
    Text(
        "抽样日的件数围绕当天订单随机增减，波动幅度为占位值",
        "sampled days vary today's orders at random, by spreads that are assumed",
    ),
    Text(
        "赶集日的需求倍数为占位值；街道上午封堵、客车满员、农产品好收未计入，可用封路文件、班线空余和订单另行表达",
        "how much more is wanted on market days is assumed; the street that is blocked in the morning, full buses and "
        "produce that is easy to come by are not in it: say them by closures, free space and orders",
    ),
)
"""What this module assumes; the second one only where some town has a market."""

_NORMAL = NormalDist()


def _refuse_unless(is_right: bool, what: str, value: object) -> None:
    if not is_right:
        raise InvalidInput("E349", what=what, value=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledDay:
    """One day of the plan: its ``id`` keys the draws, ``peak`` multiplies parcels (1.0 on ordinary days)."""

    id: str
    date: date
    peak: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DayModel:
    """How the pieces of a day differ from today's.

    ``day_spread``, ``order_spread``: standard deviation of the logarithm of a factor on the whole day and on one
    order; both factors have the mean 1. Placeholders. ``weekdays``: factors, Monday first; no figure is
    published, so all are 1. ``markets``: rule of each township (as in ``ScenarioPlace.township``) that has
    a market, in place of those that the scenario's places state; ``market_factor`` multiplies all orders from or to
    its places on such a day, None takes ``Policy.market_factor``; a placeholder.
    ``volume``: factor on everything, for variants. ``county``: keys the draws of one county among several, which
    would else have their good and bad days together. Raises ``InvalidInput`` E349 for factors that are not above 0
    and spreads below 0.
    """

    day_spread: float = 0.1
    order_spread: float = 0.35
    weekdays: tuple[float, ...] = (1.0,) * WEEKDAYS
    markets: Mapping[str, MarketDays] = field(default_factory=dict)
    market_factor: float | None = None
    volume: float = 1.0
    county: str = ""

    def __post_init__(self) -> None:
        for name in ("market_factor", "volume"):
            value = getattr(self, name)
            _refuse_unless(value is None or value > 0, name, value)
        for name in ("day_spread", "order_spread"):
            _refuse_unless(getattr(self, name) >= 0, name, getattr(self, name))
        _refuse_unless(len(self.weekdays) == WEEKDAYS and min(self.weekdays) > 0, "weekdays", self.weekdays)


DEFAULT_MODEL = DayModel()
"""Days with the markets that the scenario states."""


def sample_days(
    scenario: Scenario, days: int, seed: int, *, peaks: tuple[float, ...] = (), model: DayModel = DEFAULT_MODEL
) -> tuple[Scenario, ...]:
    """Return the scenario on each day of ``plan_days``; O(days x orders).

    Every day has its date and orders, no locks (they are decisions about today), visits that lie as
    many days back as today, and says among its placeholders what is assumed. An order whose pieces are 0 that day
    is not there; loads, service, handling and penalty of an order scale with its pieces, rounded up.

    Raises
    ------
    InvalidInput
        E349, when a market's township has no place, when there is no day, or a peak is not above 0.
    """
    towns = {place.township for place in scenario.places}
    for town in model.markets:
        _refuse_unless(town in towns, "markets", town)
    plan = plan_days(scenario.date, days, seed, peaks=peaks)
    return tuple(scenario_on(scenario, day, seed, model=model) for day in plan)


def plan_days(first: date, days: int, seed: int, *, peaks: tuple[float, ...] = ()) -> tuple[SampledDay, ...]:
    """Return ``days`` ordinary days from ``first`` on, then one day for each factor of ``peaks``. O(days).

    Day k has the same date whatever ``days`` is, and so has each peak. Peaks are not part of an ordinary
    mean: keep them apart when days are averaged. Raises ``InvalidInput`` E349 as ``sample_days`` does.
    """
    _refuse_unless(days > 0, "days", days)
    for peak in peaks:
        _refuse_unless(peak > 0, "peak", peak)
    rng = np.random.default_rng(seed)
    weekdays = rng.permutation(WEEKDAYS).tolist()
    weeks = [rng.permutation(WEEKS).tolist() for _ in range(WEEKDAYS)]

    def dated(k: int) -> date:
        weekday, turn = weekdays[k % WEEKDAYS], k // WEEKDAYS
        week = weeks[weekday][turn % WEEKS] + turn // WEEKS * WEEKS
        return first + timedelta(days=week * WEEKDAYS + weekday)

    last = WEEKDAYS * WEEKS - 1  # peaks take dates from the end of the span, where plans seldom come
    ordinary = (SampledDay(id=f"day {k + 1}", date=dated(k)) for k in range(days))
    high = (SampledDay(id=f"peak {f:g}", date=dated(last - k % last), peak=f) for k, f in enumerate(peaks))
    return (*ordinary, *high)


def scenario_on(scenario: Scenario, day: SampledDay, seed: int, *, model: DayModel = DEFAULT_MODEL) -> Scenario:
    """Return the scenario on one day; see ``sample_days``."""
    later = day.date - scenario.date
    has_markets = model.markets or any(place.market for place in scenario.places)
    assumed = PLACEHOLDERS if has_markets else PLACEHOLDERS[:1]
    return replace(
        scenario,
        date=day.date,
        places=tuple(_visited_later(place, later) for place in scenario.places),
        orders=orders_on(scenario, day, seed, model=model),
        locks=(),
        placeholders=(*scenario.placeholders, *(text for text in assumed if text not in scenario.placeholders)),
    )


def orders_on(scenario: Scenario, day: SampledDay, seed: int, *, model: DayModel = DEFAULT_MODEL) -> tuple[Order, ...]:
    """Return the orders of one day, in the order of the scenario's. O(orders)."""
    chance = (model.county, seed, day.id) if model.county else (seed, day.id)
    whole_day = _log_normal(_uniforms(*chance)[0], model.day_spread)
    whole_day *= model.volume * model.weekdays[day.date.weekday()]
    parcels = {c.id for c in scenario.commodities if c.goods_class == "parcel"}
    busy = market_places(scenario, day.date, model)
    market_factor = scenario.policy.market_factor if model.market_factor is None else model.market_factor
    orders = []
    for order in scenario.orders:
        factor = whole_day
        factor *= day.peak if order.commodity in parcels else 1.0
        factor *= market_factor if busy & {order.origin, order.destination} else 1.0
        spread, rounding = _uniforms(*chance, order.id)
        # rounding by chance keeps the mean, where rounding half up would inflate orders of one piece
        pieces = math.floor(order.pieces * factor * _log_normal(spread, model.order_spread) + rounding)
        if pieces:
            orders.append(with_pieces(order, pieces))
    return tuple(orders)


def with_pieces(order: Order, pieces: int) -> Order:
    """Return the order with other pieces, at least 1, and all that is of the whole order in proportion, rounded up."""

    def part(amount: int) -> int:
        return -(-amount * pieces // order.pieces)

    load = Load(**{name: part(getattr(order.load, name)) for name in LOAD_DIMENSIONS})
    told = {name: getattr(order, name) for name in ("service_s", "handling_fen", "penalty_fen")}
    scaled: dict[str, Any] = {name: part(amount) for name, amount in told.items() if amount is not None}
    return replace(order, pieces=pieces, load=load, **scaled)


def market_towns(scenario: Scenario, day: date, model: DayModel = DEFAULT_MODEL) -> tuple[str, ...]:
    """Return the townships with a market that day, sorted; a place without a township stands by its id. O(places)."""
    rules = [(place.township or place.id, place.market) for place in scenario.places if place.market is not None]
    rules = [(town, rule) for town, rule in rules if town not in model.markets]
    return tuple(sorted({town for town, rule in (*rules, *model.markets.items()) if rule.is_market_day(day)}))


def market_places(scenario: Scenario, day: date, model: DayModel = DEFAULT_MODEL) -> set[str]:
    """Return the places that a market draws on that day: all of its township, else the place alone. O(places)."""
    busy = set(market_towns(scenario, day, model))
    return {place.id for place in scenario.places if (place.township or place.id) in busy}


def _visited_later(place: ScenarioPlace, later: timedelta) -> ScenarioPlace:
    return place if place.last_visit is None else replace(place, last_visit=place.last_visit + later)


def _log_normal(uniform: float, spread: float) -> float:
    """Return a factor of mean 1."""
    return math.exp(spread * _NORMAL.inv_cdf(uniform) - spread * spread / 2)


def _uniforms(*key: object) -> tuple[float, float]:
    """Return two numbers between 0 and 1, neither included, that depend on nothing but ``key``."""
    digest = hashlib.blake2b("\x1f".join(map(str, key)).encode(), digest_size=16).digest()
    # 52 bits and a half, so that the largest is still below 1 as a float
    high, low = (int.from_bytes(part) >> 12 for part in (digest[:8], digest[8:]))
    return (high + 0.5) / 2**52, (low + 0.5) / 2**52
