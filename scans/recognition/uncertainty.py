"""How well recognised lengths are known: standard deviations of the estimates, by what was seen of each.

Three things add up in quadrature:

1. **Scatter** of independent patches over the square root of their number. A patch is an upright on one face of a
   row, or half a metre of floor, however many points show it: they lie on the same scan lines, at the same incidence.
2. **What all patches share**, stated below once: voxels, steps, edges.
3. **Doubt**: that something else was measured. Loads make planes and edges as racks do, and each further upright that
   agrees makes it less likely, so that doubt decays with their number. Where a row seems to go on beyond its end, its
   length may be a bay too short. These were fitted to the errors on generated halls of seeds 1 to 12, of all kinds
   (Laplace likelihood, which outliers do not rule).

What the registration of scans adds is in `registered`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scans.recognition.racks.blocks import axes_of
from scans.recognition.racks.frames import unbroken_tops
from scans.recognition.racks.nearest import frame_at
from scans.recognition.racks.row_sigmas import RowSigmas
from scans.recognition.racks.rows import FoundRow
from scans.recognition.racks.tiers import FoundTier
from scans.recognition.tiled_points import TiledPoints

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

PLANE_M = 0.0012
"""Of a plane: its points are means of voxels of 2.5 cm, which straddle it and what is behind it, so that all planes
lie too far back by about as much: two faces err against each other by twice of it."""

STEP_M = 0.005 / math.sqrt(12.0)
"""Of frames, which are moved in steps of 5 mm: a uniform error."""

STRETCH = math.sqrt(12.0)
"""Of a row's length by that of its place along: the slope of a line over −1…1 is √3 less well known than its mean,
and a length has two ends."""

EDGE_BLURS, LEAST_BLUR_M = 1.2, 0.003
"""Of an edge, by its blur: points of the side that ends there gather at it, and half of that peak lies outside by
half the full width of a normal distribution at half its height. Blur is the noise about planes, and what voxels
add."""

LINES = 0.08
"""Of a beam's top, by the mean distance between points on the row: scan lines are so far apart, a uniform error has
1 / √12 of it, and lines at a few heights at least cross each beam."""

INNER_M = 0.013
"""Of a face that was seen less than half as much as the other: part of that was its uprights' inner sides."""

LIKE_M = 0.015
"""Of the less seen face of a row whose depth other rows tell: rows are alike to so much."""

QUALITY_M, GOOD_QUALITY = 0.07, 0.85
"""Of the faces of a row that explains what is seen badly, by how much its quality is below a good one."""

FACE_DOUBT_M, FACE_PATCHES = 0.1, 1.4
"""Doubt of a face that no upright shows, and how many must show it until doubt has decayed to 1 / e."""

ALONG_DOUBT_M, ALONG_PATCHES = 0.014, 12.0
"""The same of a row's place along, where the middles of uprights scatter by SCATTER_M."""

END_BAYS, GOES_ON = 0.5, 0.04
"""How many bays an end may be off beyond which more is seen than this share of what is within, by the metre."""

TOP_M = 0.025
"""Of an upright's height: its highest point lies below its top by up to the distance between scan lines."""

COLUMN_M, COLUMN_SIZE_M = 0.05, 0.07
"""Of the middle and the size of what is made of cells of 5 cm: columns are mostly seen from two sides."""

SCATTER_M = 0.005
"""Usual scatter of patches, which counts as two of them while few are seen."""

_PRIOR = 2.0
_FEWEST = 16  # points that make a patch
_SKIN_M, _FOOT_M, _BESIDE_M = 0.025, 0.3, 0.01
_TOP_REACH_M, _TOP_SKIN_M, _BREAK_M = 0.06, 0.1, 0.8
_LOOK_M = (0.2, 1.2)  # beyond a row's end


@dataclass(frozen=True)
class _Upright:
    """What stands above a row's footing: `u` along, `v` across and `z` above the floor (N,), from 1.2 m before its
    first frame to 1.2 m behind its last.
    """

    u: Floats
    v: Floats
    z: Floats

    @classmethod
    def of(cls, row: FoundRow, cloud: TiledPoints) -> _Upright:
        margin = np.array([_LOOK_M[1], _TOP_SKIN_M])
        low, high = np.array([row.posts[0], row.v0]) - margin, np.array([row.posts[-1], row.v1]) + margin
        u, v, z = cloud.in_box(axes_of(row.yaw_rad), low, high)
        z = z - cloud.floor_at(row.center)
        kept = z > _FOOT_M
        return cls(u[kept], v[kept], z[kept])


def row_sigmas(row: FoundRow, cloud: TiledPoints) -> RowSigmas:
    """Of `row`, by the points of its uprights in `cloud`.

    1. Across: each face by the fronts of its uprights. 2. Along: by the middles of uprights about the frames. 3.
       Ends: by what is seen beyond them. 4. Height: by where uprights end. 5. The rest follows from the shape of a
       row.
    """
    seen = _Upright.of(row, cloud)
    fronts = [_fronts(row, face, seen) for face in (row.v0, row.v1)]
    share = [len(front) / max(len(other), 1) for front, other in (fronts, fronts[::-1])]
    patches = [_means(front) for front in fronts]
    faces = [_of_face(patch, of, row) for patch, of in zip(patches, share, strict=True)]  # 1
    along = _of_place(np.concatenate([_middles(row, face, seen) for face in (row.v0, row.v1)]))  # 2
    ends = _of_ends(row, seen)  # 3
    edge = EDGE_BLURS * math.hypot(_noise(fronts), LEAST_BLUR_M)
    stretch, width = STRETCH * along, 2 * edge
    return RowSigmas(  # 4, 5
        along_m=math.hypot(along, ends / 2),
        across_m=math.hypot(*faces) / 2,
        yaw_rad=_of_yaw(np.vstack(patches), max(row.length_m, 1.0)),
        length_m=math.hypot(stretch, width, ends),
        depth_m=apart(*faces),
        height_m=_of_height(row, seen),
        bay_m=math.hypot(stretch / max(len(row.posts) - 1, 1), width),
        edge_m=edge,
        face_m=(faces[0], faces[1]),
    )


def apart(one_m: float, other_m: float) -> float:
    """Of the distance between two faces that look away from or at each other, by those of the faces."""
    return math.hypot(one_m, other_m, math.sqrt(2.0) * PLANE_M)


def sigmas_of(row: FoundRow) -> RowSigmas:
    """Those of `row`; `row.sigma_m` of every length where they are not known."""
    each = row.sigma_m
    yaw_rad = each / max(row.length_m, 1.0)
    return row.sigmas or RowSigmas(each, each, yaw_rad, each, each, each, each, each, (each, each))


def tier_sigma(row: FoundRow, tier: FoundTier) -> float:
    """Of a beam's top above the row's base: `tier.sigma_m` is what points about its edges tell."""
    apart_m = math.sqrt(row.length_m * row.height_m / max(row.evidence_points, 1))
    edge_m = row.sigmas.edge_m if row.sigmas else 0.0
    return math.hypot(tier.sigma_m, edge_m, LINES * apart_m)


def scatter(values: Floats) -> float:
    """Of one of the `values` (N,), by the median; with SCATTER_M for two more of them."""
    spread = 1.4826 * float(np.median(np.abs(values - np.median(values)))) if len(values) else 0.0
    return math.sqrt((_PRIOR * SCATTER_M**2 + len(values) * spread**2) / (_PRIOR + len(values)))


def _fronts(row: FoundRow, face: float, seen: _Upright) -> Floats:
    """Number of the frame, u and distance across (N, 3) of points on the uprights' fronts in a face."""
    number = frame_at(row.posts, seen.u, max(row.upright_width_m / 2 - 0.005, 0.02))
    on = (number >= 0) & (np.abs(seen.v - face) < _SKIN_M) & (seen.z < row.height_m)
    return np.column_stack([number[on], seen.u[on], seen.v[on] - face])


def _means(front: Floats) -> Floats:
    """u and mean distance across (F, 2) of each upright with enough points."""
    number = front[:, 0].astype(np.int64)
    count = np.bincount(number)
    told = count >= _FEWEST
    return np.column_stack([np.bincount(number, front[:, k])[told] / count[told] for k in (1, 2)])


def _middles(row: FoundRow, face: float, seen: _Upright) -> Floats:
    """How far (F,) along the middle of each upright with enough points lies from its frame."""
    number = frame_at(row.posts, seen.u, row.upright_width_m / 2 + _BESIDE_M)
    on = (number >= 0) & (np.abs(seen.v - face) < _SKIN_M) & (seen.z < row.height_m)
    number, off = number[on], seen.u[on] - row.posts[number[on]]
    order = np.lexsort((off, number))
    parts = np.split(off[order], np.cumsum(np.bincount(number, minlength=len(row.posts)))[:-1])
    ends = [np.quantile(part, (0.05, 0.95)) for part in parts if len(part) >= _FEWEST]
    return np.array([end.mean() for end in ends])


def _noise(fronts: Sequence[Floats]) -> float:
    """Scatter of points about the plane of their own upright."""
    off = []
    for front in fronts:
        number = front[:, 0].astype(np.int64)
        mean = np.bincount(number, front[:, 2]) / np.maximum(np.bincount(number), 1)
        off.append(front[:, 2] - mean[number])
    return scatter(np.concatenate(off))


def _of_face(patches: Floats, share: float, row: FoundRow) -> float:
    """Of a plane by `patches` (F, 2), where `share` is how much of it was seen, by the other face."""
    told = len(patches)
    doubt = FACE_DOUBT_M * math.exp(-(told**2) / len(row.posts) / FACE_PATCHES)
    inner = INNER_M * max(0.0, 1.0 - 2.0 * share)
    like = LIKE_M if share < 1.0 and row.sigma_m > LIKE_M else 0.0
    poor = QUALITY_M * max(0.0, GOOD_QUALITY - row.quality)
    return math.hypot(scatter(patches[:, 1]) / math.sqrt(max(told, 1)), PLANE_M, inner, doubt, like, poor)


def _of_place(middles: Floats) -> float:
    each = scatter(middles)
    doubt = ALONG_DOUBT_M * math.exp(-len(middles) / ALONG_PATCHES) * each / SCATTER_M
    return math.hypot(STEP_M, doubt)


def _of_ends(row: FoundRow, seen: _Upright) -> float:
    """Of the length, by the ends beyond which the row goes on."""
    pitch = float(np.median(np.diff(row.posts)))
    first, last = float(row.posts[0]), float(row.posts[-1])
    near, far = _LOOK_M[0], min(_LOOK_M[1], pitch)
    inside = (seen.v > row.v0) & (seen.v < row.v1) & (seen.z < row.height_m)
    u = seen.u[inside]
    within = np.count_nonzero((u > first) & (u < last)) / (last - first)
    beyond = [
        np.count_nonzero((u > low) & (u < high)) / (high - low)
        for low, high in ((first - far, first - near), (last + near, last + far))
    ]
    return END_BAYS * pitch * math.sqrt(sum(each > GOES_ON * within for each in beyond))


def _of_yaw(patches: Floats, length_m: float) -> float:
    """Of the slope of a line through `patches` (F, 2)."""
    shared = 2.0 * PLANE_M / length_m
    if len(patches) < 3:
        return math.hypot(SCATTER_M * STRETCH / length_m, shared)
    lever = math.sqrt(float(np.sum((patches[:, 0] - patches[:, 0].mean()) ** 2)))
    return math.hypot(scatter(patches[:, 1]) / max(lever, 0.3), shared)


def _of_height(row: FoundRow, seen: _Upright) -> float:
    """Of the median of where uprights end. What hides tops hides all to one side: many help little."""
    near = (np.abs(seen.v - row.v0) < _TOP_SKIN_M) | (np.abs(seen.v - row.v1) < _TOP_SKIN_M)
    number = np.where(near, frame_at(row.posts, seen.u, _TOP_REACH_M), -1)
    tops = unbroken_tops(row.posts, number, seen.z, _BREAK_M)
    tops = tops[np.isfinite(tops)]
    if len(tops) < 2:
        return _BREAK_M / 2
    low, high = np.quantile(tops[tops > np.quantile(tops, 0.75) - _BREAK_M], (0.25, 0.75))
    return math.hypot(TOP_M, float(high - low) / 1.349)
