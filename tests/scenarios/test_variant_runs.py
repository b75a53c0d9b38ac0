"""Running a comparison: what is kept, what is computed again, what a failure costs, and planted truths."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from optimizer.fallback import unserved_plan
from optimizer.plan import Result
from optimizer.stop import Stop
from optimizer.tiers.lines import Ride
from optimizer.tiers.model import DIRECT, Handover, TieredPlan, Tiers, Way
from scenarios.errors import InvalidInput, ScenarioFailed
from scenarios.files import read_scenario
from scenarios.sampled_days import DayModel
from scenarios.scenario import Load, Order, Scenario
from scenarios.text import Text
from scenarios.variants.cells import Limit, plan_cell
from scenarios.variants.compare import Comparison, carry_out, prepare
from scenarios.variants.county_plan import solve_county
from scenarios.variants.executor import LocalProcesses
from scenarios.variants.merge import merged
from scenarios.variants.model import BASE, Variant, VariantSet
from scenarios.variants.plan_json import pack_plan, unpack_plan
from scenarios.variants.store import Store
from scenarios.variants.table import rows_of
from tests.helpers import assert_clean, four_village_problem, searched
from tests.scenarios.small_county import county as small_county
from tests.scenarios.small_county import order, scenario
from tests.scenarios.tasks import Doing, Here

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scenarios.build import County
    from scenarios.variants.cells import Task
    from scenarios.variants.executor import Outcome

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
LIMIT = Limit(stop=Stop(iterations=1))
AS_TODAY = DayModel(day_spread=0.0, order_spread=0.0)
"""Days that differ in nothing but their date."""

AS_IT_IS = Variant(id=BASE, name=Text("现状", "as it is"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return Store(folder=tmp_path / "results")


def variant(id_: str, *coalitions: str) -> Variant:
    """Return the variant in which these coalitions, such as "A+B", deliver together and all others alone."""
    groups = tuple(frozenset(each.split("+")) for each in coalitions)
    return Variant(id=id_, name=Text(id_, id_), coalitions=groups)


# ---- store


def test_what_is_kept_comes_back_and_what_is_not_does_not(store: Store) -> None:
    """JSON values, Chinese included."""
    store.put("ab12", {"村": [1, 2.5, None]})
    assert store.get("ab12") == {"村": [1, 2.5, None]}
    assert store.get("ab13") is None


@pytest.mark.parametrize("damage", ["", "{", '{"digest": "0", "content": {"a": 2}}', "[]", '{"content": {"a": 1}}'])
def test_a_damaged_entry_counts_as_not_there(store: Store, damage: str) -> None:
    """Cut off, changed or something else."""
    store.put("ab12", {"a": 1})
    (store.folder / "ab" / "ab12.json").write_text(damage, encoding="utf-8")
    assert store.get("ab12") is None


def test_an_entry_moved_to_another_key_counts_as_not_there(store: Store) -> None:
    """Its digest holds the key."""
    store.put("ab12", {"a": 1})
    (store.folder / "ab" / "ab12.json").rename(store.folder / "ab" / "ab34.json")
    assert store.get("ab34") is None


# ---- keys


def test_a_key_follows_what_decides_the_plan_and_nothing_else() -> None:
    """Another name or placeholder changes no plan; orders, limit and seed do."""
    day = scenario(orders=(order("A", "H", "V1"),))
    key = plan_cell(day, LIMIT, None).key
    assert plan_cell(replace(day, name="other", placeholders=(Text("占位", "assumed"),)), LIMIT, None).key == key
    others = (
        plan_cell(replace(day, orders=()), LIMIT, None),
        plan_cell(day, replace(LIMIT, seed=1), None),
        plan_cell(day, replace(LIMIT, stop=Stop(iterations=2)), None),
    )
    assert len({key, *(other.key for other in others)}) == 4


def test_a_key_follows_the_content_of_road_files(tmp_path: Path) -> None:
    """The same name with other closures is another day."""
    day = scenario(folder=tmp_path)
    day = replace(day, roads=replace(day.roads, closures="closed.csv"))
    keys = set()
    for content in ("a", "b"):
        (tmp_path / "closed.csv").write_text(content)
        keys.add(plan_cell(day, LIMIT, None).key)
    assert len(keys) == 2


def test_every_variant_sees_the_same_days_and_shares_what_it_does_not_change() -> None:
    """A's part on its own day is the same cell in both variants that leave A alone."""
    day = scenario(orders=tuple(order(b, "H", "V1", brand=b, pieces=20) for b in "ABC"))
    wanted = VariantSet(variants=(AS_IT_IS, variant("apart"), variant("bc", "B+C")))
    agenda = prepare(day, wanted, days=3, limit=LIMIT)
    alone = [[dict(each.parts)["A"].key for each in agenda.cells if each.variant == name] for name in ("apart", "bc")]
    assert alone[0] == alone[1]
    assert len(set(alone[0])) == 3


@pytest.mark.parametrize(
    ("peaks", "odd"),
    [((1.0,), "1"), ((1.3, 1.8, 1.3), "1.3"), ((3.0, 1.0000001, 3.0), "3, 1"), ((1.3, 1.3000001), "1.3")],
)
def test_a_peak_of_one_and_a_peak_asked_for_twice_are_refused(peaks: tuple[float, ...], odd: str) -> None:
    """The first is an ordinary day, the second has no name of its own; all of them are told, and the field."""
    wanted = VariantSet(variants=(AS_IT_IS,))
    with pytest.raises(InvalidInput, match=rf"^E349 peaks of the sampled days cannot be {odd}\b"):
        prepare(scenario(orders=(order("A", "H", "V1"),)), wanted, days=1, limit=LIMIT, peaks=peaks)


# ---- plans


def test_a_plan_survives_the_way_through_json(store: Store) -> None:
    """Trips, times, what is unserved, costs."""
    plan = searched(four_village_problem())
    whole = TieredPlan(
        choice={"A": Way("S", "line"), "B": DIRECT},
        plan=plan,
        exceptions={"x": Way(last="line")},
        handovers=(Handover(shipment="x", station="S", arrived_s=1, ready_s=2, left_s=3),),
        rides=(Ride(shipment="x/1", departure="B1", origin="H", destination="S", board_s=1, alight_s=2),),
    )
    store.put("ab", pack_plan(whole))
    content = store.get("ab")
    assert content is not None
    assert unpack_plan(content) == whole


def test_plans_together_number_their_vehicles_on_and_add_their_costs() -> None:
    """The same plan twice costs twice and needs twice the vehicles."""
    problem = four_village_problem()
    plan = searched(problem)
    one = TieredPlan(choice={}, plan=plan)
    together = merged(Tiers(problem=problem), [one, one]).plan
    assert together.cost.total_fen == 2 * plan.cost.total_fen
    vehicles = [(route.vehicle_type, route.number) for route in together.routes]
    assert len(set(vehicles)) == len(vehicles) == 2 * len(plan.routes)


# ---- processes


def test_a_failing_task_and_a_dying_process_cost_themselves_only(store: Store) -> None:
    """Refused keeps its code, a crash is E358, a death too; what is fine is kept."""
    tasks = [Doing(key=f"{n}{what}", what=what) for n, what in enumerate(("refuse", "crash", "die", "fine"))]
    outcomes = {o.key: o.failure for o in LocalProcesses(workers=1).run(tasks, store)}
    assert {key: failure and failure.code for key, failure in outcomes.items()} == {
        "0refuse": "E356",
        "1crash": "E358",
        "2die": "E358",
        "3fine": None,
    }
    assert store.get("3fine") == {"said": "3fine"}


def test_a_stop_ends_tasks_in_flight_at_once(store: Store) -> None:
    """A minute's sleep is not waited for."""
    cancel = threading.Event()
    threading.Timer(0.5, cancel.set).start()
    began = time.monotonic()
    assert list(LocalProcesses(workers=1).run([Doing(key="s", what="sleep")], store, cancel)) == []
    assert time.monotonic() - began < 20


def test_a_plan_that_serves_nothing_for_want_of_a_solver_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a round or an improvement nothing has searched: E358 instead of a county without vehicles."""
    found = Result(plan=unserved_plan(four_village_problem()))
    monkeypatch.setattr("scenarios.variants.county_plan.solve", lambda *_, **__: found)
    with pytest.raises(ScenarioFailed, match=r"^E358 "):
        solve_county(small_county(scenario(orders=(order("A", "H", "V1"),))), stop=Stop(seconds=1), seed=0, workers=1)


# ---- planted truths


def planted() -> Scenario:
    """Return a day on which P and Q go to the same village with little, W fills a van to another; one trip a van."""
    day = read_scenario(LIBRARY / "four_villages")
    fleet = tuple(replace(v, count=4, max_trips=1) for v in day.fleet[:1])
    room = fleet[0].compartments[0].room
    goods = (("P", "A", 10_000), ("Q", "A", 10_000), ("W", "C", room.load_g))
    orders = tuple(
        Order(id=brand, origin="H", destination=village, brand=brand, pieces=1, load=Load(load_g=grams, load_ml=1))
        for brand, village, grams in goods
    )
    return replace(day, orders=orders, brands=(), fleet=fleet, locks=())


@pytest.fixture(scope="module")
def _here() -> Iterator[None]:
    """Let cells search in this process, judged as ever, instead of starting one each."""

    def search(county: County, **_: object) -> TieredPlan:
        plan = searched(county.problem)
        assert_clean(county.problem, plan)
        return TieredPlan(choice={}, plan=plan)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scenarios.variants.cells.solve_county", search)
        yield


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory, _here: None) -> tuple[Comparison, Store]:
    """Compare all together, W apart, and everybody apart, over two days that are as today."""
    folder = tmp_path_factory.mktemp("truth")
    wanted = VariantSet(variants=(AS_IT_IS, variant("w_apart", "P+Q"), variant("apart")))
    agenda = prepare(planted(), wanted, days=2, limit=LIMIT, cache=folder, model=AS_TODAY)
    store = Store(folder=folder / "results")
    return carry_out(agenda, store, Here()), store


def cost_cells(comparison: Comparison) -> list[tuple[float, float | None, bool | None]]:
    """Return mean cost, relative change and whether it is noise, a variant at a time."""
    row = next(row for row in rows_of(comparison) if row.measure == "operating_cost_fen")
    cells = [cell for cell in row.cells if cell is not None]
    return [
        (cell.over_days.mean, cell.change and cell.change.relative, cell.change and cell.change.is_noise)
        for cell in cells
    ]


def test_a_brand_that_shares_nothing_is_worth_nothing_and_like_ways_shared_cost_half(
    truth: tuple[Comparison, Store],
) -> None:
    """W's van is full, so W apart costs the same to the fen; P and Q apart drive the same way twice.

    A van to A and back costs p, one to C w: together p + w, W apart p + w, all apart 2 p + w.
    """
    (base, _, _), (w_apart, gain, _), (apart, loss, is_noise) = cost_cells(truth[0])
    assert (w_apart, gain) == (base, 0)
    vans = {d: k.vehicles for d, k in truth[0].measured["apart"].items()}
    assert set(vans.values()) == {3}
    p_fen = apart - base
    w_fen = base - p_fen
    assert p_fen > 0
    assert w_fen > 0
    assert loss == pytest.approx(p_fen / base)
    assert is_noise is False


def test_the_second_run_computes_nothing(truth: tuple[Comparison, Store]) -> None:
    """Everything is in the store."""
    again = carry_out(truth[0].agenda, truth[1], Here())
    assert again.computed == 0
    assert again.measured == truth[0].measured


def test_a_lost_entry_is_computed_again_and_no_other(truth: tuple[Comparison, Store]) -> None:
    """A file cut off costs one cell."""
    comparison, store = truth
    key = comparison.keys[BASE]["day 1"]
    (store.folder / key[:2] / f"{key}.json").write_text("{", encoding="utf-8")
    again = carry_out(comparison.agenda, store, Here())
    assert again.computed == 1
    assert again.measured == comparison.measured


def test_a_stop_reports_what_is_done(truth: tuple[Comparison, Store], tmp_path: Path) -> None:
    """Stopped before the first plan: nothing is measured, nothing is made up."""
    cancel = threading.Event()
    cancel.set()
    found = carry_out(truth[0].agenda, Store(folder=tmp_path), Here(), cancel=cancel)
    assert not found.is_whole
    assert not any(found.measured.values())
    assert rows_of(found) == ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedAfter:
    """An executor in this process with a stop, such as Ctrl-C, after ``count`` tasks of a run that heeds stops."""

    count: int
    workers: int = 1

    def run(self, tasks: Sequence[Task], store: Store, cancel: threading.Event | None = None) -> Iterator[Outcome]:
        """Yield an outcome for each task, as ``Here`` does."""
        for done, outcome in enumerate(Here().run(tasks, store, cancel), start=1):
            yield outcome
            if cancel is not None and done == self.count:
                cancel.set()


def days_by_variant(found: Comparison) -> dict[str, list[str]]:
    """Return the days that are measured."""
    return {name: list(days) for name, days in found.measured.items()}


def test_a_stop_keeps_the_days_whose_parts_are_all_planned(truth: tuple[Comparison, Store], tmp_path: Path) -> None:
    """Five plans a day: all, PQ, W, P, Q. Without the tenth "apart" lacks day 2; no other variant lacks any."""
    found = carry_out(truth[0].agenda, Store(folder=tmp_path), StoppedAfter(count=9), cancel=threading.Event())
    both = ["day 1", "day 2"]
    assert days_by_variant(found) == {BASE: both, "w_apart": both, "apart": both[:1]}
    assert (found.computed, found.losses, found.is_whole) == (9 + 3, (), False)
    assert found.measured["apart"]["day 1"] == truth[0].measured["apart"]["day 1"]


def test_a_stop_while_whole_days_are_measured_loses_none(truth: tuple[Comparison, Store], tmp_path: Path) -> None:
    """All ten plans are known; of four days of several parts one is measured before the stop, three after it."""
    plans = [cell for each in truth[0].agenda.cells for _, cell in each.parts]
    store = Store(folder=tmp_path)
    for cell in plans:
        store.put(cell.key, truth[1].get(cell.key) or {})
    found = carry_out(truth[0].agenda, store, StoppedAfter(count=1), cancel=threading.Event())
    assert found.computed == 4
    assert found.measured == truth[0].measured
