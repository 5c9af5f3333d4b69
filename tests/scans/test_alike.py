"""Rows that are built alike: two taken for one are parted, a misread face moves to where points are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from scans.recognition.racks.alike import parted, with_like_depths
from scans.recognition.racks.blocks import axes_of
from scans.recognition.racks.rows import LIKENESS_M, FoundRow
from scans.recognition.racks.tiers import FoundTier
from scans.recognition.tiled_points import TiledPoints

DEPTH_M, FLUE_M, PITCH_M, FRAMES = 1.1, 0.3, 2.8, 4


def row(v0: float, v1: float, *, yaw: float = 0.4, **changes: Any) -> FoundRow:
    fields: dict[str, Any] = {
        "yaw_rad": yaw,
        "posts": PITCH_M * np.arange(FRAMES, dtype=np.float64),
        "v0": v0,
        "v1": v1,
        "upright_width_m": 0.1,
        "height_m": 4.0,
        "tiers": (FoundTier(1.5, 0.12, 0.005),),
        "sigma_m": 0.01,
        "evidence_points": 10_000,
        "seen_posts": FRAMES,
        "quality": 0.8,
    }
    return FoundRow(**{**fields, **changes})


def posts_on(planes: Sequence[float], yaw: float = 0.4) -> npt.NDArray[np.float64]:
    """Points (N, 3) up the frames on each of the `planes` v."""
    u, v, z = np.meshgrid(PITCH_M * np.arange(FRAMES), planes, np.linspace(0.5, 3.5, 40), indexing="ij")
    return np.column_stack([np.column_stack([u.ravel(), v.ravel()]) @ axes_of(yaw), z.ravel()])


def cloud(*planes: float) -> TiledPoints:
    points = posts_on(planes)
    return TiledPoints.of(points, points[:, 2])


SINGLES = [row(v, v + DEPTH_M) for v in (5.0, 9.0, 13.0)]


def spans(rows: Sequence[FoundRow]) -> list[tuple[float, float]]:
    return [(r.v0, r.v1) for r in rows]


def test_a_row_as_deep_as_two_and_a_flue_is_two() -> None:
    rows = parted([*SINGLES, row(0.0, 2 * DEPTH_M + FLUE_M)], cloud(0.0))
    assert spans(rows[3:]) == [
        pytest.approx((0.0, DEPTH_M)),
        pytest.approx((DEPTH_M + FLUE_M, 2 * DEPTH_M + FLUE_M)),
    ]


def test_each_of_the_two_has_the_tiers_of_its_own_face() -> None:
    heights = ((0.0, 1.3), (2 * DEPTH_M + FLUE_M, 2.2))
    rng, beams = np.random.default_rng(0), []
    for v, top in heights:
        u = rng.uniform(0.0, PITCH_M * (FRAMES - 1), 4000)
        plan = np.column_stack([u, rng.normal(v, 0.003, 4000)]) @ axes_of(0.4)
        beams.append(np.column_stack([plan, rng.uniform(top - 0.12, top, 4000)]))
    points = np.concatenate([posts_on([v for v, _ in heights]), *beams])
    rows = parted([*SINGLES, row(0.0, heights[1][0])], TiledPoints.of(points, points[:, 2]))
    assert [[t.z_m for t in one.tiers] for one in rows[3:]] == [
        pytest.approx([top], abs=0.005) for _, top in heights
    ]


@pytest.mark.parametrize(
    "deep",
    [
        row(0.0, 2 * DEPTH_M + 0.8),  # that is an aisle
        row(0.0, 2 * DEPTH_M + FLUE_M, height_m=8.0),
        row(0.0, 2 * DEPTH_M + FLUE_M, yaw=0.9),
    ],
    ids=["too deep", "of another height", "of another heading"],
)
def test_other_deep_rows_stay_one(deep: FoundRow) -> None:
    assert spans(parted([*SINGLES, deep], cloud(0.0))) == spans([*SINGLES, deep])


def test_alone_a_deep_row_stays_one() -> None:
    assert len(parted([row(0.0, 2.5)], cloud(0.0))) == 1


@pytest.mark.parametrize(
    ("seen", "planes"),
    [((0.0, 1.02), (0.0, 1.02, 1.1)), ((0.08, 1.1), (0.0, 0.08, 1.1))],
    ids=["rear", "front"],
)
def test_a_face_taken_for_the_inner_side_of_its_uprights_moves_out(
    seen: tuple[float, float], planes: tuple[float, ...]
) -> None:
    rows = with_like_depths([*SINGLES, row(*seen)], cloud(*planes))
    assert spans(rows) == [*spans(SINGLES), pytest.approx((0.0, DEPTH_M))]
    assert [r.sigma_m for r in rows] == [0.01, 0.01, 0.01, LIKENESS_M]


def test_where_nothing_says_which_face_is_wrong_the_row_stays() -> None:
    rows = [*SINGLES, row(0.0, 1.02)]
    assert spans(with_like_depths(rows, cloud(0.0, 1.02))) == spans(rows)


def test_rows_of_another_depth_are_believed() -> None:
    rows = [*SINGLES, row(0.0, 0.6)]
    assert spans(with_like_depths(rows, cloud(0.0, 0.6))) == spans(rows)


def test_two_rows_are_too_few_to_say_how_deep_they_all_are() -> None:
    rows = [SINGLES[0], row(0.0, 1.02)]
    assert spans(with_like_depths(rows, cloud(0.0, 1.02, 1.1))) == spans(rows)
