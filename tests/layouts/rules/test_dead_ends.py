"""How far an aisle leads into a dead end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from layouts.rules.dead_ends import dead_ends
from layouts.rules.limits import Limits
from spatial.facility import Level, Opening
from spatial.floor.agents import PICKER


@pytest.fixture
def comb(room: Any, rack: Any, aisle: Any, box: Any, door: Any) -> Any:
    """Two aisles of 2 m along rows from x = 4 towards the right wall at 20, joined at the left.

    A stack on the left has a way round it, so that who is there has a choice; the only door is at x = 2.
    """

    def drawn(*, gap: float = 0.0, stacks: tuple[Any, ...] = (), **more: Any) -> Any:
        rows = tuple(rack(4, y, 20 - gap, y + 1, name=f"R{k}") for k, y in enumerate((0.0, 3.0, 6.0)))
        aisles = tuple(aisle((4.0, y), (20.0 - gap, y), 2.0, name=n) for n, y in (("A1", 2.0), ("A2", 5.0)))
        island = box(1.2, 2.5, 2.8, 4.5, name="ISLAND")
        return room(20, 7, racks=rows, aisles=aisles, obstacles=(island, *stacks), doors=(door(2.0),), **more)

    return drawn


def ends(hall: Any, **limits: Any) -> dict[str, Any]:
    return {f.elements[0]: f for f in dead_ends(hall, [PICKER], Limits(**limits))}


def test_an_aisle_open_at_both_ends_is_none(comb: Any) -> None:
    assert [(f.value, f.verdict) for f in ends(comb(gap=2.0)).values()] == [(0.0, "pass"), (0.0, "pass")]


def test_a_closed_aisle_is_as_deep_as_the_lane_round_the_stack_is_far(comb: Any) -> None:
    # from the closed end at x = 20 to the lanes round the stack, half way between it (2.8) and the rows (4)
    for each in ends(comb()).values():
        assert each.value == pytest.approx(20 - 3.4, abs=0.4)
        assert each.verdict == "fail"


def test_a_longer_aisle_is_deeper_by_what_it_is_longer(comb: Any, box: Any) -> None:
    whole = ends(comb())["A1"].value
    shut = ends(comb(stacks=(box(15, 1, 16, 3, name="S"),)))
    assert shut["A1"].value == pytest.approx(whole - 5.0, abs=0.01)
    assert shut["A2"].value == pytest.approx(whole, abs=0.01)


def test_a_stack_in_the_middle_makes_two_dead_ends_of_an_open_aisle(comb: Any, box: Any) -> None:
    found = ends(comb(gap=2.0, stacks=(box(10, 1, 11, 3, name="S"),)))
    # the way round led through A1: A2 is now a dead end as far as the lane on the right, at x = 19, and the rest
    # of A1 lies behind it, back to the stack at x = 11; lanes cut the two bends
    assert found["A2"].value == pytest.approx(18 - 3.4, abs=0.4)
    assert found["A1"].value == pytest.approx(19 - 3.4 + 3 + 19 - 11 - 0.7, abs=0.4)


@pytest.mark.parametrize(
    ("spare", "kind", "verdict"),
    [
        (0.01, "planned", "pass"),
        (-0.01, "planned", "fail"),
        (0.09, "as_built", "cannot_decide"),
        (-0.09, "as_built", "cannot_decide"),
        (0.11, "as_built", "pass"),
        (-0.11, "as_built", "fail"),
    ],
)
def test_each_side_of_the_limit(spare: float, kind: str, verdict: str, comb: Any) -> None:
    hall = comb(kind=kind)
    limit = ends(hall)["A1"].value + spare
    assert ends(hall, dead_end_m=limit)["A1"].verdict == verdict


def test_an_exit_at_the_closed_end_leaves_a_choice(comb: Any) -> None:
    hall = comb()
    out = Opening(id="X2", kind="door", s0_m=1.5, s1_m=2.5, z0_m=0.0, z1_m=2.1)
    walls = (hall.walls[0], replace(hall.walls[1], openings=(out,)), *hall.walls[2:])
    found = ends(replace(hall, walls=walls))
    assert found["A1"].value == 0.0
    assert found["A2"].value > 15


def test_a_door_behind_a_row_opens_nothing(comb: Any) -> None:
    hall = comb()
    out = Opening(id="X2", kind="door", s0_m=11.5, s1_m=12.5, z0_m=0.0, z1_m=2.1)
    walls = (replace(hall.walls[0], openings=(*hall.walls[0].openings, out)), *hall.walls[1:])
    assert ends(replace(hall, walls=walls))["A1"].value == ends(hall)["A1"].value


def test_an_aisle_without_lanes_is_not_decided(comb: Any, box: Any) -> None:
    found = ends(comb(stacks=(box(4, 1, 20, 3, name="FULL"),)))["A1"]
    assert (found.value, found.verdict) == (None, "cannot_decide")


def test_without_a_way_round_and_without_an_exit_nothing_is_decided(room: Any, aisle: Any) -> None:
    hall = room(10, 2, aisles=(aisle((0.0, 1.0), (10.0, 1.0), 2.0),))
    assert [f.verdict for f in ends(hall).values()] == ["cannot_decide"]


def test_a_floor_that_was_not_seen_is_not_decided(comb: Any) -> None:
    hall = comb(levels=(Level(id="L0", elevation_m=0.0, outline=()),))
    assert [f.verdict for f in ends(hall).values()] == ["cannot_decide", "cannot_decide"]
