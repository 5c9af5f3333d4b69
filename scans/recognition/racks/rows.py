"""What a block of racks is made of: rows with their frames, bays, tiers and faces."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from scans.recognition.racks.bays import Posts, find_posts, posts_like
from scans.recognition.racks.beams import beam_tiers, fronts_of
from scans.recognition.racks.block_view import BlockView, bins, block_view, view_of
from scans.recognition.racks.blocks import RackBlock, axes_of
from scans.recognition.racks.faces import POST_FOOT_M, Faces, post_planes, row_faces
from scans.recognition.racks.frames import measured_frames, unbroken_tops
from scans.recognition.racks.nearest import frame_at
from scans.recognition.racks.row_sigmas import RowSigmas
from scans.recognition.racks.tiers import FoundTier, find_tiers
from scans.recognition.racks.uprights import UprightMap, upright_map
from scans.recognition.tiled_points import TiledPoints

_FRONT_M, _ENOUGH_FRONT = 0.02, 200  # points of uprights' fronts that tell how a row is turned
_MOST_TURN = 0.01
_BEAM_REACH_M, _BARE = 0.06, 0.25  # of what is seen of beams in the usual bay
POST_HALF_M = 0.07
_THIN = 1.8  # coarseness beyond which a block does not speak for itself
_PARALLEL_RAD = math.radians(2)
_IN_LINE_M = 0.4
_HEIGHT_REACH_M, _BREAK_M = 0.06, 0.8
_GAP_M, _GAP_SHARE = 0.7, 0.4  # less of the tiers seen than this share of the usual, for so long, is a gap
_TOP_DECK_M = 0.1  # how far a deck may lie above the uprights that carry it
MODEL_QUALITY = 0.35  # up to this a row is none, and no other is like it
LIKENESS_M = 0.03  # rows built alike still differ by this in the height of their decks


@dataclass(frozen=True)
class FoundRow:
    """A rack row in axes u along `yaw_rad` and v to its left about (0, 0); lengths in metres.

    `posts` are the centres (B + 1,) of its frames along u; `v0` and `v1` its outer faces; `height_m` the
    uprights' top above the floor; `seen_posts` counts the frames that were seen, not inferred. `sigma_m` is what
    other rows leave unknown, `sigmas` how well each length is known once all rows are found.
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
    sigmas: RowSigmas | None = None

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


class ThinBlock(NamedTuple):
    """A block that does not speak for itself, and its outer faces."""

    view: BlockView
    outer: tuple[float, float]


def rows_of_block(block: RackBlock, cloud: TiledPoints) -> tuple[tuple[FoundRow, ...], ThinBlock | None]:
    """The rows of `block`, none if it is no rack, and what is known of it if the scan is thin there; `cloud` are the
    hall's points.

    1. The outer faces; 2. the tiers seen on them; 3. the planes of posts between them: two make a row, four
    make two rows back to back; 4. the frames along each row; 5. faces and ends from the uprights' own points.
    """
    view = block_view(block, cloud)
    if len(view.z) < 50:
        return (), None
    outer = view.outer_faces()
    thin = ThinBlock(view, outer) if view.coarseness > _THIN else None
    tiers = find_tiers(view, outer)
    if not tiers:
        return (), thin
    uprights = upright_map(view, outer, tiers[-1].z_m)
    found = (
        _row(view, uprights, tiers, faces, run)
        for faces in row_faces(uprights, outer, tiers)
        for run in _runs(view, tiers, faces)
    )
    return tuple(_above_own_floor(r, view, cloud) for r in found if r is not None), thin


def rows_like(thin: ThinBlock, siblings: Sequence[FoundRow], cloud: TiledPoints) -> tuple[FoundRow, ...]:
    """The rows of a thin block that are built like one of their `siblings`: parallel rows of the hall, as deep, whose
    first or last frame is in line with the block's end.
    """
    view, outer = thin
    rows = [_row_like(view, outer, s) for s in siblings if _may_be_like(view, outer, s)]
    return tuple(_above_own_floor(r, view, cloud) for r in rows if r is not None)


def _above_own_floor(row: FoundRow, view: BlockView, cloud: TiledPoints) -> FoundRow:
    """The row with its heights above the floor at its own middle, not at that of its block."""
    by_m = view.base_m - cloud.floor_at(row.center)
    tiers = tuple(replace(tier, z_m=tier.z_m + by_m) for tier in row.tiers)
    return replace(row, tiers=tiers, height_m=row.height_m + by_m)


def _may_be_like(view: BlockView, outer: tuple[float, float], sibling: FoundRow) -> bool:
    """Parallel, as deep, and its first or last frame in line with the block's end."""
    turn = abs(math.remainder(sibling.yaw_rad - view.block.yaw_rad, math.pi))
    as_deep = abs((outer[1] - outer[0]) - (sibling.v1 - sibling.v0)) < 0.25
    if not (turn < _PARALLEL_RAD and as_deep):
        return False
    posts = _posts_in(view, sibling)
    return min(abs(float(posts[0]) - view.block.u0), abs(float(posts[-1]) - view.block.u1)) < _IN_LINE_M


def _posts_in(view: BlockView, row: FoundRow) -> npt.NDArray[np.float64]:
    """The frames of a parallel row, along the axis u of `view`."""
    middle = np.array([row.posts, np.full(len(row.posts), (row.v0 + row.v1) / 2)])
    return np.sort(view.block.axes[0] @ (axes_of(row.yaw_rad).T @ middle))


def _row_like(view: BlockView, faces: tuple[float, float], sibling: FoundRow) -> FoundRow | None:
    """The row at `faces` with its sibling's tiers and frames, if two frames at least are seen there."""
    uprights = upright_map(view, faces, sibling.tiers[-1].z_m)
    strength = _strength(uprights, *faces)
    posts = posts_like(_posts_in(view, sibling), strength, uprights.u_of(np.arange(len(strength))))
    if posts.score <= MODEL_QUALITY or np.count_nonzero(posts.seen) < 2:
        return None
    tiers = tuple(replace(t, sigma_m=max(t.sigma_m, LIKENESS_M)) for t in sibling.tiers)
    return _measured(view, posts, tiers, Faces(*faces))


def _runs(view: BlockView, tiers: tuple[FoundTier, ...], faces: Faces) -> list[tuple[float, float]]:
    """Stretches (u0, u1) of a row on which its tiers are seen; where hardly any is, one row ends."""
    start, places = view.block.u0, math.ceil((view.block.u1 - view.block.u0) / 0.1)
    seen = np.zeros((len(tiers), places), np.bool_)
    u, _, z = view.near_planes((faces.v0, faces.v1), 0.1)
    place = np.minimum(bins(u, start, 0.1), places - 1)
    for row, tier in zip(seen, tiers, strict=True):
        row[place[(z > tier.z_m - tier.beam_height_m - 0.02) & (z < tier.z_m + 0.02)]] = True
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


def _row(
    view: BlockView,
    uprights: UprightMap,
    tiers: tuple[FoundTier, ...],
    faces: Faces,
    run: tuple[float, float],
) -> FoundRow | None:
    strength = _strength(uprights, faces.v0, faces.v1)
    posts = find_posts(strength, uprights.u_of(np.arange(len(strength))), *run)
    if posts is None or posts.score <= MODEL_QUALITY or not np.all(np.diff(posts.u) > 0):
        return None
    row = _measured(view, posts, tiers, faces)
    if row is None:
        return None
    row = _with_own_tiers(view, row, faces._replace(v0=row.v0, v1=row.v1))
    return _straightened(view, without_bare_ends(view, row))


def without_bare_ends(view: BlockView, row: FoundRow) -> FoundRow:
    """The row without the bays at its ends in which next to no beam is seen: beyond a cross-aisle another row may
    begin where this one's next upright would stand.
    """
    ends = float(row.posts[0]) - 1.0, float(row.posts[-1]) + 1.0
    u, _, z = view.near_planes((row.v0, row.v1), _BEAM_REACH_M, ends=ends)
    on_beam = np.any([(z > t.z_m - t.beam_height_m) & (z < t.z_m) for t in row.tiers], axis=0)
    place_m = 0.1 * view.coarseness
    places = np.unique(np.floor(u[on_beam] / place_m)) * place_m + place_m / 2
    seen = np.histogram(places, row.posts)[0] / np.diff(row.posts)
    there = np.flatnonzero(seen >= _BARE * np.median(seen))
    posts = row.posts[there[0] : there[-1] + 2]
    return replace(row, posts=posts, seen_posts=min(row.seen_posts, len(posts)))


def _straightened(view: BlockView, row: FoundRow) -> FoundRow:
    """The row turned about its middle to the line through its uprights' fronts: loads too had a say in how its block
    was turned.
    """
    along, across, _ = view.near_planes(
        (row.v0, row.v1), _FRONT_M, above_m=POST_FOOT_M, frames=row.posts, half_m=row.upright_width_m / 2
    )
    products, squares, count = 0.0, 0.0, 0
    for face in (row.v0, row.v1):
        on = np.abs(across - face) < _FRONT_M
        u, v = along[on] - row.posts.mean(), across[on]
        products += float((u * (v - v.mean())).sum()) if len(v) else 0.0
        squares += float(((u - u.mean()) ** 2).sum()) if len(v) else 0.0
        count += len(v)
    slope = products / squares if count >= _ENOUGH_FRONT and squares > 0 else 0.0
    if not abs(slope) < _MOST_TURN:
        return row
    before, after = axes_of(row.yaw_rad), axes_of(row.yaw_rad + math.atan(slope))
    middle = np.array([(row.posts[0] + row.posts[-1]) / 2, (row.v0 + row.v1) / 2])
    du, dv = after @ (middle @ before) - middle
    return replace(
        row, yaw_rad=row.yaw_rad + math.atan(slope), posts=row.posts + du, v0=row.v0 + dv, v1=row.v1 + dv
    )


def measured_alone(row: FoundRow, cloud: TiledPoints, face: float) -> FoundRow:
    """The row with the frames and tiers that are seen on one `face` (v) of it, if any are."""
    view = view_of(RackBlock(row.yaw_rad, float(row.posts[0]), float(row.posts[-1]), row.v0, row.v1), cloud)
    posts = Posts(row.posts, np.ones(len(row.posts), np.bool_), row.quality)
    posts, width = measured_frames(view, posts, face, face)
    return _with_own_tiers(view, replace(row, posts=posts.u, upright_width_m=width), Faces(face, face))


def _with_own_tiers(view: BlockView, row: FoundRow, faces: Faces) -> FoundRow:
    """The row with the tiers seen between its own frames, in the planes of its posts.

    The block's outer faces, on which the first were found, are those of loads where loads overhang.
    """
    ends = float(row.posts[0]), float(row.posts[-1])
    fronts = fronts_of(view, ends, sorted({faces.v0, faces.v1}), faces.low, faces.high)
    tiers = beam_tiers(fronts, row.height_m + _TOP_DECK_M)
    return replace(row, tiers=tiers or row.tiers)


def _carried(tiers: tuple[FoundTier, ...], height_m: float) -> tuple[FoundTier, ...]:
    """Those that uprights of `height_m` can carry; the others hang from the roof."""
    return tuple(t for t in tiers if not t.z_m > height_m + _TOP_DECK_M)


def _measured(view: BlockView, posts: Posts, tiers: tuple[FoundTier, ...], faces: Faces) -> FoundRow | None:
    """The row with its faces, width and height measured on the points of its frames; none if it is too poor."""
    first = post_planes(view, posts.u, POST_HALF_M, faces)
    posts, width = measured_frames(view, posts, *first)  # loads beside an upright may be taken for it
    half_m = max(width / 2 - 0.005, 0.02)
    v0, v1 = post_planes(view, posts.u, half_m, faces._replace(v0=first[0], v1=first[1]))
    covered = max(float(view.face_coverage(v, 0.05 * view.coarseness).max()) for v in (v0, v1))
    if posts.score * covered <= MODEL_QUALITY:
        return None
    posts, width = measured_frames(view, posts, v0, v1)
    near, far = max(v0 - 0.08, faces.low), min(v1 + 0.08, faces.high)
    ends = float(posts.u[0]) - width, float(posts.u[-1]) + width
    inside = view.near_planes(((near + far) / 2,), (far - near) / 2, ends=ends)
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
        evidence_points=inside.shape[1],
        seen_posts=int(np.count_nonzero(posts.seen)),
        quality=posts.score * covered,
    )


def _strength(uprights: UprightMap, v0: float, v1: float) -> npt.NDArray[np.float64]:
    """Evidence (I,) of a frame along a row: the better seen face's, and half of the other one's."""
    front, rear = uprights.along(v0 + 0.05), uprights.along(v1 - 0.05)
    return np.asarray((np.maximum(front, rear) + 0.5 * np.minimum(front, rear)) / 1.5)


def _height(view: BlockView, posts: Posts, v0: float, v1: float) -> float:
    """Height of the uprights, NaN if none was seen: the median of where unbroken ones end.

    What hides part of an upright seems to end it: only those count that end near where the upper ones do.
    """
    ends = float(posts.u[0]) - _HEIGHT_REACH_M, float(posts.u[-1]) + _HEIGHT_REACH_M
    u, _, z = view.near_planes((v0, v1), 0.1, ends=ends)
    tops = unbroken_tops(posts.u, frame_at(posts.u, u, _HEIGHT_REACH_M), z, _BREAK_M)
    tops = tops[np.isfinite(tops)]
    if len(tops) == 0:
        return math.nan
    return float(np.median(tops[tops > np.quantile(tops, 0.75) - _BREAK_M]))
