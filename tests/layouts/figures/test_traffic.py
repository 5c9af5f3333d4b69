"""Agents count in an aisle while they are between its mouths, to the second."""

from __future__ import annotations

import numpy as np
import pytest

from layouts.figures.traffic import aisles_at
from layouts.kpis import kpis
from layouts.run import AisleFloor, Event, Run
from spatial.facility import Aisle

AISLES = {
    "01": AisleFloor("L0", (0.0, 0.0), (0.0, 10.0), 2.0),
    "02": AisleFloor("L0", (5.0, 0.0), (5.0, 10.0), 2.0),
}


def event(
    agent: str, kind: str, start_s: float, end_s: float, *path: tuple[float, float], level: str = "L0"
) -> Event:
    return Event(seq=0, agent=agent, kind=kind, start_s=start_s, end_s=end_s, level=level, path=path)  # type: ignore[arg-type]


def run(*events: Event) -> Run:
    return Run(id="R", kind="simulated", agents=("A", "B"), duration_s=20.0, events=events, aisles=AISLES)


def test_who_goes_from_one_aisle_to_the_other_is_in_each_for_its_length() -> None:
    walk = event("A", "move", 0.0, 12.5, (0.0, 10.0), (0.0, -2.0), (5.0, -2.0), (5.0, 6.0))  # at 2 m/s
    figures = kpis(run(walk)).traffic
    assert figures["01"].mean == pytest.approx(5.0 / 20.0)
    assert figures["02"].mean == pytest.approx(3.0 / 20.0)
    assert [figures[name].peak for name in AISLES] == [1, 1]
    assert figures["01"].mean_per_m == pytest.approx(0.25 / 10.0)
    assert figures["01"].peak_per_m == pytest.approx(0.1)


def test_who_goes_past_the_mouths_along_the_cross_aisle_is_in_none() -> None:
    figures = kpis(run(event("A", "move", 0.0, 10.0, (-5.0, 0.0), (10.0, 0.0)))).traffic
    assert [figures[name].mean for name in AISLES] == [0.0, 0.0]


def test_all_agents_count_whatever_they_do_there_but_once_each() -> None:
    figures = kpis(
        run(
            event("A", "move", 0.0, 5.0, (0.0, -5.0), (0.0, 5.0)),
            event("A", "pick", 5.0, 9.0, (0.0, 5.0)),
            event("A", "move", 9.0, 11.0, (0.0, 5.0), (0.0, 9.0)),
            event("B", "wait", 2.0, 4.0, (0.5, 5.0)),
        )
    ).traffic
    assert figures["01"].peak == 2
    assert figures["01"].mean == pytest.approx((2.5 + 4.0 + 2.0 + 2.0) / 20.0)


def test_in_total_all_aisles_count_by_metre_of_all() -> None:
    walk = event("A", "move", 0.0, 12.5, (0.0, 10.0), (0.0, -2.0), (5.0, -2.0), (5.0, 6.0))  # at 2 m/s
    stand = event("B", "pick", 4.0, 10.0, (5.0, 5.0))  # A is in "02" from 9.5
    total = kpis(run(walk, stand)).total_traffic
    assert total == (pytest.approx(14.0 / 20.0), 2, pytest.approx(0.7 / 20.0), pytest.approx(2.0 / 20.0))
    assert kpis(Run(id="R", kind="simulated", agents=(), duration_s=9.0, events=())).total_traffic is None


def test_another_level_has_other_aisles() -> None:
    assert kpis(run(event("A", "pick", 0.0, 5.0, (0.0, 5.0), level="L1"))).traffic["01"].mean == 0.0


def test_points_lie_in_their_aisle_or_in_none() -> None:
    shift = run(event("A", "pick", 0.0, 5.0, (0.0, 5.0)))
    at = np.array([(0.9, 9.9), (1.1, 5.0), (5.0, 0.1), (5.0, -0.1)])
    assert aisles_at(shift, np.zeros(4, np.int64), at).tolist() == [0, -1, 1, -1]


def test_the_floor_of_an_aisle_is_that_of_the_facility() -> None:
    aisle = Aisle(id="01", level="L0", p0=(0.0, 0.0), p1=(0.0, 10.0), clear_width_m=2.0)
    assert AisleFloor.of(aisle) == AISLES["01"]


def test_an_aisle_without_a_floor_is_refused() -> None:
    flat = Run(
        id="R", kind="simulated", agents=("A",), duration_s=9.0, events=(event("A", "pick", 0, 1, (0, 0)),),
        aisles={"01": AisleFloor("L0", (0.0, 0.0), (0.0, 10.0), 0.0)},
    )  # fmt: skip
    with pytest.raises(ValueError, match="has no floor: give two mouths and a width above 0"):
        kpis(flat)
