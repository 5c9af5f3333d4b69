"""A deck's two faces: its top, which is seen from above, and its underside, which is seen from below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scans.recognition.levels.rays import Rays

DECK_M = 0.5
"""A deck is no thicker, the beams that carry it included."""
FACE_M = 0.04
"""The layer about a face in which its points lie: noise, and how uneven floors are laid."""
_STEP_M = 0.01
_FEWEST = 100
_LESSER_SHARE = 0.2


@dataclass(frozen=True)
class Faces:
    """z of the world, metres, of a deck's top and underside; None for a face that nobody saw."""

    top_m: float | None
    underside_m: float | None

    @property
    def low_m(self) -> float:
        """z of the lower face that was seen."""
        return min(z for z in (self.top_m, self.underside_m) if z is not None)

    @property
    def high_m(self) -> float:
        """z of the higher face that was seen."""
        return max(z for z in (self.top_m, self.underside_m) if z is not None)

    @property
    def inside_m(self) -> float:
        """z of a plane inside the deck."""
        if self.top_m is None or self.underside_m is None:
            return self.low_m + (FACE_M if self.top_m is None else -FACE_M)
        return (self.top_m + self.underside_m) / 2

    def are_on(self, z: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Which (N,) of the heights `z` (N,) lie on a face, as far as noise goes."""
        return (np.abs(z - self.low_m) < FACE_M / 2) | (np.abs(z - self.high_m) < FACE_M / 2)

    def are_beside(self, z: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Which (N,) of `z` (N,) lie over the higher face or under the lower one, in as thick a layer."""
        out = np.maximum(z - self.high_m, self.low_m - z)
        return (out > FACE_M) & (out < 2 * FACE_M)


def deck_faces(near: Rays) -> Faces | None:
    """Where most of what was seen from above and from below ends, among beams that end `near` a deck.

    Of beams that began nobody knows where, the two heights at which most end are the faces. None without any.
    """
    z, eye_z = near.ends[:, 2], near.heights_of_eyes()
    top, underside = _most_common(z[eye_z > z]), _most_common(z[eye_z < z])
    if top is None and underside is None:
        underside, top = _two_most_common(z[np.isnan(eye_z)])
    if top is None and underside is None:
        return None
    if top is not None and underside is not None and not 0 <= top - underside <= DECK_M:
        return None
    return Faces(top, underside)


def _most_common(z: npt.NDArray[np.float64]) -> float | None:
    """The height that most of `z` (N,) lie about; None of less than a hundred."""
    if len(z) < _FEWEST:
        return None
    low = float(z.min())
    count = np.convolve(np.bincount(((z - low) / _STEP_M).astype(np.int64)), np.ones(3), mode="same")
    middle = low + (int(np.argmax(count)) + 0.5) * _STEP_M
    return float(np.median(z[np.abs(z - middle) < 1.5 * _STEP_M]))


def _two_most_common(z: npt.NDArray[np.float64]) -> tuple[float | None, float | None]:
    """The lower and the higher of the two heights that most of `z` (N,) lie about, if there are two."""
    first = _most_common(z)
    if first is None:
        return None, None
    others = z[(np.abs(z - first) > FACE_M) & (np.abs(z - first) < DECK_M)]
    second = _most_common(others)
    if second is None or _about(z, second) < _LESSER_SHARE * _about(z, first):
        return first, first
    return min(first, second), max(first, second)


def _about(z: npt.NDArray[np.float64], middle: float) -> int:
    return int(np.count_nonzero(np.abs(z - middle) < 1.5 * _STEP_M))
