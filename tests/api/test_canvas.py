"""Projection, simplification and labels of the map."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from api.exports.canvas import Clutter, Label, fit, ground, place_labels, text_width
from api.exports.svg import MAP_WIDTH, draw_map, load_steps, path_data
from tests.api.days import HUB, large_day, small_day


def label(key: str, x: float, y: float, priority: int = 3) -> Label:
    """Return a label of four Chinese characters, 10 units high."""
    return Label(key=key, text="石门上村", x=x, y=y, size=10, priority=priority)


def test_a_kilometre_north_and_east_are_equally_long_on_the_canvas() -> None:
    """At 27 degrees a degree of longitude is cos 27 of one of latitude."""
    canvas = fit(large_day(2, 3), width=1000, max_height=800, margin=20)
    (x0, y0), (x1, _), (_, y1) = canvas.project([(108.5, 27.1), (108.5 + 0.01 / 0.8902, 27.1), (108.5, 27.11)])
    assert x1 - x0 == pytest.approx(y0 - y1, rel=0.01)
    assert (y0 - y1) / canvas.scale == pytest.approx(1_113, rel=0.001)


def test_all_places_are_inside_the_margin() -> None:
    """Nothing that matters is cut."""
    day = large_day()
    canvas = fit(day, width=1000, max_height=800, margin=20)
    points = canvas.project([(p.lon, p.lat) for p in day.places])
    assert (points >= 19.9).all()
    assert (points <= np.array([canvas.width - 19.9, canvas.height - 19.9])).all()


def test_the_scale_bar_is_round_and_about_a_fifth_of_the_width() -> None:
    """1, 2 or 5 times a power of ten."""
    canvas = fit(large_day(), width=1000, max_height=800, margin=20)
    assert str(canvas.bar_m())[0] in "125"
    assert 0.05 <= canvas.bar_m() * canvas.scale / canvas.width <= 0.2


def clutter(
    *, width: float = 1000, height: float = 800, markers: object = (), ways: object = (), reserved: object = ()
) -> Clutter:
    """Return what is in the way of labels; nothing by default."""
    return Clutter(
        width=width,
        height=height,
        markers=np.array(markers, dtype=float).reshape(-1, 3),
        reserved=np.array(reserved, dtype=float).reshape(-1, 4),
        ways=np.array(ways, dtype=float).reshape(-1, 2),
    )


def test_labels_never_overlap_and_the_important_one_wins() -> None:
    """Twenty names on one spot: at most eight sides, the first priority among them."""
    crowd = [label(f"v{i:02d}", 500, 400, priority=3 + i) for i in range(20)]
    placed = place_labels(crowd, clutter())
    assert "v00" in [each.label.key for each in placed]
    assert len(placed) < 9


def test_a_label_keeps_off_the_markers_of_others_and_the_frame() -> None:
    """A marker on the right pushes the text to the left; in a corner without room it stays out."""
    (placed,) = place_labels([label("a", 500, 400)], clutter(markers=[(500, 400, 4), (520, 400, 4)]))
    assert placed.anchor == "end"
    assert place_labels([label("a", 1, 1)], clutter(width=30, height=10)) == []


def test_the_hub_is_named_even_where_markers_crowd_around_it() -> None:
    """A village there would go without."""
    crowd = clutter(markers=[(500 + dx, 400 + dy, 4) for dx in (-15, 0, 15) for dy in (-15, 0, 15)])
    assert len(place_labels([label("hub", 500, 400, priority=0)], crowd)) == 1
    assert place_labels([label("v", 500, 400)], crowd) == []


def test_a_label_prefers_the_side_where_no_trip_runs() -> None:
    """A trip leaves to the right: the name stands on the left."""
    (placed,) = place_labels([label("a", 500, 400)], clutter(ways=[(500 + x, 400) for x in range(60)]))
    assert placed.anchor == "end"


def test_a_label_keeps_off_the_scale_bar() -> None:
    """Its box takes all of the right side."""
    (placed,) = place_labels([label("a", 500, 400)], clutter(reserved=[(508, 0, 1000, 800)]))
    assert placed.anchor == "end"


def test_chinese_is_twice_as_wide_as_latin() -> None:
    """One em against 0.56."""
    assert text_width("石门", 10) == pytest.approx(20)
    assert text_width("ab", 10) == pytest.approx(11.2)


def test_path_data_is_relative_and_in_tenths() -> None:
    """A step of nothing is left out; less than two points draw nothing."""
    assert path_data(np.array([[0, 0], [1.04, 0], [1.04, 0], [1.04, -2]])) == "M0 0l1 0 0-2"
    assert path_data(np.array([[5, 5]])) == ""
    assert path_data(np.array([[5, 5], [5, 5]])) == ""


def test_the_ground_is_lighter_than_the_roads_it_shows() -> None:
    """Simplifying loses vertices, not classes."""
    day = large_day(4, 6)
    canvas = fit(day, width=1000, max_height=800, margin=20)
    drawn = ground(day, canvas, tolerance=2.0)
    assert set(drawn) == {"X", "C"}
    assert sum(map(len, drawn["X"])) < shapely.get_num_coordinates(day.roads[0].shape)


def test_every_place_has_a_mark_and_the_hub_lies_on_top() -> None:
    """Drawn last is drawn on top."""
    drawing = draw_map(small_day())
    assert len(drawing.marks) == 6
    assert drawing.marks[-1].place == HUB
    assert drawing.width == MAP_WIDTH


def test_load_steps_stack_to_the_trip_s_peak() -> None:
    """12 bags of 20 l in 6,000 l: volume fills 4 %, weight 120 of 1,500 kg 8 %: weight is the tightest."""
    steps = load_steps(small_day().trips[0])
    assert steps[0].dimension == 0
    assert steps[0].share == pytest.approx(0.08)
    assert [round(step.width) for step in steps] == [60] * 5


def test_every_place_is_named_at_some_zoom_and_names_keep_apart() -> None:
    """At the last zoom no two names of the large day overlap, those of the first zoom included."""
    day = large_day()
    labels = draw_map(day).labels
    assert len(labels) == len(day.places)
    zoom, size = 10.0, 11.5
    boxes = []
    for each in labels:
        x, y = each.x * zoom + each.dx * size, each.y * zoom + each.dy * size
        left = x - text_width(each.text, size) * {"start": 0, "middle": 0.5, "end": 1}[each.anchor]
        boxes.append((left, y - size * 0.9, left + text_width(each.text, size), y))
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert a[0] >= b[2] or a[2] <= b[0] or a[1] >= b[3] or a[3] <= b[1]
