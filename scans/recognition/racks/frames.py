"""Frames to the centimetre: where each upright's two sides are on the faces of a row, and how wide uprights are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.ndimage import gaussian_filter1d

from scans.recognition.racks.bays import Posts
from scans.recognition.racks.block_view import BlockView
from scans.recognition.racks.nearest import first_from

Floats = npt.NDArray[np.float64]

_FACE_M, _FOOT_M = 0.06, 0.3
_USUAL_HALF_M, _WIDEST_M = 0.05, 0.1  # of an upright's width, from its middle
_BESIDE_M, _STEP_M = 0.3, 0.005
_FEWEST = 30  # points that tell where an upright is
_BARE_M = 0.04  # strips beside an upright in which there is less
_SHIFT_M = 0.07  # by how much a row may be off, and its ends against its middle
_NEARLY_M = 0.03  # frames off by less from equal bays stand at equal bays


def measured_frames(view: BlockView, posts: Posts, v0: float, v1: float) -> tuple[Posts, float]:
    """The frames of a row with the faces `v0` and `v1`, centred on its uprights, and how wide uprights are.

    Loads beside an upright may be denser than it is, but each elsewhere: all frames are moved and stretched together
    to where uprights are most likely. Those about at equal bays stand at equal bays: what is left is the scan's.
    """
    u, _, z = view.near_planes((v0, v1), _FACE_M, above_m=_FOOT_M)
    weight = view.standing(u, z, u)
    frames = _evened(posts.u)
    for _ in range(2):
        profiles, count = _profiles(u, weight, frames[posts.seen])
        frames = _fitted(profiles, count, frames, posts.seen, _width(profiles, count))
    return replace(posts, u=frames), _width(*_profiles(u, weight, frames[posts.seen]))


def _evened(frames: Floats) -> Floats:
    """The frames at equal distances, if they nearly are."""
    if len(frames) < 3:
        return frames
    number = np.arange(len(frames)) - (len(frames) - 1) / 2
    even = frames.mean() + number * (number @ frames / (number @ number))
    return np.asarray(even if np.median(np.abs(frames - even)) < _NEARLY_M else frames)


def _fitted(
    profiles: Floats,
    count: npt.NDArray[np.int64],
    frames: Floats,
    seen: npt.NDArray[np.bool_],
    width: float,
) -> Floats:
    """The frames moved by up to 7 cm and stretched by up to twice that, to where uprights are most likely; `profiles`
    and `count` are those of the frames `seen`.
    """
    shifts = np.arange(-_SHIFT_M, _SHIFT_M + 1e-9, _STEP_M)
    told = count >= _FEWEST
    if np.count_nonzero(told) < 2:
        return frames
    score = _scores(profiles[told], width)
    along = np.linspace(-1.0, 1.0, len(frames))
    at = along[seen][told]
    shift, stretch = _best_move(score, at, shifts)
    return np.asarray(frames + shifts[shift] + shifts[stretch] * along)


def _scores(profiles: Floats, width: float) -> Floats:
    """(F, S): how well an upright of that width explains each of the profiles (F, K), at each shift of up to 14 cm:
    what is inside it less what is beside it.
    """
    inside, beside = round(width / 2 / _STEP_M), round(_BARE_M / _STEP_M)
    total = np.zeros((len(profiles), profiles.shape[1] + 1))
    np.cumsum(profiles, axis=1, out=total[:, 1:])
    shift = round(2 * _SHIFT_M / _STEP_M)
    first, last = profiles.shape[1] // 2 - shift, profiles.shape[1] // 2 + shift + 1
    outer_left, left, right, outer_right = (
        total[:, first + off : last + off] for off in (-inside - beside, -inside, inside, inside + beside)
    )
    within = (right - left) / (2 * inside)
    around = left - outer_left + outer_right - right
    most = np.maximum(within.max(axis=1, keepdims=True), 1e-9)
    return np.asarray((within - around / (2 * beside)) / most)


def _profiles(u: Floats, weight: Floats, frames: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
    """(F, K): the weights beside each frame in steps of 5 mm, up to 30 cm away, of points at `u`; and how many there
    are.
    """
    profiles, count = np.zeros((len(frames), 2 * round(_BESIDE_M / _STEP_M))), np.zeros(len(frames), np.int64)
    _gather(u, weight, frames, profiles, count)
    return profiles, count


def _width(profiles: Floats, count: npt.NDArray[np.int64]) -> float:
    """How wide uprights are, those of the `profiles` (F, K) all together: between where points thin out to half from
    the most on each side of the middle, and what is seen all along the row.
    """
    if count.sum() < _FEWEST:
        return 2 * _USUAL_HALF_M
    density = gaussian_filter1d(profiles.sum(axis=0), 1.0)
    middle, widest = len(density) // 2, round(_WIDEST_M / _STEP_M)
    beside = np.sort(np.concatenate([density[: middle - widest], density[middle + widest :]]))
    background = float(beside[len(beside) // 2 - 1] + beside[len(beside) // 2]) / 2
    return _side_m(density[:middle][::-1], background) + _side_m(density[middle:], background)


def _side_m(half: Floats, background: float) -> float:
    """How far from its middle an upright's side is, of the densities of points (K,) outwards in steps."""
    steps: list[float] = half[: round(_WIDEST_M / _STEP_M)].tolist()
    level = (max(steps) + background) / 2
    if max(steps) <= background:
        return _USUAL_HALF_M
    last = max(k for k, density in enumerate(steps) if density >= level)
    after = steps[last + 1] if last + 1 < len(steps) else background
    beyond = (steps[last] - level) / max(steps[last] - after, 1e-9)  # between the middles of two steps
    return min(max((last + 0.5 + min(beyond, 1.0)) * _STEP_M, 0.015), _WIDEST_M)


def unbroken_tops(frames: Floats, frame: npt.NDArray[np.int64], z: Floats, break_m: float) -> Floats:
    """(F,): how far up each of the frames is seen without a pause of more than `break_m`; NaN if it is not.

    Points are at heights `z` (N,), on the `frame` (N,) of that number, or on none if −1.
    """
    tops = np.full(len(frames), np.nan)
    if len(z):
        _unbroken(frame, z, float(z.min()), float(z.max()), break_m, tops)
    return tops


@njit(cache=True, nogil=True)
def _best_move(score, along, shifts):  # type: ignore[no-untyped-def]
    """The shift, and the stretch of frames at `along` (F,) in -1…1, at which their scores (F, S) sum to most."""
    best, found = -np.inf, (0, 0)
    for shift in range(len(shifts)):
        for stretch in range(len(shifts)):
            total = 0.0
            for frame in range(len(along)):
                moved = shifts[shift] + shifts[stretch] * along[frame]
                total += score[frame, int(np.rint((moved + 2 * _SHIFT_M) / _STEP_M))]
            if total > best:
                best, found = total, (shift, stretch)
    return found


@njit(cache=True, nogil=True)
def _unbroken(frame, z, low, high, break_m, tops):  # type: ignore[no-untyped-def]
    bands = int(2 * (high - low) / break_m) + 1  # a pause is longer than two of them
    lowest, highest = np.full((len(tops), bands), np.inf), np.full((len(tops), bands), -np.inf)
    for n in range(len(z)):
        if frame[n] >= 0:
            band = int(2 * (z[n] - low) / break_m)
            lowest[frame[n], band] = min(lowest[frame[n], band], z[n])
            highest[frame[n], band] = max(highest[frame[n], band], z[n])
    for at in range(len(tops)):
        for band in range(bands):
            if lowest[at, band] < np.inf:
                if lowest[at, band] - tops[at] > break_m:
                    break
                tops[at] = highest[at, band]


@njit(cache=True, nogil=True)
def _gather(u, weight, frames, profiles, count):  # type: ignore[no-untyped-def]
    for n in range(len(u)):
        frame = first_from(frames, u[n] - _BESIDE_M)
        while frame < len(frames) and frames[frame] - _BESIDE_M <= u[n]:
            step = int((u[n] - frames[frame] + _BESIDE_M) / _STEP_M)
            if step < profiles.shape[1]:
                profiles[frame, step] += weight[n]
                count[frame] += 1
            frame += 1
