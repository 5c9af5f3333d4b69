"""Orders in several zones: parts at once, or one zone after the other with room for so many between them."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from layouts.simulation.operations.zoning import Zoning
from spatial.errors import BadDataError
from spatial.floor.floor_rules import FloorRules, Zone

FLOOR_2 = [(0, 0), (30, 0), (30, 11.0), (0, 11.0)]
"""The aisles A0 and A1 of a hall; A2 and A3 lie above."""
ABOVE = [(0, 11.0), (30, 11.0), (30, 40), (0, 40)]
RULES = FloorRules(zones=(Zone(name="low", area=tuple(FLOOR_2)), Zone(name="high", area=tuple(ABOVE))))

LINES = [
    [("A", "00-00-0", 1)],
    [("B", "01-00-0", 1)],
    [("A", "02-00-0", 1)],
    [("B", "03-00-0", 1)],
]
"""The orders A and B in both zones; the first two tours in the low one."""


def test_in_parallel_the_parts_know_nothing_of_each_other(hall, shift_of, play_shift) -> None:
    shown = play_shift(shift_of(hall(), LINES, rules=RULES), pickers=4)
    assert shown.done_s("T1", "T2", "T3", "T4") == [15] * 4
    assert [job.closes for job in shown.program.program.meaning.job] == [("A",), ("B",), ("A",), ("B",)]


def test_a_parallel_order_is_packed_when_its_last_part_is_picked(hall, shift_of, play_shift) -> None:
    lines = [LINES[0], [*LINES[2], ("A", "02-01-0", 1)]]
    operations = {
        "staff": [{"count": 2, "does": ["pick"]}, {"does": ["pack"]}],
        "packing": {"order_s": 20, "line_s": 2},
    }
    shown = play_shift(shift_of(hall(), lines, rules=RULES), operations)
    # parts done at 15 and 25; three lines
    assert shown.job("pack A") == (pytest.approx(25), pytest.approx(51))
    assert [job.closes for job in shown.program.program.meaning.job] == [(), (), ("A",)]
    assert not [note for note in shown.program.notes if "parts" in note]
    operations["packing"]["buffer_orders"] = 2
    assert any(
        "1 orders are picked in parts" in note
        for note in play_shift(shift_of(hall(), lines), operations).program.notes
    )


def test_passed_on_orders_wait_for_the_zone_before(hall, shift_of, play_shift) -> None:
    operations = {"zones": {"work": "pick-and-pass"}, "staff": [{"zones": ["low"]}, {"zones": ["high"]}]}
    shown = play_shift(shift_of(hall(), LINES, rules=RULES), operations)
    # the low zone picks A then B, and the high one each of them after that
    assert shown.done_s("T1", "T2", "T3", "T4") == [15, 30, 30, 45]
    assert [job.closes for job in shown.program.program.meaning.job] == [(), (), ("A",), ("B",)]


def test_the_order_of_zones_can_be_said(hall, shift_of, play_shift) -> None:
    operations = {
        "zones": {"work": "pick-and-pass", "order": ["high", "low"]},
        "staff": [{"zones": ["low"]}, {"zones": ["high"]}],
    }
    shown = play_shift(shift_of(hall(), LINES, rules=RULES), operations)
    assert shown.done_s("T3", "T4", "T1", "T2") == [15, 30, 30, 45]


def test_who_finds_the_next_zone_full_waits(hall, shift_of, play_shift) -> None:
    # the low zone takes 15 s each, the high one 45 s: 4 lines and the handing over
    lines = [[(order, "00-00-0", 1)] for order in "ABC"]
    lines += [[(order, f"02-0{bay}-0", 1) for bay in (0, 1, 2, 0)] for order in "ABC"]
    operations = {
        "zones": {"work": "pick-and-pass", "buffer_orders": 1},
        "staff": [{"zones": ["low"]}, {"zones": ["high"]}],
    }
    shown = play_shift(shift_of(hall(), lines, rules=RULES), operations)
    # A is taken over at 15, B put in at 30, C must wait from 45 until B is taken over at 60
    assert shown.waits() == [("P01", "orders for high", 45, 60)]
    assert shown.done_s("T1", "T2", "T3", "T4", "T5", "T6") == [15, 30, 60, 60, 105, 150]


def test_groups_pick_in_their_zones_only(hall, shift_of, play_shift) -> None:
    operations = {"staff": [{"zones": ["low"]}, {"zones": ["high"]}]}
    shown = play_shift(shift_of(hall(), LINES, rules=RULES), operations)
    assert {(span.agent, span.job) for span in shown.works("pick")} == {
        ("P01", "T1"),
        ("P01", "T2"),
        ("P02", "T3"),
        ("P02", "T4"),
    }


def test_zones_nobody_picks_in_are_told(hall, shift_of, play_shift) -> None:
    with pytest.raises(ValueError, match="nobody in staff does 'pick in high'"):
        play_shift(shift_of(hall(), LINES, rules=RULES), {"staff": [{"zones": ["low"]}]})
    with pytest.raises(ValueError, match="zone 'middle' of staff"):
        play_shift(shift_of(hall(), LINES, rules=RULES), {"staff": [{"zones": ["middle"]}]})


def test_too_small_a_buffer_is_refused(hall, shift_of, play_shift) -> None:
    lines = [[(order, "00-00-0", 1) for order in "ABC"], [(order, "02-00-0", 1) for order in "ABC"]]
    operations = {"zones": {"work": "pick-and-pass", "buffer_orders": 2}}
    with pytest.raises(BadDataError, match="below 3"):
        play_shift(shift_of(hall(), lines, rules=RULES), operations)


@pytest.mark.parametrize("seed", range(6))
def test_random_orders_pass_the_zones_in_turn(hall, shift_of, play_shift, seed) -> None:
    random = np.random.default_rng(seed)
    lines = [
        [(order, f"0{row + int(random.integers(2))}-0{random.integers(3)}-0", 1)]
        for row in (0, 2)
        for order in "ABCDEFGHIJ"
        if random.random() < 0.8
    ]
    operations = {
        "zones": {"work": "pick-and-pass", "buffer_orders": 1 + int(random.integers(3))},
        "staff": [{"count": 1 + int(random.integers(3))}, {"zones": ["high"]}],
    }
    shown = play_shift(shift_of(hall(), lines, rules=RULES), operations)
    assert shown.played.ending == "finished"
    picks = shown.works("pick")
    assert sorted((pick.order, pick.location) for pick in picks) == sorted(
        (order, location) for tour in lines for order, location, _ in tour
    )
    for one in picks:
        for other in picks:
            if one.order == other.order and one.location < "02" <= other.location:
                assert one.end_s <= other.start_s


def test_orders_and_buffers_are_for_pick_and_pass() -> None:
    with pytest.raises(ValidationError, match="pick-and-pass"):
        Zoning(buffer_orders=3)
