"""What a block of racks is made of: rows with their frames, bays, tiers and faces."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from scans.recognition.racks.bays import Posts, find_posts, posts_like
from scans.recognition.racks.block_view import BlockView, bins, block_view
from scans.recognition.racks.blocks import RackBlock, axes_of
from scans.recognition.racks.tiers import FoundTier, find_tiers
from scans.recognition.racks.uprights import UprightMap, upright_map
from scans.recognition.tiled_points import TiledPoints

_MIN_DEPTH_M = 0.3
_MAX_FLUE_M = 0.6
_POST_REACH_M = 0.12
POST_HALF_M = 0.07
POST_FOOT_M = 0.3
_THIN = 1.8  # coarseness beyond which a block does not speak for itself
_PARALLEL_RAD = math.radians(2)
_IN_LINE_M = 0.4
_BREAK_M = 0.8
_GAP_M, _GAP_SHARE = 0.7, 0.4  # less of the tiers seen than this share of the usual, for so long, is a gap
_TOP_DECK_M = 0.1  # how far a deck may lie above the uprights that carry it
LIKENESS_M = 0.03  # rows built alike still differ by this in the height of their decks


@dataclass(frozen=True)
class FoundRow:
    """A rack row in axes u along `yaw_rad` and v to its left about (0, 0); lengths in metres.

    `posts` are the centres (B + 1,) of its frames along u; `v0` and `v1` its outer faces; `height_m` the
    uprights' top above the floor; `seen_posts` counts the frames that were seen, not inferred.
    """

    yaw_rad: float
    posts: npt.NDArray[np.float64]
    v0: float
    v1: float
    upright_width_m: float
    height_m: float
    tiers: tuple[FoundTier, ...]
    sigma_m: float
    evidence_points: int
    seen_posts: int
    quality: float

    @property
    def length_m(self) -> float:
        """From the outer side of the first upright to that of the last."""
        return float(self.posts[-1] - self.posts[0]) + self.upright_width_m

    @property
    def depth_m(self) -> float:
        """From face to face."""
        return self.v1 - self.v0

    @property
    def center(self) -> npt.NDArray[np.float64]:
        """World x, y (2,) of the footprint's centre."""
        uv = np.array([(self.posts[0] + self.posts[-1]) / 2, (self.v0 + self.v1) / 2])
        return np.asarray(uv @ axes_of(self.yaw_rad))


def find_rack_rows(
    block: RackBlock, cloud: TiledPoints, siblings: Sequence[FoundRow] = ()
) -> tuple[FoundRow, ...]:
    """The rows of `block`, none if it is no rack; `cloud` are the hall's points.

    Where the scan is thin, a row may also be built like one of its `siblings`: parallel rows of the hall.

    1. The outer faces; 2. the tiers seen on them; 3. the planes of posts between them: two make a row, four
    make two rows back to back; 4. the frames along each row; 5. faces and ends from the uprights' own points.
    """
    view = block_view(block, cloud)
    if len(view.z) < 50:
        return ()
    outer = view.outer_faces()
    if siblings:
        rows = [_row_like(view, outer, s) for s in siblings if _may_be_like(view, outer, s)]
        return tuple(r for r in rows if r is not None)
    tiers = find_tiers(view, outer)
    if not tiers:
        return ()
    uprights = upright_map(view, outer, tiers[-1].z_m)
    found = (
        _row(view, uprights, tiers, faces, run)
        for faces in _row_faces(uprights, outer)
        for run in _runs(view, tiers, faces)
    )
    return tuple(r for r in found if r is not None)


def _may_be_like(view: BlockView, outer: tuple[float, float], sibling: FoundRow) -> bool:
    """Parallel, as deep, its first or last frame in line with the block's end, and the scan thin here."""
    turn = abs(math.remainder(sibling.yaw_rad - view.block.yaw_rad, math.pi))
    posts = _posts_in(view, sibling)
    in_line = min(abs(float(posts[0]) - view.block.u0), abs(float(posts[-1]) - view.block.u1)) < _IN_LINE_M
    as_deep = abs((outer[1] - outer[0]) - (sibling.v1 - sibling.v0)) < 0.25
    return view.coarseness > _THIN and turn < _PARALLEL_RAD and in_line and as_deep


def _posts_in(view: BlockView, row: FoundRow) -> npt.NDArray[np.float64]:
    """The frames of a parallel row, along the axis u of `view`."""
    middle = np.array([row.posts, np.full(len(row.posts), (row.v0 + row.v1) / 2)])
    return np.sort(view.block.axes[0] @ (axes_of(row.yaw_rad).T @ middle))


def _row_like(view: BlockView, faces: tuple[float, float], sibling: FoundRow) -> FoundRow | None:
    """The row at `faces` with its sibling's tiers and frames, if two frames at least are seen there."""
    uprights = upright_map(view, faces, sibling.tiers[-1].z_m)
    strength = _strength(uprights, *faces)
    posts = posts_like(_posts_in(view, sibling), strength, uprights.u_of(np.arange(len(strength))))
    tiers = tuple(replace(t, sigma_m=max(t.sigma_m, LIKENESS_M)) for t in sibling.tiers)
    return _measured(view, posts, tiers, faces) if np.count_nonzero(posts.seen) >= 2 else None


def _runs(
    view: BlockView, tiers: tuple[FoundTier, ...], faces: tuple[float, float]
) -> list[tuple[float, float]]:
    """Stretches (u0, u1) of a row on which its tiers are seen; where hardly any is, one row ends."""
    start, places = view.block.u0, math.ceil((view.block.u1 - view.block.u0) / 0.1)
    seen = np.zeros((len(tiers), places), np.bool_)
    on_face = np.minimum(np.abs(view.v - faces[0]), np.abs(view.v - faces[1])) < 0.1
    for row, tier in zip(seen, tiers, strict=True):
        band = on_face & (view.z > tier.z_m - tier.beam_height_m - 0.02) & (view.z < tier.z_m + 0.02)
        u = view.u[band & (view.u > start) & (view.u < view.block.u1)]
        row[np.minimum(bins(u, start, 0.1), places - 1)] = True
    share = uniform_filter1d(seen.mean(0), 9)
    covered = share > _GAP_SHARE * np.quantile(share, 0.75)
    edges = np.flatnonzero(np.diff(np.pad(covered.astype(np.int8), 1)))
    runs: list[tuple[float, float]] = []
    for first, last in edges.reshape(-1, 2):
        u0, u1 = start + 0.1 * float(first), start + 0.1 * float(last)
        if runs and u0 - runs[-1][1] < _GAP_M * view.coarseness:
            runs[-1] = (runs[-1][0], u1)
        else:
            runs.append((u0, u1))
    return [r for r in runs if r[1] - r[0] > 0.8]


def _row_faces(uprights: UprightMap, outer: tuple[float, float]) -> list[tuple[float, float]]:
    """Faces (v0, v1) of each row between the block's outer faces."""
    low, high = outer
    if high - low < 2 * _MIN_DEPTH_M + 0.4:
        return [outer]
    middle = (low + high) / 2
    inner = [
        v
        for v in uprights.planes(low, high)
        if abs(v - middle) < min(_MAX_FLUE_M, (high - low) / 2 - _MIN_DEPTH_M)
    ]
    left = max((v for v in inner if v <= middle), default=None)
    right = min((v for v in inner if v > middle), default=None)
    if left is None and right is None:
        return [outer]
    # rows back to back are twins: a plane seen on one side stands mirrored on the other
    left = left if left is not None else 2 * middle - (right or middle)
    right = right if right is not None else 2 * middle - left
    return [(low, left + uprights.cell_m), (right - uprights.cell_m, high)]


def _row(
    view: BlockView,
    uprights: UprightMap,
    tiers: tuple[FoundTier, ...],
    faces: tuple[float, float],
    run: tuple[float, float],
) -> FoundRow | None:
    strength = _strength(uprights, *faces)
    posts = find_posts(strength, uprights.u_of(np.arange(len(strength))), *run)
    if posts is None or not np.all(np.diff(posts.u) > 0):
        return None
    return _with_own_tiers(view, _measured(view, posts, tiers, faces))


def _with_own_tiers(view: BlockView, row: FoundRow) -> FoundRow:
    """The row with the tiers seen between its own frames, in the planes of its posts.

    The block's outer faces, on which the first were found, are those of loads where loads overhang.
    """
    block = replace(view.block, u0=float(row.posts[0]), u1=float(row.posts[-1]))
    tiers = find_tiers(replace(view, block=block), (row.v0, row.v1), row.height_m + _TOP_DECK_M)
    return replace(row, tiers=_carried(tiers, row.height_m) or row.tiers)


def _carried(tiers: tuple[FoundTier, ...], height_m: float) -> tuple[FoundTier, ...]:
    """Those that uprights of `height_m` can carry; the others hang from the roof."""
    return tuple(t for t in tiers if not t.z_m > height_m + _TOP_DECK_M)


def _measured(
    view: BlockView, posts: Posts, tiers: tuple[FoundTier, ...], faces: tuple[float, float]
) -> FoundRow:
    """The row with its faces, width and height measured on the points of its frames."""
    v0, v1 = faces
    at_post = np.abs(view.u - nearest_frame(posts.u, view.u)) < POST_HALF_M
    across = (view.v > v0 - 0.08) & (view.v < v1 + 0.08)
    v0, v1 = _post_planes(view.v[at_post & across & (view.z > POST_FOOT_M)], v0, v1)
    width = _upright_width(view, posts, v0, v1)
    inside = across & (view.u > posts.u[0] - width) & (view.u < posts.u[-1] + width)
    height = _height(view, posts, v0, v1)
    tiers = _carried(tiers, height) or tiers[:1]
    return FoundRow(
        yaw_rad=view.block.yaw_rad,
        posts=posts.u,
        v0=v0,
        v1=v1,
        upright_width_m=width,
        height_m=max(height, tiers[-1].z_m),
        tiers=tiers,
        sigma_m=0.01,
        evidence_points=int(np.count_nonzero(inside)),
        seen_posts=int(np.count_nonzero(posts.seen)),
        quality=posts.score
        * max(float(view.face_coverage(v, 0.05 * view.coarseness).max()) for v in (v0, v1)),
    )


def _strength(uprights: UprightMap, v0: float, v1: float) -> npt.NDArray[np.float64]:
    """Evidence (I,) of a frame along a row: the better seen face's, and half of the other one's."""
    front, rear = uprights.along(v0 + 0.05), uprights.along(v1 - 0.05)
    return np.asarray((np.maximum(front, rear) + 0.5 * np.minimum(front, rear)) / 1.5)


def _post_planes(v: npt.NDArray[np.float64], v0: float, v1: float) -> tuple[float, float]:
    """The outermost planes, near the faces `v0` and `v1`, on which many of the posts' points `v` lie."""
    planes = []
    for face, outward in ((v0, -1.0), (v1, 1.0)):
        depth = (face - v) * outward  # grows into the row
        near = depth[np.abs(depth) < _POST_REACH_M]
        if len(near) < 20:
            planes.append(face)
            continue
        edges = np.arange(-_POST_REACH_M, _POST_REACH_M + 1e-9, 0.005)
        counts = gaussian_filter1d(np.histogram(near, bins=edges)[0].astype(np.float64), 1.5)
        peak = int(np.flatnonzero(counts >= 0.4 * counts.max())[0])
        while peak + 1 < len(counts) and counts[peak + 1] > counts[peak]:
            peak += 1
        close = near[np.abs(near - (edges[peak] + 0.0025)) < 0.012]
        planes.append(face - outward * float(close.mean()))
    return planes[0], planes[1]


def _upright_width(view: BlockView, posts: Posts, v0: float, v1: float) -> float:
    """Width of an upright along the row, from the points about the frames that were seen."""
    frames = posts.u[posts.seen]
    on_face = (np.minimum(np.abs(view.v - v0), np.abs(view.v - v1)) < 0.06) & (view.z > 0.3)
    u = view.u[on_face]
    if len(frames) == 0:
        return 0.1
    offset = u - nearest_frame(frames, u)
    offset = offset[np.abs(offset) < 0.2]
    if len(offset) < 30:
        return 0.1
    counts = np.histogram(offset, bins=40, range=(-0.2, 0.2))[0].astype(np.float64)
    level = (counts.max() + np.median(counts)) / 2
    return float(np.clip(np.count_nonzero(counts >= level) * 0.01, 0.04, 0.2))


def nearest_frame(frames: npt.NDArray[np.float64], u: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The frame (N,) nearest to each `u` (N,); `frames` ascend."""
    after = np.clip(np.searchsorted(frames, u), 1, max(len(frames) - 1, 1))
    left, right = frames[after - 1], frames[np.minimum(after, len(frames) - 1)]
    return np.asarray(np.where(u - left < right - u, left, right))


def _height(view: BlockView, posts: Posts, v0: float, v1: float) -> float:
    """Height of the uprights, NaN if none was seen: the median of where unbroken ones end.

    What hides part of an upright seems to end it: only those count that end near where the upper ones do.
    """
    tops = []
    on_face = np.minimum(np.abs(view.v - v0), np.abs(view.v - v1)) < 0.1
    u, z = view.u[on_face], view.z[on_face]
    for frame in posts.u:
        near = np.sort(z[np.abs(u - frame) < 0.06])
        breaks = np.flatnonzero(np.diff(near) > _BREAK_M)
        if len(near):
            tops.append(near[breaks[0]] if len(breaks) else near[-1])
    if not tops:
        return math.nan
    return float(np.median([t for t in tops if t > np.quantile(tops, 0.75) - _BREAK_M]))
