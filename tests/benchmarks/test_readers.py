"""Each file format, from a file short enough to check by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.instances import cordeau, jd, lilim, lkh, load, names, solomon, taillard, vrplib_files
from benchmarks.instances.instance import DamagedInstanceError

if TYPE_CHECKING:
    from pathlib import Path

DIAGONAL = "NODE_COORD_SECTION\n1 0 0\n2 1 1\n3 3 4\n"
"""A depot, a customer at the root of 2 = 1.41421... and one at 5 exactly; between them the root of 13 = 3.60555..."""


def written(folder: Path, name: str, text: str) -> Path:
    """Write a tiny file and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_cvrp_rounds_to_the_nearest_whole_number(tmp_path: Path) -> None:
    """1.41 is 1, 3.61 is 4; loads 6 and 7 need 2 vehicles of 10, and nobody counts beyond one a customer."""
    text = f"NAME : t\nTYPE : CVRP\nDIMENSION : 3\nCAPACITY : 10\nEDGE_WEIGHT_TYPE : EUC_2D\n{DIAGONAL}"
    text += "DEMAND_SECTION\n1 0\n2 6\n3 7\nDEPOT_SECTION\n1\n-1\nEOF\n"
    read = vrplib_files.read_cvrp(written(tmp_path, "t.vrp", text))
    assert read.length.tolist() == [[0, 1, 5], [1, 0, 4], [5, 4, 0]]
    assert read.delivery.tolist() == [0, 6, 7]
    assert (read.fleet[0].count, read.fleet[0].capacity, read.cost_scale) == (2, 10, 1)
    assert not read.is_timed


def test_a_mixed_fleet_counts_vehicles_alike_and_divides_costs_by_a_hundred(tmp_path: Path) -> None:
    """Two vehicles of 6 at 350 + 50 cost 3.5 + 0.5 a unit of distance, one of 9 costs 4 + 1.2, all in thousandths."""
    text = f"NAME : t\nTYPE : HFVRP\nDIMENSION : 3\nVEHICLES : 3\nEDGE_WEIGHT_TYPE : EUC_2D\n{DIAGONAL}"
    text += "DEMAND_SECTION\n1 0\n2 6\n3 5\nCAPACITY_SECTION\n1 6\n2 6\n3 9\n"
    text += "VEHICLES_FIXED_COST_SECTION\n1 350\n2 350\n3 400\nVEHICLES_UNIT_DISTANCE_COST_SECTION\n1 50\n2 50\n3 120\n"
    read = vrplib_files.read_mixed_fleet(written(tmp_path, "t.vrp", text + "DEPOT_SECTION\n1\n-1\nEOF\n"))
    assert read.length[0].tolist() == [0, 1_414, 5_000]
    assert [(v.count, v.capacity, v.fixed, v.per_thousand) for v in read.fleet] == [
        (2, 6, 3_500, 500),
        (1, 9, 4_000, 1_200),
    ]


def test_several_trips_come_in_tenths_with_release_dates(tmp_path: Path) -> None:
    """1.41 is 14 tenths, 3.61 is 36; windows, service and releases are ten times the file's."""
    text = "NAME : t\nTYPE : MTVRPTWR\nEDGE_WEIGHT_TYPE : EUC_2D\nDIMENSION : 3\nVEHICLES : 2\nCAPACITY : 9\n"
    text += f"SERVICE_TIME : 9\n{DIAGONAL}DEMAND_SECTION\n1 0\n2 6\n3 7\nTIME_WINDOW_SECTION\n1 0 99\n2 1 30\n3 2 40\n"
    text += "RELEASE_TIME_SECTION\n1 0\n2 0\n3 12\nVEHICLES_RELOAD_DEPOT_SECTION\n1 1\n2 1\nDEPOT_SECTION\n1\nEOF\n"
    read = vrplib_files.read_multi_trip(written(tmp_path, "t.vrp", text))
    assert read.length.tolist() == read.duration_s.tolist() == [[0, 14, 50], [14, 0, 36], [50, 36, 0]]
    assert read.windows_s is not None
    assert read.windows_s.tolist() == [[0, 990], [10, 300], [20, 400]]
    assert (read.release_s.tolist(), read.service_s.tolist()) == ([0, 0, 120], [0, 90, 90])
    assert (read.reloads, read.cost_scale, read.fleet[0].count) == (True, 10, 2)


def test_solomon_cuts_after_the_first_decimal(tmp_path: Path) -> None:
    """The root of 13 is 3.6 and not 3.61; the depot closes at 23.0."""
    rows = "    0   0   0   0   0  23   0\n    1   1   1   6   2   9   1\n    2   3   4   7   0   8   1\n"
    head = "t\n\nVEHICLE\nNUMBER     CAPACITY\n  2         10\n\nCUSTOMER\n"
    head += "CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME\n\n"
    read = solomon.read(written(tmp_path, "t.txt", head + rows))
    assert read.length.tolist() == [[0, 14, 50], [14, 0, 36], [50, 36, 0]]
    assert read.windows_s is not None
    assert read.windows_s.tolist() == [[0, 230], [20, 90], [0, 80]]
    assert (read.delivery.tolist(), read.service_s.tolist()) == ([0, 6, 7], [0, 10, 10])
    assert (read.fleet[0].count, read.fleet[0].capacity) == (2, 10)


def lkh_text(kind: str, sections: str, **head: object) -> str:
    """Return a file of LKH-3's dialect on the three points."""
    lines = [f"NAME : t\nTYPE : {kind}\nDIMENSION : 3\nVEHICLES : 1\nCAPACITY : 10\nEDGE_WEIGHT_TYPE : EXACT_2D"]
    lines += [f"{key} : {value}" for key, value in head.items()]
    return "\n".join(lines) + f"\n{DIAGONAL}{sections}DEPOT_SECTION\n1\n-1\nEOF\n"


BOTH = "PICKUP_AND_DELIVERY_SECTION\n1 0 0 40 0 0 0\n2 0 5 30 2 3 4\n3 0 0 20 1 6 0\n"
"""Customer 1 gives 3 and takes 4, customer 2 gives 6."""


def test_simultaneous_pickup_reads_pickup_before_delivery(tmp_path: Path) -> None:
    """Thousandths, exact distances; no time without windows; VEHICLES does not bind."""
    read = lkh.read(written(tmp_path, "t.vrpspd", lkh_text("VRPSPD", BOTH, DISTANCE=999_999)))
    assert read.length[0].tolist() == [0, 1_414, 5_000]
    assert (read.pickup.tolist(), read.delivery.tolist()) == ([0, 3, 6], [0, 4, 0])
    assert not read.is_timed
    assert read.fleet[0].count == 2


def test_windows_are_scaled_as_finely_as_two_days_allow_and_vehicles_bind(tmp_path: Path) -> None:
    """Until 40: a unit is a thousand seconds. Until 240 (of 172,800 s) it is 500, not 1,000."""
    read = lkh.read(written(tmp_path, "t.vrpspdtw", lkh_text("VRPSPDTW", BOTH)))
    assert read.windows_s is not None
    assert read.windows_s.tolist() == [[0, 40_000], [5_000, 30_000], [0, 20_000]]
    assert (read.service_s.tolist(), read.fleet[0].count) == ([0, 2_000, 1_000], 1)
    longer = lkh.read(written(tmp_path, "u.vrpspdtw", lkh_text("VRPSPDTW", BOTH.replace("0 40", "0 240", 1))))
    assert (longer.time_scale, int(longer.duration_s[0, 2])) == (500, 2_500)


def test_a_longest_route_makes_time_count(tmp_path: Path) -> None:
    """At most 200 with 2 and 1 of service: 500 seconds a unit."""
    read = lkh.read(written(tmp_path, "t.vrpmpd", lkh_text("VRPMPD", BOTH, DISTANCE=200)))
    assert (read.fleet[0].longest_s, read.service_s.tolist()) == (100_000, [0, 1_000, 500])
    assert read.is_timed


def test_backhauls_give_what_their_demand_is(tmp_path: Path) -> None:
    """Customer 2 stands in the section as node 3, its first number; exactly one route, which must deliver."""
    sections = "DEMAND_SECTION\n1 0\n2 6\n3 7\nBACKHAUL_SECTION\n3 -1\n"
    read = lkh.read(written(tmp_path, "t.vrpb", lkh_text("VRPB", sections)))
    assert (read.delivery.tolist(), read.pickup.tolist()) == ([0, 6, 0], [0, 0, 7])
    assert (read.has_backhauls, read.must_deliver, read.exact_vehicles) == (True, True, 1)


def test_a_matrix_is_in_ten_thousandths(tmp_path: Path) -> None:
    """14,142 is 1.4142, in thousandths 1,414."""
    text = "NAME : t\nTYPE : MVRPB\nDIMENSION : 2\nVEHICLES : 1\nCAPACITY : 10\nDISTANCE : 0\n"
    text += "EDGE_WEIGHT_TYPE : EXPLICIT\nEDGE_WEIGHT_FORMAT : FULL_MATRIX\nEDGE_WEIGHT_SECTION\n0 14142\n14142 0\n"
    text += "PICKUP_AND_DELIVERY_SECTION\n1 0 0 9 0 0 0\n2 0 0 9 0 3 4\nDEPOT_SECTION\n1\n-1\nEOF\n"
    assert lkh.read(written(tmp_path, "t.vrpspd", text)).length.tolist() == [[0, 1_414], [1_414, 0]]


def test_a_row_that_lost_its_numbers_is_a_damaged_instance(tmp_path: Path) -> None:
    """As in the public copy of CON3-0, where a word stands in the place of a pickup."""
    text = lkh_text("VRPSPD", BOTH.replace("2 0 5 30 2 3 4", "2 0 5 30 2 VRPSPD"))
    with pytest.raises(DamagedInstanceError, match=r"t\.vrpspd, PICKUP_AND_DELIVERY_SECTION"):
        lkh.read(written(tmp_path, "t.vrpspd", text))


TAILLARD = " //Lines\n2 2 999999.0 0.0 1 1\n1 6 0 1.0\n5 9 4.5 1.25\n 0 0 \n 1 1 6\n 3 4 7\n"


def test_taillard_has_a_fixed_cost_and_a_cost_by_distance(tmp_path: Path) -> None:
    """The second type costs 4.5 and 1.25 a unit; of its 5 vehicles no more than the 2 customers are kept."""
    read = taillard.read(written(tmp_path, "t.txt", TAILLARD))
    assert [(v.count, v.capacity, v.fixed, v.per_thousand) for v in read.fleet] == [
        (1, 6, 0, 1_000),
        (2, 9, 4_500, 1_250),
    ]
    assert (read.length[0].tolist(), read.delivery.tolist()) == ([0, 1_414, 5_000], [0, 6, 7])


@pytest.mark.parametrize("text", ["name,latitude,longitude\nA,46.0,5.3\n", TAILLARD.replace(" 3 4 7\n", "")])
def test_towns_instead_of_customers_or_too_few_of_them_are_damage(tmp_path: Path, text: str) -> None:
    """Some copies of the DLP files list towns."""
    with pytest.raises(DamagedInstanceError, match=r"^t\.txt"):
        taillard.read(written(tmp_path, "t.txt", text))


def test_a_customer_that_no_vehicle_holds_is_damage(tmp_path: Path) -> None:
    """9 fits into the vehicle of 9, 10 into none."""
    written(tmp_path, "hfvrp/fits.txt", TAILLARD.replace("3 4 7", "3 4 9"))
    written(tmp_path, "hfvrp/not.txt", TAILLARD.replace("3 4 7", "3 4 10"))
    assert load(tmp_path, "hfvrp", "fits").delivery.tolist() == [0, 6, 9]
    with pytest.raises(DamagedInstanceError, match=r"^not\.txt: a customer wants 10, the largest vehicle holds 9"):
        load(tmp_path, "hfvrp", "not")


def test_cordeau_puts_the_depots_first_and_limits_the_duration(tmp_path: Path) -> None:
    """Two depots, the second at (3, 4), without a limit; the first within 300: 500 seconds a unit."""
    text = "2 3 1 2\n300 10\n0 20\n1 1 1 2 6 1 2 1 2\n2 0 0 0 0\n3 3 4 0 0\n"
    read = cordeau.read(written(tmp_path, "t.txt", text))
    assert read.length.tolist() == [[0, 5_000, 1_414], [5_000, 0, 3_606], [1_414, 3_606, 0]]
    assert [(v.count, v.capacity, v.depot, v.longest_s) for v in read.fleet] == [(3, 10, 0, 150_000), (3, 20, 1, None)]
    assert (read.num_depots, read.service_s.tolist(), read.delivery.tolist()) == (2, [0, 0, 1_000], [0, 0, 6])


def test_li_and_lim_pair_what_is_collected_with_where_it_goes(tmp_path: Path) -> None:
    """Row 1 gives 6 to row 2; a vehicle costs a tour in random order: 3 legs of the mean of all 9 distances."""
    text = "2\t9\t1\n0 0 0 0 0 100 0 0 0\n1 1 1 6 2 50 3 0 2\n2 3 4 -6 0 90 3 1 0\n"
    read = lilim.read(written(tmp_path, "t.txt", text))
    assert read.pairs == ((1, 2),)
    assert (read.pickup.tolist(), read.delivery.tolist()) == ([0, 6, 0], [0, 0, 6])
    assert read.counts_vehicles
    assert read.fleet[0].fixed == pytest.approx(1_000 * 2 * (1.41421 + 5 + 3.60555) / 3, abs=1)


def test_jd_reads_asymmetric_roads_and_loads_with_decimals(tmp_path: Path) -> None:
    """There in 7 m and 2 min, back in 9 m and 3 min; 300 a vehicle and 0.014 a metre, in thousandths."""
    text = "NAME : t\nDIMENSION : 2\nVEHICLES : 5\nDISPATCHINGCOST : 300\nUNITCOST : 0.014\nCAPACITY : 2.5\n"
    text += "NODE_SECTION\n0,0,0,0,960,0\n1,0.0233,0.5,210,240,30\n"
    text += "DISTANCETIME_SECTION\n0,1,7,2\n1,0,9,3\nDEPOT_SECTION\n0\n"
    read = jd.read(written(tmp_path, "t.vrpsdptw", text))
    assert (read.length.tolist(), read.duration_s.tolist()) == ([[0, 7], [9, 0]], [[0, 100], [150, 0]])
    assert (read.delivery.tolist(), read.pickup.tolist()) == ([0, 23_300], [0, 500_000])
    assert (read.fleet[0].capacity, read.fleet[0].fixed, read.fleet[0].per_thousand) == (2_500_000, 300_000, 14_000)


def test_the_best_known_stands_beside_the_files(tmp_path: Path) -> None:
    """Of hfvrp as it is; of an instance that the list does not have, none."""
    for name in ("a", "b"):
        written(tmp_path, f"hfvrp/{name}.txt", TAILLARD)
    written(tmp_path, "hfvrp/bks.json", json.dumps({"a": {"bks": 12.5}}))
    assert names(tmp_path, "hfvrp") == ["a", "b"]
    assert load(tmp_path, "hfvrp", "a").best_known == 12.5
    assert load(tmp_path, "hfvrp", "b").best_known is None
