"""What one station alone saw may have gone by: it is neither new for sure nor does it block an aisle for sure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from scans.deviation.finding import Finding
from scans.deviation.plan_against_scan import plan_against_scan
from scans.deviation.seen_points import SeenPoints
from spatial.facility import Facility, Obstacle

BOX = (6.0, 5.1, 0.8, 1.9, 1.0)
"""Across the aisle between the rows."""


@pytest.fixture(scope="module")
def found(
    hall_of: Callable[..., Facility], scan_of: Callable[..., SeenPoints], stack: Callable[..., Obstacle]
) -> Callable[[tuple[int, ...]], dict[str, list[Finding]]]:
    """`found(stations)`: what a scan from some of the four stations tells of a box that the plan does not know."""
    plan = hall_of()
    seen = scan_of(replace(plan, obstacles=(stack("X", *BOX),)))

    def run(stations: tuple[int, ...]) -> dict[str, list[Finding]]:
        kept = np.isin(seen.station, stations)
        eyes = {number: seen.eyes[number] for number in stations}
        told = plan_against_scan(plan, SeenPoints.of(seen.points[kept], seen.station[kept], eyes))
        return {
            name: [one for one in told if one.type == name] for name in ("obstacle_added", "aisle_blocked")
        }

    return run


def test_what_two_stations_saw_stands_there(
    found: Callable[[tuple[int, ...]], dict[str, list[Finding]]],
) -> None:
    told = found((1, 2))
    assert [one.verdict for one in told["obstacle_added"]] == ["fail"]
    assert [one.verdict for one in told["aisle_blocked"]] == ["fail"]


def test_what_one_station_saw_cannot_be_decided(
    found: Callable[[tuple[int, ...]], dict[str, list[Finding]]],
) -> None:
    told = found((2,))
    assert {one.verdict for one in told["obstacle_added"]} == {"cannot_decide"}
    assert [one.verdict for one in told["aisle_blocked"]] == ["cannot_decide"]
    assert "gone by" in told["aisle_blocked"][0].text
