"""Exits are doors in walls, wide and high enough."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from layouts.rules.exits import exit_doors, exits_of
from layouts.rules.limits import DEFAULT_LIMITS, Limits
from spatial.facility import Wall
from spatial.floor.agents import PICKER


def test_an_exit_is_in_the_middle_of_its_door(room: Any, door: Any) -> None:
    doors = (door(2.0), door(6.0, 3.0, kind="dock_door", name="D1"))
    assert [(each.door.id, each.at) for each in exits_of(room(doors=doors), DEFAULT_LIMITS)] == [
        ("X1", (2.0, 0.0))
    ]
    both = exits_of(room(doors=doors), Limits(exit_kinds=("door", "dock_door")))
    assert [each.door.id for each in both] == ["X1", "D1"]


@pytest.mark.parametrize(
    ("width", "high", "sigma", "verdicts"),
    [
        (0.9, 1.95, 0.0, ["pass", "pass"]),
        (0.89, 1.94, 0.0, ["fail", "fail"]),
        (0.92, 1.92, 0.02, ["cannot_decide", "cannot_decide"]),
        (1.0, 1.8, 0.02, ["pass", "fail"]),
    ],
)
def test_a_door_on_each_side_of_its_limits(
    width: float, high: float, sigma: float, verdicts: list[str], room: Any, door: Any
) -> None:
    hall = room(doors=(door(5.0, width, high=high),), sigma_m=sigma)
    assert [f.verdict for f in exit_doors(hall, [PICKER], DEFAULT_LIMITS)] == verdicts


def test_a_door_between_two_rooms_of_a_level_leads_nowhere_out(room: Any, door: Any) -> None:
    inner = Wall(
        id="INNER", level="L0", p0=(0.0, 4.0), p1=(10.0, 4.0), height_m=6.0, openings=(door(5.0, name="X2"),)
    )
    hall = room(doors=(door(2.0),))
    both = replace(hall, walls=(*hall.walls, inner))
    assert [each.door.id for each in exits_of(both, DEFAULT_LIMITS)] == ["X1"]
