"""Packing and shipping: finite buffers hold up those before them; waits as queueing theory has them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from layouts.simulation.work import Work
from spatial.errors import BadDataError
from spatial.facility import Station
from spatial.floor.agents import PICKER
from spatial.navigation.shortest_paths import shortest_distances

LINES = [[(order, f"0{row}-00-0", 1)] for row, order in enumerate("ABCD")]
STAFF = [
    {"count": 4, "does": ["pick"]},
    {"does": ["pack"], "name": "packer"},
    {"does": ["load"], "name": "loader"},
]
SLOW = {"order_s": 30, "line_s": 0}


def test_orders_are_packed_in_turn(hall, shift_of, play_shift) -> None:
    shown = play_shift(shift_of(hall(), LINES), {"staff": STAFF[:2], "packing": SLOW})
    assert shown.done_s("pack A", "pack B", "pack C", "pack D") == [45, 75, 105, 135]
    assert shown.waits() == []


def test_a_full_buffer_holds_pickers_up(hall, shift_of, play_shift) -> None:
    staff = [{"does": ["pick"]}, {"does": ["pack"]}]
    shown = play_shift(shift_of(hall(), LINES), {"staff": staff, "packing": {**SLOW, "buffer_orders": 1}})
    # A is packed from 15 on, B put at 30, C waits from 45 until B is taken at 45 (no wait), D from 60 until 75
    assert shown.done_s("T1", "T2", "T3", "T4") == [15, 30, 45, 75]
    assert shown.waits() == [("P01", "pack buffer", 60, 75)]


def test_a_tour_must_fit_into_the_buffer(hall, shift_of, play_shift) -> None:
    lines = [[(order, "00-00-0", 1) for order in "ABC"]]
    operations = {"staff": STAFF[:2], "packing": {"buffer_orders": 2}}
    with pytest.raises(BadDataError, match="below the 3 orders of tour 'T1'"):
        play_shift(shift_of(hall(), lines), operations)


def test_packers_share_the_seats_of_their_station(hall, shift_of, play_shift) -> None:
    operations = {"staff": [STAFF[0], {"count": 4, "does": ["pack"]}], "packing": {**SLOW, "seats": 2}}
    shown = play_shift(shift_of(hall(), LINES), operations)
    assert sorted(shown.done_s("pack A", "pack B", "pack C", "pack D")) == [45, 45, 75, 75]
    assert sorted(wait[2:] for wait in shown.waits()) == [(15, 45), (15, 45)]


def test_who_only_packs_stays_at_the_station(hall, shift_of, play_shift) -> None:
    facility = hall()
    station = Station(id="PACK", level="L0", kind="pack", pose=(12.0, 1.5, 0.0))
    shift = shift_of(replace(facility, stations=(*facility.stations, station)), LINES, agent=PICKER)
    packing = {**SLOW, "station": "PACK"}
    stays, comes = (
        play_shift(shift, {"staff": [{"does": ["pick"]}, packer], "packing": packing})
        for packer in ({"does": ["pack"]}, {"does": ["pack"], "at": "DEPOT"})
    )
    # the last order, when nobody else is on his way
    (begun, ended), (set_out, back) = stays.job("pack D"), comes.job("pack D")
    assert ended - begun == pytest.approx(30)
    stations = shift.graph.stations
    way_m = shortest_distances(shift.graph, [stations["DEPOT"], stations["PACK"]]).length_m[0, 1]
    assert back - set_out == pytest.approx(30 + 2 * way_m / 1.2)


def test_packed_orders_wait_for_their_truck(hall, shift_of, play_shift) -> None:
    shipping = {"trucks_s": [100, 1000], "load_s": 5}
    shown = play_shift(shift_of(hall(), LINES), {"staff": STAFF, "packing": SLOW, "shipping": shipping})
    # packed at 45, 75, 105, 135; the first two go with the first truck
    assert shown.done_s("load A", "load B", "load C", "load D") == [105, 110, 1005, 1010]
    assert [job.closes for job in shown.program.program.meaning.job if job.closes] == [
        (order,) for order in "ABCD"
    ]


def test_due_orders_go_with_the_last_truck_in_time(hall, shift_of, play_shift, orders_named) -> None:
    orders = orders_named(*"ABCD", due={"A": "1500", "B": "999", "C": "50"})
    shipping = {"trucks_s": [100, 1000], "load_s": 5}
    shown = play_shift(
        shift_of(hall(), LINES), {"staff": STAFF, "packing": SLOW, "shipping": shipping}, orders=orders
    )
    released = dict(zip(shown.job_names, shown.program.program.jobs.release_s.tolist(), strict=True))
    assert [released[f"load {order}"] for order in "ABCD"] == [1000, 100, 100, 1000]
    assert shown.program.orders["A"].due_s == 1500
    assert shown.program.orders["D"].due_s is None


def test_full_staging_holds_up_packers_and_at_last_pickers(hall, shift_of, play_shift) -> None:
    operations = {
        "staff": [{"does": ["pick"]}, *STAFF[1:]],
        "packing": {**SLOW, "buffer_orders": 1},
        "shipping": {"trucks_s": [500], "staging_orders": 1, "load_s": 5},
    }
    shown = play_shift(shift_of(hall(), LINES), operations)
    # A in staging at 45; B packed at 75 and held up; C in the buffer at 45; D held up with the picker from 60 on;
    # the truck comes at 500: A is taken, B staged, the packer takes C and the picker is rid of D
    assert shown.waits() == [("packer 01", "staging", 75, 500), ("P01", "pack buffer", 60, 500)]
    assert shown.done_s("load A", "load B", "load C", "load D") == [505, 510, 535, 565]


@pytest.mark.parametrize("packers", [1, 3])
def test_waits_to_be_packed_are_those_of_erlang(hall, shift_of, play_shift, orders_named, packers) -> None:
    # Erlang's C: a station with c packers, Poisson orders of rate λ, exponential seconds of mean 1/μ
    count, mean_s, load = 12_000, 60.0, 0.7
    rate = load * packers / mean_s
    random = np.random.default_rng(packers)
    names = [f"O{k}" for k in range(count)]
    times = np.cumsum(random.exponential(1 / rate, count))
    orders = orders_named(*names, released=dict(zip(names, map(str, times.tolist()), strict=True)))
    operations = {
        "release": {"policy": "waveless"},
        "staff": [{"count": 40, "does": ["pick"]}, {"count": packers, "does": ["pack"]}],
        "packing": {"order_s": mean_s, "line_s": 0, "time": "exponential", "seats": packers},
    }
    lines = [[(name, f"0{k % 4}-0{k % 3}-0", 1)] for k, name in enumerate(names)]
    shown = play_shift(
        shift_of(hall(), lines), operations, work=Work(pick_s=0, piece_s=0, drop_s=0), orders=orders
    )
    jobs = shown.played.state.jobs
    waits = (jobs["started_s"][count:] - jobs["ended_s"][:count])[1000:]
    offered = load * packers
    top = offered**packers / math.factorial(packers) / (1 - load)
    erlang = top / (sum(offered**k / math.factorial(k) for k in range(packers)) + top)
    expected = erlang * mean_s / (packers * (1 - load))
    batches = waits[: len(waits) // 20 * 20].reshape(20, -1).mean(axis=1)
    error = batches.std(ddof=1) / math.sqrt(20)
    assert abs(waits.mean() - expected) < 2.86 * error  # 99 % of Student's t with 19 degrees of freedom
