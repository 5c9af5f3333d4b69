"""How well a row is known follows from how many of its uprights are seen, and from how they agree."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from scans.recognition.racks.hidden_faces import with_hidden_faces
from scans.recognition.racks.row_sigmas import RowSigmas
from scans.recognition.racks.rows import FoundRow
from scans.recognition.racks.tiers import FoundTier
from scans.recognition.tiled_points import TiledPoints
from scans.recognition.uncertainty import FACE_DOUBT_M, PLANE_M, row_sigmas, sigmas_of, tier_sigma

BAYS, PITCH_M, WIDTH_M, DEPTH_M, HEIGHT_M, POST_M = 8, 2.8, 0.1, 1.0, 5.0, 0.08
POSTS = 10.0 + PITCH_M * np.arange(BAYS + 1, dtype=np.float64)
V0 = 4.0
ROW = FoundRow(
    yaw_rad=0.0,
    posts=POSTS,
    v0=V0,
    v1=V0 + DEPTH_M,
    upright_width_m=WIDTH_M,
    height_m=HEIGHT_M,
    tiers=(FoundTier(1.5, 0.12, 0.004), FoundTier(3.2, 0.12, 0.004)),
    sigma_m=0.01,
    evidence_points=20_000,
    seen_posts=BAYS + 1,
    quality=0.9,
)


def fronts(
    v: float, *, uprights: int = BAYS + 1, scatter_m: float = 0.0, seed: int = 0, noise_m: float = 0.003
) -> np.ndarray:
    """Points (N, 3) of the fronts of uprights on the plane v, each upright off by `scatter_m`."""
    rng = np.random.default_rng(seed)
    made = []
    for post in POSTS[:uprights]:
        u = post + rng.uniform(-WIDTH_M / 2, WIDTH_M / 2, 200)
        across = v + rng.normal(0.0, scatter_m) + rng.normal(0.0, noise_m, 200)
        made.append(np.column_stack([u, across, rng.uniform(0.0, HEIGHT_M, 200)]))
    return np.vstack(made)


def sides(v: float, depth_m: float, seed: int = 9) -> np.ndarray:
    """Points (N, 3) of the sides of uprights from the plane v to `depth_m` beyond it."""
    rng = np.random.default_rng(seed)
    u = np.repeat(POSTS, 100) + WIDTH_M / 2
    return np.column_stack([u, v + depth_m * rng.random(len(u)), rng.uniform(0.0, HEIGHT_M, len(u))])


def cloud(*points: np.ndarray) -> TiledPoints:
    xyz = np.vstack(points)
    return TiledPoints.of(xyz, xyz[:, 2].copy())


def seen(*points: np.ndarray) -> RowSigmas:
    return row_sigmas(ROW, cloud(*points))


def test_a_row_seen_well_from_both_sides_is_known_to_millimetres() -> None:
    found = seen(fronts(V0), fronts(V0 + DEPTH_M, seed=1))
    assert max(found.across_m, found.along_m) < 0.006
    assert found.depth_m == pytest.approx(math.hypot(*found.face_m, math.sqrt(2.0) * PLANE_M))
    assert found.across_m == pytest.approx(math.hypot(*found.face_m) / 2)
    assert found.yaw_rad < 0.001
    assert found.height_m < 0.1


def test_errors_of_the_mean_plane_are_as_great_as_scatter_says() -> None:
    errors = []
    for seed in range(40):
        points = fronts(V0, scatter_m=0.006, seed=seed)
        found = row_sigmas(ROW, cloud(points, fronts(V0 + DEPTH_M, seed=100 + seed)))
        errors.append((points[:, 1].mean() - V0) / found.face_m[0])
    assert 0.6 < float(np.sqrt(np.mean(np.square(errors)))) < 1.4


def test_the_fewer_uprights_show_a_face_the_less_it_is_known() -> None:
    other = fronts(V0 + DEPTH_M, seed=1)
    known = [seen(fronts(V0, uprights=n), other).face_m[0] for n in (9, 6, 3, 1)] + [seen(other).face_m[0]]
    assert known == sorted(known)
    assert known[-1] >= FACE_DOUBT_M


def test_uprights_that_disagree_along_say_less() -> None:
    both = np.vstack([fronts(V0), fronts(V0 + DEPTH_M, seed=1)])
    rng = np.random.default_rng(5)
    off = both.copy()
    off[:, 0] += np.repeat(rng.normal(0.0, 0.015, len(both) // 200), 200)
    assert seen(off).along_m > 1.5 * seen(both).along_m


def test_where_a_row_goes_on_beyond_its_end_a_bay_may_be_missing() -> None:
    both = fronts(V0), fronts(V0 + DEPTH_M, seed=1)
    beams = np.column_stack(
        [np.random.default_rng(0).uniform(9.9, 32.5, 4000), np.full(4000, V0 + 0.5), np.full(4000, 1.5)]
    )
    beyond = beams.copy()
    beyond[:, 0] += 2.0
    assert seen(*both, beams).length_m < 0.05
    assert seen(*both, beyond).length_m > PITCH_M / 2.1
    assert seen(*both, beyond).along_m > PITCH_M / 4.2


def test_the_top_of_a_beam_is_known_the_less_the_thinner_the_scan() -> None:
    tier = ROW.tiers[0]
    dense, thin = (tier_sigma(replace(ROW, evidence_points=n), tier) for n in (100_000, 2_000))
    assert tier.sigma_m < dense < thin


def test_a_row_of_which_nothing_else_is_known_has_its_own_sigma() -> None:
    assert sigmas_of(ROW).face_m == (ROW.sigma_m, ROW.sigma_m)


def test_a_face_seen_from_within_lies_where_the_sides_of_uprights_end() -> None:
    inner = V0 + DEPTH_M - POST_M
    row = replace(ROW, v1=inner)
    found = with_hidden_faces(row, cloud(fronts(V0), fronts(inner, seed=1), sides(inner, POST_M)))
    assert found.v1 == pytest.approx(V0 + DEPTH_M, abs=0.005)
    assert found.v0 == V0


def test_a_face_seen_from_before_it_stays() -> None:
    points = cloud(fronts(V0), sides(V0, POST_M), fronts(V0 + DEPTH_M, seed=1), sides(V0 + DEPTH_M, -POST_M))
    assert with_hidden_faces(ROW, points) == ROW


def test_what_goes_on_beyond_a_face_is_no_upright() -> None:
    load = sides(V0 + DEPTH_M, 0.4)
    assert with_hidden_faces(ROW, cloud(fronts(V0), fronts(V0 + DEPTH_M, seed=1), load)).v1 == ROW.v1
