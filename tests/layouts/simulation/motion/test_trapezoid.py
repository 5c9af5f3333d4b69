"""Speed profiles: closed forms, an independent envelope integrated exactly, laws, one batch like its legs."""

from __future__ import annotations

import json
import math
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import shared_data

from layouts.simulation.motion.limits import Motion, motion_of
from layouts.simulation.motion.trapezoid import (
    Legs,
    leg_times,
    leg_times_at,
    rest_to_rest_s,
    times_along,
    times_at,
)
from layouts.simulation.motion.turns import corner_speeds
from spatial.floor.agents import FORKLIFT, MOBILE_ROBOT, PICKER, REACH_TRUCK

Floats = npt.NDArray[np.float64]

NO_LIMIT = np.inf
ROOT_OF_ROUNDING_S = 1e-6
"""From rest t = √(2 s / a): a place off by rounding, 1e-14 m, is late by up to this."""
TRUCK = Motion(speed_m_s=2.5, acceleration_m_s2=0.4, deceleration_m_s2=0.6)

lengths = st.one_of(st.just(0.0), st.floats(1e-6, 100.0))
shares = st.one_of(st.just(0.0), st.floats(1e-6, 1.0))
rates = st.one_of(st.just(math.inf), st.floats(0.1, 5.0))
motions = st.builds(
    Motion,
    speed_m_s=st.floats(0.3, 5.0),
    acceleration_m_s2=rates,
    deceleration_m_s2=rates,
    corner_speed_m_s=rates,
) | st.builds(
    Motion,
    speed_m_s=st.floats(0.3, 5.0),
    acceleration_m_s2=rates,
    deceleration_m_s2=rates,
    turn_s=st.floats(0.1, 5.0),
)
edges = st.lists(
    st.tuples(
        lengths,
        st.one_of(st.just(NO_LIMIT), st.floats(0.2, 6.0)),
        st.one_of(st.just(0.0), st.floats(0.0, math.pi)),
    ),
    min_size=1,
    max_size=6,
)


def columns(rows: list[tuple[float, float, float]]) -> tuple[Floats, Floats, Floats]:
    """Lengths, limits and inner turns of a drawn leg."""
    length, limit, turn = (np.array(column) for column in zip(*rows, strict=True))
    return length, limit, turn[1:]


def envelope_seconds(length: Floats, limit: Floats, turn: Floats, motion: Motion) -> float:
    """The time of the fastest profile: v² is the lowest of all lines through slow points, so ∫ ds / v is exact.

    Needs finite acceleration and deceleration.
    """
    limit = np.minimum(limit, motion.speed_m_s)
    place = np.concatenate(([0.0], np.cumsum(length)))
    inner = np.minimum(np.minimum(limit[1:], limit[:-1]), corner_speeds(turn, motion))
    slow = np.concatenate(([0.0], inner, [0.0])) ** 2
    seconds = 0.0
    for edge, (start, stop) in enumerate(pairwise(place.tolist())):
        if stop == start:
            continue
        up, down = 2 * motion.acceleration_m_s2, -2 * motion.deceleration_m_s2
        lines = [(0.0, limit[edge] ** 2)]
        lines += [(up, slow[j] - up * (place[j] - start)) for j in range(edge + 1)]
        lines += [(down, slow[j] - down * (place[j] - start)) for j in range(edge + 1, len(place))]
        meets = [(d - b) / (a - c) for (a, b), (c, d) in combinations(lines, 2) if a != c]
        at = np.unique([0.0, stop - start, *(x for x in meets if 0 < x < stop - start)])
        speed = np.sqrt(np.maximum(np.min([a * at + b for a, b in lines], axis=0), 0.0))
        both = speed[:-1] + speed[1:]
        seconds += float((2 * np.diff(at)[both > 0] / both[both > 0]).sum())
    return seconds


def test_every_published_trapezoid_is_met() -> None:
    folder = shared_data()
    if folder is None:
        pytest.skip("skipped: no shared data")
    rows = json.loads((folder / "congestion" / "travel.json").read_text(encoding="utf-8"))["trapezoid"]
    assert len(rows) == 15
    for row in rows:
        motion = Motion(speed_m_s=row["v"], acceleration_m_s2=row["acc"], deceleration_m_s2=row["dec"])
        assert float(rest_to_rest_s(row["d"], motion)) == pytest.approx(row["t"], rel=1e-11)
        along = times_along(np.array([row["d"]]), np.array([NO_LIMIT]), np.array([]), motion)
        assert along[1] == pytest.approx(row["t"], rel=1e-11)


def test_a_long_way_is_a_trapezoid_and_a_short_one_a_triangle() -> None:
    # 2.5 m/s takes 6.25 s and 7.8125 m to reach, 25/6 s and 125/24 m to lose
    assert float(rest_to_rest_s(50.0, TRUCK)) == pytest.approx(6.25 + 25 / 6 + (50 - 7.8125 - 125 / 24) / 2.5)
    assert float(rest_to_rest_s(1.2, TRUCK)) == pytest.approx(math.sqrt(2 * 1.2 * (1 / 0.4 + 1 / 0.6)))
    assert rest_to_rest_s([], TRUCK).shape == (0,)
    assert float(rest_to_rest_s(0.0, TRUCK)) == 0.0


def test_a_corner_is_passed_at_its_speed() -> None:
    motion = Motion(speed_m_s=9.0, acceleration_m_s2=0.5, deceleration_m_s2=0.5, corner_speed_m_s=1.0)
    # to 1 m/s at the corner: 0 → p → 1 over 8.5 m with p² = (2 · 8.5 · 0.5 + 1) / 2 = 4.75, and back alike
    half = (math.sqrt(4.75) + math.sqrt(4.75) - 1.0) / 0.5
    times = times_along(np.array([8.5, 8.5]), np.full(2, NO_LIMIT), np.array([math.pi / 2]), motion)
    assert times == pytest.approx([0.0, half, 2 * half])


def test_turning_on_the_spot_stops_and_takes_its_time() -> None:
    motion = Motion(speed_m_s=1.5, acceleration_m_s2=0.5, deceleration_m_s2=0.5, turn_s=2.0)
    first, second = rest_to_rest_s([7.0, 3.0], motion)
    times = times_along(np.array([7.0, 3.0]), np.full(2, NO_LIMIT), np.array([math.pi]), motion)
    assert times == pytest.approx([0.0, first, first + 4.0 + second])
    inside = times_at(
        np.array([7.0, 7.25]), np.array([7.0, 3.0]), np.full(2, NO_LIMIT), np.array([math.pi]), motion
    )
    assert inside == pytest.approx([first, first + 4.0 + 1.0])  # ½ · 0.5 · 1² = 0.25 m


def test_a_bend_is_steered_through_by_one_that_turns_on_the_spot() -> None:
    motion = motion_of(MOBILE_ROBOT)
    bent = times_along(np.array([7.0, 3.0]), np.full(2, NO_LIMIT), np.array([math.radians(10)]), motion)
    assert bent[-1] == pytest.approx(float(rest_to_rest_s(10.0, motion)))


def test_a_speed_limit_is_kept_from_its_first_metre_to_its_last() -> None:
    motion = Motion(speed_m_s=2.0, acceleration_m_s2=0.5, deceleration_m_s2=1.0)
    # 2 m/s after 4 s and 4 m; down to 1 m/s in 1 s and 1.5 m; 6 m at 1 m/s; up in 2 s and 3 m; down in 2 s and 2 m
    times = times_along(np.array([9.5, 6.0, 9.0]), np.array([NO_LIMIT, 1.0, NO_LIMIT]), np.zeros(2), motion)
    assert times == pytest.approx([0.0, 4 + 2 + 1, 13.0, 13 + 2 + 2 + 2])


def test_the_first_turn_of_a_leg_is_made_at_rest() -> None:
    legs = Legs(
        offsets=np.array([0, 1]),
        length_m=np.array([5.0]),
        limit_m_s=np.array([NO_LIMIT]),
        turn_rad=np.array([math.pi / 2]),
    )
    for agent, extra in ((MOBILE_ROBOT, 2.0), (REACH_TRUCK, 0.0), (PICKER, 0.0)):
        motion = motion_of(agent)
        assert leg_times(legs, motion)[1] == pytest.approx(float(rest_to_rest_s(5.0, motion)) + extra)


def test_a_loaded_truck_is_slower_and_a_picker_is_not() -> None:
    assert motion_of(FORKLIFT, loaded=True).speed_m_s == FORKLIFT.loaded_speed_m_s
    assert motion_of(PICKER, loaded=True) == motion_of(PICKER)
    assert motion_of(PICKER) == Motion(speed_m_s=PICKER.speed_m_s)


@settings(deadline=None)
@given(rows=edges, motion=motions.filter(lambda m: math.isfinite(m.acceleration_m_s2 + m.deceleration_m_s2)))
def test_no_profile_within_the_limits_is_faster(
    rows: list[tuple[float, float, float]], motion: Motion
) -> None:
    length, limit, turn = columns(rows)
    standing = sum(motion.turn_s * a / (math.pi / 2) for a in turn if a > math.radians(15))
    expected = envelope_seconds(length, limit, turn, motion) + standing
    assert times_along(length, limit, turn, motion)[-1] == pytest.approx(expected, abs=ROOT_OF_ROUNDING_S)


@settings(deadline=None)
@given(rows=edges, speed=st.floats(0.3, 5.0), turn_s=st.floats(0.0, 5.0))
def test_without_acceleration_it_is_length_by_speed_and_turns(
    rows: list[tuple[float, float, float]], speed: float, turn_s: float
) -> None:
    length, limit, turn = columns(rows)
    seconds = length / np.minimum(limit, speed)
    seconds[1:] += np.where(turn > math.radians(15), turn_s * turn / (math.pi / 2), 0.0)
    times = times_along(length, limit, turn, Motion(speed_m_s=speed, turn_s=turn_s))
    assert times == pytest.approx(np.concatenate(([0.0], np.cumsum(seconds))))


@settings(deadline=None)
@given(rows=edges, motion=motions)
def test_time_grows_with_place_and_never_outruns_the_speed(
    rows: list[tuple[float, float, float]], motion: Motion
) -> None:
    length, limit, turn = columns(rows)
    at = np.linspace(0.0, length.sum(), 41)
    times = times_at(at, length, limit, turn, motion)
    assert times[0] == 0.0
    assert (np.diff(times) >= np.diff(at) / motion.speed_m_s - ROOT_OF_ROUNDING_S).all()
    places = np.concatenate(([0.0], np.cumsum(length)))
    distinct = np.concatenate(([True], length > 0))
    at_vertices, arrivals = (
        times_at(places, length, limit, turn, motion),
        times_along(length, limit, turn, motion),
    )
    assert at_vertices[distinct] == pytest.approx(arrivals[distinct])
    assert (np.diff(arrivals) >= 0).all()
    assert (at_vertices <= arrivals).all()


@settings(deadline=None)
@given(rows=edges, motion=motions, which=st.integers(0, 5), share=shares)
def test_a_vertex_on_a_straight_edge_changes_nothing(
    rows: list[tuple[float, float, float]], motion: Motion, which: int, share: float
) -> None:
    length, limit, turn = columns(rows)
    edge = which % len(length)
    whole = times_along(length, limit, turn, motion)
    part = share * length[edge]
    parts = np.concatenate((length[:edge], [part, length[edge] - part], length[edge + 1 :]))
    split = times_along(parts, np.insert(limit, edge, limit[edge]), np.insert(turn, edge, 0.0), motion)
    assert np.delete(split, edge + 1) == pytest.approx(whole, rel=1e-9, abs=1e-9)
    if length[edge] > 0 and part > 0:
        place = np.array([length[:edge].sum() + part])
        assert split[edge + 1] == pytest.approx(
            times_at(place, length, limit, turn, motion)[0], abs=ROOT_OF_ROUNDING_S
        )


@settings(deadline=None)
@given(rows=edges, motion=motions)
def test_the_way_back_with_brake_and_drive_exchanged_takes_as_long(
    rows: list[tuple[float, float, float]], motion: Motion
) -> None:
    length, limit, turn = columns(rows)
    back = Motion(
        speed_m_s=motion.speed_m_s,
        acceleration_m_s2=motion.deceleration_m_s2,
        deceleration_m_s2=motion.acceleration_m_s2,
        corner_speed_m_s=motion.corner_speed_m_s,
        turn_s=motion.turn_s,
    )
    there = times_along(length, limit, turn, motion)[-1]
    assert times_along(length[::-1], limit[::-1], turn[::-1], back)[-1] == pytest.approx(there, rel=1e-9)


@given(motion=motions, near=lengths, more=lengths)
def test_farther_takes_longer_and_a_stop_costs_time(motion: Motion, near: float, more: float) -> None:
    first, second, whole = rest_to_rest_s([near, more, near + more], motion)
    assert first <= whole <= (first + second) * (1 + 1e-12)
    assert whole >= (near + more) / motion.speed_m_s * (1 - 1e-12)


@settings(max_examples=30, deadline=None)
@given(batch=st.lists(edges | st.just([]), max_size=6), motion=motions)
def test_a_batch_is_its_legs_one_by_one(
    batch: list[list[tuple[float, float, float]]], motion: Motion
) -> None:
    rows = np.array([row for rows in batch for row in rows]).reshape(-1, 3)
    offsets = np.cumsum([0, *map(len, batch)])
    legs = Legs(offsets=offsets, length_m=rows[:, 0], limit_m_s=rows[:, 1], turn_rad=rows[:, 2])
    totals = [sum(row[0] for row in rows) for rows in batch]
    at = np.array([[total, 0.0, total / 3] for total in totals]).ravel()
    times, inside = leg_times(legs, motion), leg_times_at(legs, motion, 3 * np.arange(len(batch) + 1), at)
    for leg, total in enumerate(totals):
        part = slice(offsets[leg], offsets[leg + 1])
        alone = Legs(
            offsets=np.array([0, len(batch[leg])]),
            length_m=rows[part, 0],
            limit_m_s=rows[part, 1],
            turn_rad=rows[part, 2],
        )
        own = times[offsets[leg] + leg : offsets[leg + 1] + leg + 1]
        assert own.tolist() == leg_times(alone, motion).tolist()
        queries = np.array([total, 0.0, total / 3])
        answers = leg_times_at(alone, motion, np.array([0, 3]), queries)
        assert inside[3 * leg : 3 * leg + 3].tolist() == answers.tolist()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("offsets", np.array([0, 3]), "offsets must rise from 0 to 2"),
        ("offsets", np.array([0, 2, 1, 2]), "offsets must rise"),
        ("length_m", np.array([1.0, -1.0]), "length_m must be finite and at least 0"),
        ("limit_m_s", np.array([1.0, 0.0]), "limit_m_s must be above 0"),
        ("limit_m_s", np.array([1.0]), r"limit_m_s has shape \(1,\): \(2,\) is needed"),
        ("turn_rad", np.array([0.0, 4.0]), r"turn_rad must be in \[0, π\]"),
    ],
)
def test_legs_that_are_none_are_refused(field: str, value: Floats, message: str) -> None:
    fine = {
        "offsets": np.array([0, 2]),
        "length_m": np.ones(2),
        "limit_m_s": np.ones(2),
        "turn_rad": np.zeros(2),
    }
    with pytest.raises(ValueError, match=message):
        Legs(**{**fine, field: value})


def test_places_off_their_leg_are_refused() -> None:
    length, limit = np.array([2.0]), np.array([NO_LIMIT])
    with pytest.raises(ValueError, match=r"at_m 2\.1 is not on its leg of 2\.0 m"):
        times_at(np.array([1.0, 2.1]), length, limit, np.array([]), TRUCK)
    with pytest.raises(ValueError, match="turn_rad has 1 entries"):
        times_along(length, limit, np.array([0.0]), TRUCK)
    with pytest.raises(ValueError, match="distance_m must be finite and at least 0"):
        rest_to_rest_s(-1.0, TRUCK)
    legs = Legs(offsets=np.array([0, 1]), length_m=length, limit_m_s=limit, turn_rad=np.zeros(1))
    with pytest.raises(ValueError, match="at_offsets has 3 entries: 2 are needed"):
        leg_times_at(legs, TRUCK, np.array([0, 1, 1]), np.ones(1))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"speed_m_s": 0.0}, r"speed_m_s 0\.0 must be above 0"),
        ({"speed_m_s": math.inf}, "speed_m_s must be finite"),
        ({"speed_m_s": 1.0, "acceleration_m_s2": math.nan}, "acceleration_m_s2 nan must be above 0"),
        ({"speed_m_s": 1.0, "turn_s": -1.0}, r"turn_s -1\.0 must be a number of at least 0"),
        ({"speed_m_s": 1.0, "turn_s": 1.0, "corner_speed_m_s": 1.0}, "two ways round a corner"),
    ],
)
def test_motion_that_cannot_be_is_refused(fields: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Motion(**fields)
