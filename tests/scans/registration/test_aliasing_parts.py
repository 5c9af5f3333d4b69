"""The parts of the aliasing guard against what theory says: pitches, votes and their rates, known points, sight."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import binom

from scans.registration.alias_evidence import ASTRAY, KINDS, PATCH_M, lone_votes, votes, weighed
from scans.registration.alias_kinds import kinds_from_facility
from scans.registration.alias_rows import RowDirection, bay_steps, rows_from_facility
from scans.registration.alias_sight import FREE, SURFACE, UNSEEN, PosedPoints, Seen
from scans.registration.known_points import KnownPoint, known_evidence
from spatial.poses import pose_from_xyz_yaw

ALPHA = 1e-4
RACK, LOAD, WALL, COLUMN = (KINDS.index(kind) for kind in ("rack", "load", "wall", "column"))


def test_pitches_of_a_facility_are_told_apart(aisle_hall: Callable[..., Any]) -> None:
    (row,) = rows_from_facility(aisle_hall(widths_m=(2.7, 3.6, 2.7, 1.3)).facility())
    assert row.yaw_rad == pytest.approx(math.radians(17.0))
    assert row.pitches_m == pytest.approx((1.4, 2.8, 3.7))
    assert rows_from_facility(aisle_hall(rows=0).facility()) == ()


def test_steps_are_all_sums_of_one_and_two_bays_once() -> None:
    steps = bay_steps([RowDirection(0.0, (1.4, 2.8, 3.7))])
    forth = [(step.bays, round(step.distance_m, 3)) for step in steps if step.bays > 0]
    assert forth == [(1, 1.4), (1, 2.8), (1, 3.7), (2, 4.2), (2, 5.1), (2, 5.6), (2, 6.5), (2, 7.4)]
    back = next(step for step in bay_steps([RowDirection(math.pi / 2, (2.8,))]) if step.bays == -2)
    np.testing.assert_allclose(back.offset, [0.0, -5.6, 0.0], atol=1e-12)
    with pytest.raises(ValueError, match="each above 0 m"):
        RowDirection(0.0, (0.0,))


def _accepted(kind: Any, n: int, for_pose: float) -> float:
    """How often n votes, each for the pose with that chance, are enough: the exact sum over all outcomes."""
    return sum(
        float(binom.pmf(pro, n, for_pose))
        for pro in range(n + 1)
        for told in weighed({KINDS.index(kind): (pro, n - pro)}, loads_count=True)
        if told.log_ratio >= -math.log(ALPHA)
    )


@pytest.mark.parametrize("kind", ASTRAY)
def test_a_false_pose_is_accepted_no_more_often_than_stated(kind: Any) -> None:
    """Wald: the chance that a ratio of likelihoods gets to A is at most 1 / A."""
    assert max(_accepted(kind, n, ASTRAY[kind]) for n in range(1, 200)) <= ALPHA


@pytest.mark.parametrize("kind", ["rack", "load", "obstacle", "surface"])
def test_votes_at_random_are_accepted_no_more_often_than_stated(kind: Any) -> None:
    """Those of restocked loads speak for either pose alike."""
    assert max(_accepted(kind, n, 0.5) for n in range(1, 200)) <= ALPHA


@pytest.mark.parametrize("kind", ASTRAY)
def test_the_right_pose_is_accepted_where_fifty_votes_tell(kind: Any) -> None:
    assert _accepted(kind, 50, 1 - ASTRAY[kind] / 2) > (0.9 if kind != "obstacle" else 0.5)


def test_loads_are_told_and_do_not_count_unless_asked() -> None:
    (told,) = weighed({LOAD: (50, 0)}, loads_count=False)
    assert (told.for_pose, told.log_ratio) == (50, 0.0)
    assert "moved" in told.note
    assert weighed({LOAD: (50, 0)}, loads_count=True)[0].log_ratio == pytest.approx(50 * math.log(1.8))


def test_votes_against_the_pose_always_count() -> None:
    assert weighed({RACK: (30, 50)}, loads_count=True)[0].log_ratio == pytest.approx(-20 * math.log(9))
    (told,) = weighed({RACK: (50, 30)}, loads_count=True)
    assert (told.log_ratio, told.note) == (0.0, "it contradicts itself: it may be chance")


def _patch(i: int, count: int = 20) -> npt.NDArray[np.float64]:
    """Points (count, 3) in the i-th square of the plan."""
    z = np.linspace(0.5, 3.0, count)
    return np.column_stack([np.full(count, (i + 0.5) * PATCH_M), np.full(count, 0.1), z])


def test_a_patch_is_one_vote_and_only_contradictions_tell() -> None:
    of = {"surface": SURFACE, "free": FREE, "unseen": UNSEEN}
    for first, second in itertools.product(of, of):
        places = np.vstack([_patch(0), _patch(3)])
        kind = np.full(len(places), RACK, np.int8)
        states = (np.full(len(places), of[first]), np.full(len(places), of[second]))
        expected = {("surface", "free"): {RACK: (2, 0)}, ("free", "surface"): {RACK: (0, 2)}}
        assert votes(places, kind, *states) == expected.get((first, second), {})


def test_a_patch_whose_points_do_not_agree_has_no_vote() -> None:
    places, kind = _patch(0), np.full(20, RACK, np.int8)
    first = np.where(np.arange(20) < 10, SURFACE, FREE)
    second = np.where(np.arange(20) < 10, FREE, SURFACE)
    assert votes(places, kind, first, second) == {}
    few = np.where(np.arange(20) < 3, SURFACE, UNSEEN)
    assert votes(places, kind, few, np.full(20, FREE)) == {}


def test_that_a_wall_coincides_is_one_fact() -> None:
    places = np.vstack([_patch(i) for i in range(30)])
    yes, no = np.ones(len(places), np.bool_), np.zeros(len(places), np.bool_)
    assert lone_votes(places, np.full(len(places), WALL, np.int8), yes, no) == {WALL: (4, 0)}


def test_a_known_point_decides_as_its_density_says() -> None:
    here = KnownPoint("P", moving=(1.0, 2.0, 0.0), fixed=(1.0, 2.0, 0.0), sigma_m=0.01)
    there = pose_from_xyz_yaw(2.8, 0.0, 0.0, 0.0)
    (told,) = known_evidence([here], np.eye(4), there)
    density = 0.999 / (math.hypot(0.01, 0.02) * math.sqrt(2 * math.pi)) ** 3
    assert told.log_ratio == pytest.approx(math.log(density / (1e-3 / 200.0) + 1.0), rel=1e-6)
    assert known_evidence([here], there, np.eye(4))[0].log_ratio == pytest.approx(-told.log_ratio)
    assert known_evidence([], np.eye(4), there) == []
    with pytest.raises(ValueError, match="sigma_m 0 of 'P'"):
        KnownPoint("P", moving=(0, 0, 0), fixed=(0, 0, 0), sigma_m=0)


def test_a_mistaken_known_point_says_nothing() -> None:
    wrong = KnownPoint("P", moving=(40.0, 2.0, 0.0), fixed=(1.0, 2.0, 0.0))
    (told,) = known_evidence([wrong], np.eye(4), pose_from_xyz_yaw(2.8, 0.0, 0.0, 0.0))
    assert told.log_ratio == pytest.approx(0.0, abs=1e-9)


def test_free_is_where_beams_passed_and_nowhere_else() -> None:
    """A wall at x = 5 seen from the origin: free before it, unseen behind it and beside it."""
    y, z = np.meshgrid(np.linspace(-2, 2, 161), np.linspace(-1, 1, 81))
    wall = np.column_stack([np.full(y.size, 5.0), y.ravel(), z.ravel()])
    side = PosedPoints(wall, np.zeros(len(wall), np.int32), {0: np.zeros(3)})
    seen = Seen(side, wall, 0.09)
    places = np.array([[2.5, 0.1, 0.1], [5.02, 0.3, 0.2], [7.0, 0.0, 0.0], [0.0, 3.0, 0.0], [4.92, 0.0, 0.0]])
    assert seen.at(places).tolist() == [FREE, SURFACE, UNSEEN, UNSEEN, SURFACE]
    blind = Seen(PosedPoints(wall), wall, 0.09)
    assert blind.at(places).tolist() == [UNSEEN, SURFACE, UNSEEN, UNSEEN, SURFACE]


def test_a_side_without_stations_for_its_eyes_is_refused() -> None:
    with pytest.raises(ValueError, match="1 eyes without a station"):
        PosedPoints(np.zeros((2, 3)), eyes={0: np.zeros(3)})
    with pytest.raises(ValueError, match="no finite"):
        PosedPoints(np.full((2, 3), np.nan))


def test_kinds_are_named_by_place(aisle_hall: Callable[..., Any]) -> None:
    hall = aisle_hall(columns=((12.0, 4.4),))
    name = kinds_from_facility(hall.facility())
    at = [(12.1, 4.4), (0.1, 4.0), (4.05, 2.1), (5.5, 2.5), (5.5, 2.5), (9.0, 4.4)]
    z = [3.0, 2.0, 2.5, 1.45, 2.2, 1.0]
    places = np.array([(*hall.place(*xy), h) for xy, h in zip(at, z, strict=True)])
    named = [KINDS[kind] for kind in name(places)]
    assert named == ["column", "wall", "rack", "rack", "load", "obstacle"]
