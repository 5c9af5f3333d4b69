"""Frames are centred on their uprights to millimetres, also where loads beside them are denser than they are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from scans.recognition.racks.bays import Posts
from scans.recognition.racks.block_view import BlockView
from scans.recognition.racks.blocks import RackBlock
from scans.recognition.racks.frames import measured_frames, unbroken_tops
from scans.recognition.racks.nearest import frame_at, nearest_frame

PITCH_M, BAYS, WIDTH_M, HEIGHT_M, DEPTH_M = 2.8, 6, 0.1, 5.0, 1.1
FRAMES: npt.NDArray[np.float64] = 1.0 + PITCH_M * np.arange(BAYS + 1, dtype=np.float64)


def view(*, loads: bool = False, per_m2: float = 3000.0, seed: int = 0) -> BlockView:
    """What is seen of two faces: uprights with their sides, beams, and loads in most places, noise of 4 mm."""
    rng = np.random.default_rng(seed)
    u, v, z = [], [], []

    def add(u0: float, u1: float, z0: float, z1: float, face: float, density: float) -> None:
        count = rng.poisson(density * (u1 - u0) * (z1 - z0))
        u.append(rng.uniform(u0, u1, count) + rng.normal(0, 0.004, count))
        v.append(np.full(count, face) + rng.normal(0, 0.004, count))
        z.append(rng.uniform(z0, z1, count))

    for face in (0.0, DEPTH_M):
        for frame in FRAMES:
            add(frame - WIDTH_M / 2, frame + WIDTH_M / 2, 0.0, HEIGHT_M, face, per_m2)
        for top in (1.5, 3.0):
            add(FRAMES[0], FRAMES[-1], top - 0.12, top, face, per_m2)
        for bay in range(BAYS) if loads else ():
            for floor in (0.0, 1.5, 3.0):
                start = FRAMES[bay] + rng.uniform(0.08, 0.25)
                add(
                    start,
                    start + rng.uniform(1.0, 2.3),
                    floor + 0.15,
                    floor + rng.uniform(0.6, 1.2),
                    face,
                    2 * per_m2,
                )
    block = RackBlock(0.0, FRAMES[0] - 0.1, FRAMES[-1] + 0.1, 0.0, DEPTH_M)
    return BlockView(block, np.concatenate(u), np.concatenate(v), np.concatenate(z), 1.0)


def posts(frames: npt.NDArray[np.float64]) -> Posts:
    return Posts(frames, np.ones(len(frames), np.bool_), 1.0)


@pytest.mark.parametrize("loads", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_frames_off_by_centimetres_come_to_millimetres(loads: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    off = rng.uniform(-0.04, 0.04) + np.linspace(-1, 1, BAYS + 1) * rng.uniform(-0.04, 0.04)
    found, width = measured_frames(
        view(loads=loads, seed=seed), posts(FRAMES + off + rng.normal(0, 0.01, BAYS + 1)), 0.0, DEPTH_M
    )
    assert np.abs(found.u - FRAMES).max() < 0.012
    assert np.median(np.abs(found.u - FRAMES)) < 0.006
    assert width == pytest.approx(WIDTH_M, abs=0.015)


def test_a_thin_scan_tells_them_to_a_centimetre_and_nothing_seen_leaves_them() -> None:
    found, _ = measured_frames(view(per_m2=120.0), posts(FRAMES + 0.03), 0.0, DEPTH_M)
    assert np.abs(found.u - FRAMES).max() < 0.015
    bare = BlockView(RackBlock(0.0, 0.0, 20.0, 0.0, DEPTH_M), np.zeros(0), np.zeros(0), np.zeros(0), 1.0)
    kept, width = measured_frames(bare, posts(FRAMES), 0.0, DEPTH_M)
    assert kept.u == pytest.approx(FRAMES)
    assert width == pytest.approx(0.1)


def test_bays_that_differ_keep_their_widths() -> None:
    mixed = FRAMES.copy()
    mixed[3:] += 0.9
    seen = view()
    wider = seen.u + np.where(seen.u > FRAMES[3] - PITCH_M / 2, 0.9, 0.0)
    block = RackBlock(0.0, 0.9, mixed[-1] + 0.1, 0.0, DEPTH_M)
    found, _ = measured_frames(
        BlockView(block, wider, seen.v, seen.z, 1.0), posts(mixed + 0.02), 0.0, DEPTH_M
    )
    assert np.abs(found.u - mixed).max() < 0.01


def test_the_nearest_frame_is_that_of_a_search_through_all() -> None:
    u = np.random.default_rng(0).uniform(-2, 25, 500)
    assert nearest_frame(FRAMES, u) == pytest.approx(FRAMES[np.abs(u[:, None] - FRAMES).argmin(axis=1)])


def test_a_point_is_on_the_frame_that_is_nearest_and_near_enough() -> None:
    u = np.random.default_rng(5).uniform(FRAMES[0] - 1, FRAMES[-1] + 1, 2000)
    nearest = nearest_frame(FRAMES, u)
    found = frame_at(FRAMES, u, 0.3)
    on = np.abs(u - nearest) < 0.3
    assert 0.1 < on.mean() < 0.5
    assert np.array_equal(found >= 0, on)
    assert np.array_equal(FRAMES[found[on]], nearest[on])


@pytest.mark.parametrize("seed", range(20))
def test_a_frame_ends_where_it_first_pauses(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame, z = rng.integers(-1, 4, 40), rng.uniform(0.0, 7.0, 40)
    found = unbroken_tops(np.arange(4.0), frame, z, 0.8)
    for number, top in enumerate(found):
        own = np.sort(z[frame == number])
        pauses = np.flatnonzero(np.diff(own) > 0.8)
        assert top == (own[pauses[0]] if len(pauses) else own[-1])


def test_a_frame_nobody_saw_has_no_top() -> None:
    assert np.isnan(unbroken_tops(np.arange(2.0), np.zeros(0, np.int64), np.zeros(0), 0.8)).all()
