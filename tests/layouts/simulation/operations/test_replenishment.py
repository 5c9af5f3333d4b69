"""Pick faces run low, ask for refills, and those who find too little wait: by hand and by conservation."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from layouts.simulation.engine.tape import GET
from layouts.simulation.traffic.build_traffic import traffic_map
from spatial.floor.agents import PICKER

STAFF = [{"does": ["pick"]}, {"does": ["replenish"], "name": "filler"}]


def refilling(**policy: int) -> dict:
    return {"staff": STAFF, "replenishment": {"fetch_s": 30, "fill_s": 20, **policy}}


def test_a_picker_waits_until_pieces_have_been_brought(hall, shift_of, play_shift) -> None:
    # of 5 pieces 4 are picked: 1 is left, at or below 2, so 6 are asked for; the next tour wants 3
    lines = [[("A", "00-00-0", 4)], [("B", "00-00-0", 3)]]
    shown = play_shift(
        shift_of(hall(), lines),
        refilling(capacity_pieces=8, start_pieces=5, low_pieces=2, bring_pieces=6),
    )
    assert shown.played.ending == "finished"
    # the filler finds the face taken until 10, fetches and fills for 50 s; the picker is there at 15
    assert shown.waits() == [
        ("filler 01", "R0/0/1", 0, 10),
        ("P01", "stock 00-00-0", 15, 60),
    ]
    assert shown.done_s("T1", "T2", "refill-1") == [15, 75, 60]


def test_refills_come_from_above_where_there_is_a_place(hall, shift_of, play_shift) -> None:
    lines = [[("A", "00-00-0", 4)]]
    shown = play_shift(
        shift_of(hall(), lines), refilling(capacity_pieces=8, start_pieces=4, low_pieces=2, bring_pieces=6)
    )
    load, put = shown.works("load")[0], shown.works("put")[0]
    assert (load.location, put.location) == ("00-00-1", "00-00-0")
    assert load.end_s == pytest.approx(put.start_s)


def test_refills_come_from_the_station_where_nothing_is_above(hall, shift_of, play_shift) -> None:
    lines = [[("A", "00-00-1", 4)]]
    shown = play_shift(
        shift_of(hall(), lines), refilling(capacity_pieces=8, start_pieces=4, low_pieces=2, bring_pieces=6)
    )
    assert [span.location for span in shown.works("load", "put")] == [None, "00-00-1"]


def test_in_narrow_lanes_pieces_are_awaited_outside(hall, shift_of, play_shift) -> None:
    lines = [[("A", "00-00-0", 2)], [("B", "00-00-0", 2)]]
    shift = shift_of(hall(aisle_m=1.0), lines, agent=PICKER)
    assert shift.graph.access["00-00-0"] in traffic_map(shift.graph).cell_of[0]
    shown = play_shift(shift, refilling(capacity_pieces=8, start_pieces=2, low_pieces=2, bring_pieces=6))
    assert shown.played.ending == "finished"
    program = shown.program.program
    for first in program.tape.rows[program.tape.start[program.jobs.routine[0]]]:
        assert (first["op"], program.meaning.resource[first["a"]].name) == (GET, "stock 00-00-0")
    # the second tour sets out when the first two pieces have been followed by six
    assert shown.waits()[-1][:2] == ("P01", "stock 00-00-0")
    assert shown.waits()[-1][3] == pytest.approx(shown.works("put")[0].end_s, abs=0.001)


@pytest.mark.parametrize("seed", range(12))
def test_stock_is_conserved_and_never_below_none_or_above_its_room(busy, play_shift, seed) -> None:
    random = np.random.default_rng(seed)
    low, bring, spare, start, pickers = random.integers([0, 1, 0, 0, 1], [7, 21, 6, 11, 7]).tolist()
    policy = {"low_pieces": low, "bring_pieces": bring, "capacity_pieces": low + bring + spare}
    operations = refilling(**policy, start_pieces=min(start, low + bring + spare))
    operations["staff"] = [{"count": pickers, "does": ["pick"]}, {"count": 2, "does": ["replenish"]}]
    shown = play_shift(busy, operations)
    assert shown.played.ending == "finished"
    names = [resource.name for resource in shown.program.program.meaning.resource]
    picked, filled = Counter(), Counter()
    for tour in busy.plan.tours:
        for stop in tour.stops:
            for pick in stop.picks:
                picked[pick.location] += pick.quantity
    for span in shown.works("put"):
        filled[span.location] += bring
    for location, pieces in picked.items():
        seat = shown.played.state.seats[names.index(f"stock {location}")]
        assert operations["replenishment"]["start_pieces"] + filled[location] - pieces == seat.level
        assert seat.level <= policy["capacity_pieces"]
        assert seat.level > low
    lines = [
        (pick.order, pick.location) for tour in busy.plan.tours for stop in tour.stops for pick in stop.picks
    ]
    assert sorted((span.order, span.location) for span in shown.works("pick")) == sorted(lines)
