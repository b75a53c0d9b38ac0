"""Laws of plan.json and of tables: round trips, and no input that ends in anything but a named error."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from api.errors import InvalidInput
from api.exports.tables import FORMULA_STARTS, safe_cell
from api.plan_file import read_plan, write_plan
from api.schemas import Origin, from_plan, to_plan
from optimizer.plan import Cost, Plan, Route, Trip, Unserved, Visit

times = st.integers(0, 172_800)
ids = st.text(min_size=1, max_size=12)
id_lists = st.lists(ids, max_size=3).map(tuple)
visits = st.builds(
    Visit, place=ids, arrive_s=times, start_s=times, end_s=times, depart_s=times, deliver=id_lists, collect=id_lists
)
trips = st.builds(
    Trip,
    start=ids,
    end=ids,
    load_start_s=times,
    depart_s=times,
    return_s=times,
    visits=st.lists(visits, max_size=3).map(tuple),
    stowage=st.lists(st.tuples(ids, ids), max_size=2).map(tuple),
)
plans = st.builds(
    Plan,
    routes=st.lists(
        st.builds(Route, vehicle_type=ids, number=st.integers(1, 99), trips=st.lists(trips, max_size=2).map(tuple)),
        max_size=2,
    ).map(tuple),
    unserved=st.lists(
        st.builds(
            Unserved,
            shipment=ids,
            reason=st.text(max_size=5),
            numbers=st.dictionaries(ids, st.integers() | st.text(max_size=5), max_size=2),
            remedy=st.text(max_size=5),
        ),
        max_size=2,
    ).map(tuple),
    cost=st.builds(Cost, fixed_fen=st.integers(0, 10**9), penalty_fen=st.integers(0, 10**9)),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


def error_of(content: bytes) -> InvalidInput | None:
    """Write ``content`` to a file, read it as a plan and return the error; None when it is a plan."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        path.write_bytes(content)
        try:
            to_plan(read_plan(path))
        except InvalidInput as error:
            return error
    return None


@given(plan=plans)
@settings(max_examples=60, deadline=None)
def test_every_plan_comes_back_as_it_went_in(plan: Plan) -> None:
    """Any text as an id, lone surrogates apart, which are no text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        write_plan(from_plan(plan, Origin()), path)
        assert to_plan(read_plan(path)) == plan


@given(content=st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_bytes_that_are_no_plan_end_in_a_named_error(content: bytes) -> None:
    """Never in a traceback of another kind."""
    error = error_of(content)
    assert error is not None
    assert error.code in {"E404", "E410", "E411"}


@given(plan=plans, part=anything, where=st.sampled_from(["plan", "origin", "version", "digest", "extra"]))
@settings(max_examples=60, deadline=None)
def test_a_plan_with_a_part_replaced_is_read_or_named(plan: Plan, part: object, where: str) -> None:
    """Any JSON in the place of any part."""
    content = json.loads(from_plan(plan, Origin()).model_dump_json(by_alias=True))
    content[where] = part
    error = error_of(json.dumps(content).encode())
    if error is not None:
        assert error.code in {"E412", "E413"}
        assert error.render("zh")
        assert all(fault.render("en") for fault in error.faults)


@given(text=st.text())
def test_no_cell_ever_begins_like_a_formula(text: str) -> None:
    """Whatever a user's file calls its villages."""
    assert not str(safe_cell(text)).startswith(FORMULA_STARTS)
