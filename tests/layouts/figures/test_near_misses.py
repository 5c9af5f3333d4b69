"""Near misses of a vehicle, in cases small enough to draw."""

from __future__ import annotations

import pytest

from layouts.figures.near_misses import count_near_misses, near_misses
from layouts.figures.window import Window
from layouts.kpis import kpis, kpis_dict
from layouts.run import AisleFloor, Event, Run

Path = tuple[tuple[float, float], ...]


def event(agent: str, kind: str, start_s: float, end_s: float, *path: tuple[float, float]) -> Event:
    return Event(seq=0, agent=agent, kind=kind, start_s=start_s, end_s=end_s, level="L0", path=path)  # type: ignore[arg-type]


def run(*events: Event, duration_s: float = 60.0) -> Run:
    return Run(
        id="R", kind="simulated", agents=("V", "W", "P"), duration_s=duration_s, events=events,
        aisles={"01": AisleFloor("L0", (0.0, 0.0), (20.0, 0.0), 3.0)},
    )  # fmt: skip


def total(*events: Event, near_m: float = 1.0) -> int:
    shift = run(*events)
    return len(near_misses(shift, Window.of(shift), vehicles={"V", "W"}, near_m=near_m).at_s)


EAST = event("V", "move", 0.0, 10.0, (0.0, 0.0), (20.0, 0.0))


@pytest.mark.parametrize(("beside_m", "near"), [(0.9, 1), (1.1, 0)])
def test_two_that_meet_have_one_near_miss_if_they_are_near_enough(beside_m: float, near: int) -> None:
    assert total(EAST, event("P", "move", 0.0, 10.0, (20.0, beside_m), (0.0, beside_m))) == near


@pytest.mark.parametrize(("later_s", "near"), [(0.5, 1), (1.5, 1), (3.5, 0)])
def test_who_crosses_a_path_after_a_vehicle_has_one_if_it_is_soon(later_s: float, near: int) -> None:
    """The vehicle is at x = 10 at 5 s; the walker is there `later_s` after."""
    crossing = event("P", "move", later_s, 10.0 + later_s, (10.0, -5.0), (10.0, 5.0))
    assert total(EAST, crossing) == near


def test_passing_one_who_picks_is_one_but_not_one_who_is_off_the_floor() -> None:
    assert total(EAST, event("P", "pick", 0.0, 10.0, (10.0, 0.5))) == 1
    for kind in ("pack", "break", "drop"):
        assert total(EAST, event("P", kind, 0.0, 10.0, (10.0, 0.5))) == 0


def test_two_that_creep_or_two_that_walk_have_none() -> None:
    creep = event("V", "move", 0.0, 10.0, (0.0, 0.0), (2.0, 0.0))
    assert total(creep, event("P", "pick", 0.0, 10.0, (1.0, 0.5))) == 0
    shift = run(EAST, event("P", "move", 0.0, 10.0, (20.0, 0.0), (0.0, 0.0)))
    assert len(near_misses(shift, Window.of(shift), vehicles=set()).at_s) == 0


def test_who_stops_and_waits_stops_in_time() -> None:
    face = (20.0, 0.0)
    picks = event("P", "pick", 0.0, 14.0, face)
    leaves = event("P", "move", 14.0, 20.0, face, (30.0, 0.0))
    assert (
        total(EAST, event("V", "wait", 10.0, 14.0, face), picks, leaves, event("V", "pick", 14.0, 30.0, face))
        == 0
    )
    assert total(EAST, picks) == 1


def test_meeting_again_later_is_another_one() -> None:
    west = event("V", "move", 15.0, 25.0, (20.0, 0.0), (0.0, 0.0))
    assert total(EAST, west, event("P", "pick", 0.0, 60.0, (10.0, 0.5))) == 2


def test_they_are_counted_by_aisle_and_pair() -> None:
    shift = run(
        EAST,
        event("W", "move", 20.0, 30.0, (15.0, -9.0), (15.0, 9.0)),
        event("P", "pick", 0.0, 15.0, (10.0, 0.5)),
        event("P", "pick", 15.0, 60.0, (15.0, 8.0)),
    )
    counts = count_near_misses(near_misses(shift, Window.of(shift), vehicles={"V", "W"}))
    assert counts == (2, {"01": 1}, {"V": {"P": 1}, "W": {"P": 1}})
    assert kpis_dict(kpis(shift, vehicles=["V", "W"]))["near_misses"]["total"] == 2
    assert kpis(shift).near_misses is None
    assert kpis(shift, vehicles=["V", "W"], warm_up_s=10.0).near_misses == (1, {}, {"W": {"P": 1}})


def test_a_vehicle_must_be_an_agent_and_near_a_distance() -> None:
    shift = run(EAST)
    with pytest.raises(ValueError, match="vehicle 'X' is no agent"):
        near_misses(shift, Window.of(shift), vehicles={"V", "X"})
    with pytest.raises(ValueError, match=r"near_m 0\.0 must be above 0"):
        near_misses(shift, Window.of(shift), vehicles={"V"}, near_m=0.0)
