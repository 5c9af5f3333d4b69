"""What beams tell of a place: counted where their geometry says, and unseen where none went."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scans.recognition.places.contents import Beams, Looks, beams_of, content_of, look_through
from scans.recognition.places.place_grid import PlaceGrid, place_grid, positions_in
from spatial.facility import Bay, Obstacle, Rack, Tier
from spatial.locations import location_box, world_from_rack
from spatial.poses import Matrix4, transform_points

POSITIONS = 3
EYE_M = 3.0  # before the face, in the aisle
ACROSS = np.array([0.0, EYE_M, 0.0])
ENOUGH = 12  # beams that must enter a place's middle before anything is said of it

Points = npt.NDArray[np.float64]


ROW_START_M, ROW_Y_M = 3.0, 4.0
SCANNER = (5.0, 1.5)
SCREEN = (
    1.0,
    9.0,
    3.2,
    3.6,
)  # x0, x1, y0, y1 in the hall whose row fills x from 3.0 to 11.5 m, y from 4.0 to 5.1 m
SCREEN_M = 1.6  # as high as the scanner


def rack(
    yaw_rad: float = 0.0, center: tuple[float, float] = (0.0, 0.0), *, faces: tuple[int, ...] = (-1,)
) -> Rack:
    """Two bays of 2.7 m and two tiers; its −v side faces an aisle."""
    return Rack(
        id="R1",
        level="L0",
        kind="pallet_rack",
        center=center,
        base_z_m=0.2,
        yaw_rad=yaw_rad,
        length_m=5.7,
        depth_m=1.1,
        height_m=4.2,
        bays=(Bay(offset_m=0.1, width_m=2.7), Bay(offset_m=2.9, width_m=2.7)),
        tiers=(Tier(z_m=1.5, beam_height_m=0.12), Tier(z_m=3.0, beam_height_m=0.12)),
        faces=faces,
    )


def rack_from_world(row: Rack) -> Matrix4:
    return np.linalg.inv(world_from_rack(row)).astype(np.float64)


def grid_of(row: Rack) -> PlaceGrid:
    return place_grid(row, [POSITIONS] * len(row.bays))


def look(row: Rack, eye: npt.ArrayLike | None, ends: npt.ArrayLike) -> Looks:
    """Looks of beams given in the row's own frame."""
    pose = world_from_rack(row)
    world_eye = None if eye is None else transform_points(pose, np.asarray(eye, np.float64)[None])[0]
    beams = Beams(world_eye, transform_points(pose, ends))
    return look_through([beams], rack_from_world(row), grid_of(row))


def middle(grid: PlaceGrid, place: int, tier: int) -> Points:
    """The middle (u, v, w) of where loads are looked for."""
    return np.array([grid.u[place].mean(), 0.0, grid.z[tier].mean()])


places = st.integers(0, 2 * POSITIONS - 1)
tiers = st.integers(0, 2)


@settings(deadline=None)  # the first call compiles
@given(places, tiers, st.floats(-math.pi, math.pi), st.tuples(st.floats(-90, 90), st.floats(-90, 90)))
def test_a_beam_that_ends_in_a_place_stops_there_and_goes_through_no_other(
    place: int, tier: int, yaw_rad: float, center: tuple[float, float]
) -> None:
    row = rack(yaw_rad, center)
    end = middle(grid_of(row), place, tier)
    looks = look(row, end - ACROSS, end[None])
    expected = np.zeros_like(looks.stopped)
    expected[place, tier] = 1
    np.testing.assert_array_equal(looks.stopped, expected)
    assert not looks.through.any()


@settings(deadline=None)  # the first call compiles
@given(places, tiers, st.floats(-math.pi, math.pi))
def test_a_beam_that_goes_on_behind_a_place_went_through_it_once(
    place: int, tier: int, yaw_rad: float
) -> None:
    row = rack(yaw_rad)
    at = middle(grid_of(row), place, tier)
    looks = look(row, at - ACROSS, (at + ACROSS)[None])
    expected = np.zeros_like(looks.through)
    expected[place, tier] = 1
    np.testing.assert_array_equal(looks.through, expected)
    assert not looks.stopped.any()


def test_a_beam_along_the_row_goes_through_every_place_up_to_where_it_ends() -> None:
    row = rack()
    grid = grid_of(row)
    end = middle(grid, 4, 1)
    looks = look(row, [-5.0, 0.0, end[2]], end[None])
    assert looks.through[:, 1].tolist() == [1, 1, 1, 1, 0, 0]
    assert looks.stopped[:, 1].tolist() == [0, 0, 0, 0, 1, 0]
    assert not looks.through[:, [0, 2]].any()


@settings(deadline=None)  # the first call compiles
@given(places, tiers)
def test_a_beam_that_ends_before_the_face_says_nothing(place: int, tier: int) -> None:
    row = rack()
    end = middle(grid_of(row), place, tier) - [0.0, row.depth_m / 2 + 0.3, 0.0]
    looks = look(row, end - ACROSS, end[None])
    assert not looks.stopped.any()
    assert not looks.through.any()


@settings(deadline=None)  # the first call compiles
@given(places, tiers)
def test_without_an_eye_a_beam_tells_where_it_ended_and_no_more(place: int, tier: int) -> None:
    row = rack()
    at = middle(grid_of(row), place, tier)
    inside, behind = look(row, None, at[None]), look(row, None, (at + ACROSS)[None])
    assert inside.stopped[place, tier] == inside.stopped.sum() == 1
    assert not inside.through.any()
    assert not behind.through.any()
    assert not behind.stopped.any()


def test_beams_into_beams_decks_and_uprights_are_not_beams_into_loads() -> None:
    row = rack()
    w = [0.02, 1.44, 1.52, 2.95, 3.02]  # on the floor, into a beam, just above its top
    u = [0.05, 2.85, 5.65]  # uprights
    ends = [[1.45, 0.0, z] for z in w] + [[x, 0.0, 0.3] for x in u]
    assert not look(row, [2.85, -EYE_M, 1.6], ends).stopped.any()


@pytest.mark.parametrize(("v", "stops"), [(-0.65, True), (0.65, False)])
def test_a_load_may_overhang_into_the_aisle_but_the_mate_s_is_not_to_be_met(v: float, stops: bool) -> None:
    row = rack(faces=(-1,))
    grid = grid_of(row)
    end = middle(grid, 2, 0) + np.array([0.0, v, 0.0])
    assert look(row, None, end[None]).stopped.any() == stops


@settings(deadline=None)  # the first call compiles
@given(st.integers(0, 5), st.integers(0, 2), st.integers(0, 2**16))
def test_every_end_is_counted_once(station_count: int, missing: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 200
    points = rng.uniform([-1, -2, 0], [7, 2, 5], (n, 3))
    station = rng.integers(-1, station_count + 1, n).astype(np.int32)
    eyes = {k: rng.uniform(-5, 5, 3) for k in range(max(station_count - missing, 0))}
    beams = beams_of(points, station, eyes)
    assert sum(len(b.ends) for b in beams) == n
    row = rack()
    in_world = transform_points(world_from_rack(row), points)
    grouped = look_through(beams_of(in_world, station, eyes), rack_from_world(row), grid_of(row))
    alone = look(row, None, points)
    np.testing.assert_array_equal(grouped.stopped, alone.stopped)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_state_is_said_only_where_enough_beams_went_and_never_with_more_than_certainty(
    stopped: int, through: int
) -> None:
    content = content_of(stopped, through)
    assert (content.state == "unseen") == (stopped + through < ENOUGH)
    assert 0.0 <= content.confidence <= 1.0
    if content.state == "unseen":
        assert content.confidence == 0.0
    # ten times the beams with the same outcome make it no less sure
    if content.state != "unseen":
        more = content_of(10 * stopped, 10 * through)
        assert (more.state, more.confidence >= content.confidence) == (content.state, True)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 50))
def test_more_beams_stopped_never_make_a_place_emptier(stopped: int, through: int, more: int) -> None:
    if content_of(stopped, through).state == "occupied":
        assert content_of(stopped + more, through).state == "occupied"
    if content_of(stopped, through).state == "empty":
        assert content_of(stopped, through + more).state == "empty"


@given(st.integers(1, 4), st.floats(-math.pi, math.pi))
def test_the_grid_has_the_places_of_the_locations(positions: int, yaw_rad: float) -> None:
    row = rack(yaw_rad, (8.0, -3.0))
    grid = place_grid(row, [positions] * 2)
    assert grid.shape == (2 * positions, 3)
    for place, (bay, position) in enumerate(zip(grid.bay, grid.position, strict=True)):
        for tier in range(3):
            center, size = location_box(row, int(bay), tier, int(position), positions)
            local = transform_points(rack_from_world(row), [center])[0]
            assert grid.u[place].mean() == pytest.approx(local[0])
            assert np.ptp(grid.u[place]) < size[0]
            assert local[2] - size[2] / 2 < grid.z[tier][0] <= grid.z[tier][1] < local[2] + size[2] / 2


@pytest.mark.parametrize("positions", [2, 3, 4])
def test_the_sides_of_loads_tell_how_many_stand_in_a_bay(positions: int) -> None:
    row, rng = rack(), np.random.default_rng(1)
    points = [rng.uniform([0, -0.5, 0.2], [5.7, 0.5, 4.0], (3000, 3))]  # faces, decks, whatever
    for bay in row.bays:
        for border in range(1, positions):
            u = bay.offset_m + border * bay.width_m / positions
            points += [  # two loads, 6 cm apart
                np.column_stack([np.full(200, u + side), rng.uniform([-0.5, 0.2], [0.5, 1.0], (200, 2))])
                for side in (-0.03, 0.03)
            ]
    assert positions_in(row, np.vstack(points)) == (positions, positions)


def test_where_nothing_tells_a_bay_takes_as_many_pallets_as_go_in_and_a_shelf_is_one_place() -> None:
    assert positions_in(rack(), np.zeros((0, 3))) == (3, 3)  # 2.7 m for pallets of 0.8 m
    assert positions_in(replace(rack(), kind="shelving"), np.zeros((0, 3))) == (1, 1)


def test_what_a_screen_hides_is_unseen_and_the_rest_is_as_planned(world: Callable[..., Any]) -> None:
    hall = world(size_m=(14.5, 5.2))  # the row stands with its back to the wall
    x0, x1, y0, y1 = SCREEN
    corners = [hall.place(*c) for c in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
    screen = Obstacle(
        id="O1",
        level="L0",
        kind="machine",
        footprint=tuple((float(x), float(y)) for x, y in corners),
        z0_m=0.0,
        z1_m=SCREEN_M,
    )
    hall = replace(hall, plan=replace(hall.plan, obstacles=(screen,)))
    scan = hall.scan([SCANNER])
    (row,) = hall.plan.racks
    beams = beams_of(scan.cloud.world_points(), scan.cloud.station, dict(enumerate(scan.stations)))
    grid = place_grid(replace(row, faces=(-1,)), [POSITIONS] * 3)
    looks = look_through(beams, rack_from_world(row), grid)

    planned = {(p.bay, p.tier, p.position): p.state for p in hall.plan.locations}
    hidden = 0
    for place, (bay, position) in enumerate(zip(grid.bay, grid.position, strict=True)):
        for tier in range(3):
            state = content_of(int(looks.stopped[place, tier]), int(looks.through[place, tier])).state
            shadow = _in_shadow(ROW_START_M + grid.u[place]) if tier == 0 else [False]
            hidden += all(shadow)
            if all(shadow):
                assert state == "unseen"
            elif not any(shadow):
                assert state == planned[bay, tier, position]
            else:
                assert state in ("unseen", planned[bay, tier, position])
    assert hidden >= 2 * POSITIONS  # those of the first two bays at least


def _in_shadow(x: Points) -> list[bool]:
    """Whether the screen's rear edge stands between the scanner and each corner of a floor place at `x` (2,)."""
    x0, x1, _, edge = SCREEN
    crossings = [
        SCANNER[0] + (corner - SCANNER[0]) * (edge - SCANNER[1]) / (y - SCANNER[1])
        for corner in x
        for y in (ROW_Y_M - 0.15, ROW_Y_M + 1.1)  # loads may overhang by 15 cm
    ]
    return [x0 < crossing < x1 for crossing in crossings]


@pytest.mark.parametrize("seed", range(4))
def test_many_stations_at_once_meet_what_each_beam_alone_meets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    row = rack()
    grid = grid_of(row)
    eyes = [rng.uniform([-4, -6, 0.2], [12, 6, 4]) for _ in range(3)]
    ends = [rng.uniform([-4, -6, 0], [12, 6, 5], (60, 3)) for _ in eyes]
    in_world = [
        transform_points(world_from_rack(row), np.vstack([eye, end]))
        for eye, end in zip(eyes, ends, strict=True)
    ]
    together = look_through([Beams(p[0], p[1:]) for p in in_world], rack_from_world(row), grid)
    alone = [look(row, eye, end[None]) for eye, group in zip(eyes, ends, strict=True) for end in group]
    np.testing.assert_array_equal(together.stopped, np.sum([looks.stopped for looks in alone], axis=0))
    np.testing.assert_array_equal(together.through, np.sum([looks.through for looks in alone], axis=0))
    assert together.through.any()
