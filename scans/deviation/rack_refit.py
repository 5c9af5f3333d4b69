"""A planned row refitted to the points about it: shift, turn, each with its standard deviation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scans.deviation.frames import FacePoints, Floats, before_face, face_points, faces_of, upright_middles
from scans.deviation.rack_corners import rack_corners
from scans.deviation.seen_points import SeenPoints
from scans.deviation.upright_candidates import agreeing, find_fronts, find_uprights
from scans.deviation.uprights import UprightFit, common_along, fit_front, fit_upright
from spatial.facility import Rack
from spatial.poses import wrap_yaw

REACH_M = 0.5
"""How far from its place an upright is looked for, metres; less where frames stand closer than that."""

_PRIOR_M = 0.0007
"""Scatter across of one upright, or of one bay's beams, before any was seen."""

_SHELF_M = 0.015
"""What hides the place of shelving: posts as thin as scan lines are apart, goods that stand before the edges."""

_PRIOR_WEIGHT = 4.0
_HUBER = 1.5


@dataclass(frozen=True)
class RackFit:
    """The row `rack` as it stands: its middle moved by `along_m` and `across_m`, its heading by `turn_rad`.

    Standard deviations hold the scatter between uprights and the registration. `uprights` are those that agree.
    """

    rack: Rack
    along_m: float
    across_m: float
    turn_rad: float
    along_sigma_m: float
    across_sigma_m: float
    turn_sigma_rad: float
    uprights: tuple[UprightFit, ...]

    @property
    def by_m(self) -> float:
        """Length of the shift."""
        return math.hypot(self.along_m, self.across_m)

    @property
    def sigma_m(self) -> float:
        """Standard deviation of the shift in its own direction; the greater one where there is none."""
        by = self.by_m
        if by == 0:
            return max(self.along_sigma_m, self.across_sigma_m)
        return math.hypot(self.along_m * self.along_sigma_m, self.across_m * self.across_sigma_m) / by

    @property
    def direction(self) -> tuple[float, float] | None:
        """Unit vector of the shift in the world."""
        if self.by_m == 0:
            return None
        x, y = (self._shift() / self.by_m).tolist()
        return x, y

    def moved(self) -> Rack:
        """The row where it stands."""
        x, y = (np.array(self.rack.center) + self._shift()).tolist()
        return replace(self.rack, center=(x, y), yaw_rad=wrap_yaw(self.rack.yaw_rad + self.turn_rad))

    def _shift(self) -> Floats:
        c, s = math.cos(self.rack.yaw_rad), math.sin(self.rack.yaw_rad)
        return np.array(
            [c * self.along_m - s * self.across_m, s * self.along_m + c * self.across_m], np.float64
        )


def refit_rack(rack: Rack, seen: SeenPoints, *, registration_sigma_m: float = 0.0) -> RackFit | None:
    """`rack` fitted to what was seen of its neighbourhood; None if its plane is not found.

    1. Each upright, and the front of each bay's beams, is looked for on each face that an aisle shows.
    2. One shift and turn of the whole row has to explain them; what disagrees is something else.
    3. In that plane all uprights together tell the shift along, then each its own place and lean.
    4. The row goes through all: along by the mean, across by a line.
    """
    pitch = min((bay.width_m + rack.upright_width_m for bay in rack.bays), default=rack.length_m)
    reach_m = min(REACH_M, 0.45 * pitch, 0.9 * rack.depth_m)
    faces = _shown_faces(rack, seen, reach_m)
    candidates = [  # 1
        c
        for face in faces.values()
        for find in (find_uprights, find_fronts)
        for c in find(rack, face, reach_m)
    ]
    chosen = agreeing(candidates, rack.length_m / 2) if candidates else []  # 2
    if not chosen:
        return None
    u, v = np.array([(c.u_m, c.across_m) for c in chosen]).T
    plane = np.polyfit(u, v, 1 if len(chosen) > 2 else 0)

    slope, start = plane if len(plane) == 2 else (0.0, plane[0])
    fit: RackFit | None = None
    for _ in range(
        2
    ):  # the second time in the plane that the first found: a turned face has depth in a flat one
        fit = _fit_in_plane(rack, faces, float(start), float(slope), reach_m, registration_sigma_m)
        if fit is None:
            return None
        slope = math.tan(fit.turn_rad)
        start = fit.across_m - slope * rack.length_m / 2
    return fit


def _shown_faces(rack: Rack, seen: SeenPoints, reach_m: float) -> dict[int, FacePoints]:
    """What was seen of each face from before it: from behind, the backs of its beams look like a face further in."""
    rows = seen.near(rack_corners(rack), reach_m + 0.2)
    points, eyes = seen.points[rows], seen.eyes_of(rows)
    return {
        side: face_points(rack, points[before_face(rack, eyes, side)], side, reach_m + 0.1)
        for side in faces_of(rack)
    }


def _fit_in_plane(
    rack: Rack,
    faces: Mapping[int, FacePoints],
    start_m: float,
    slope: float,
    reach_m: float,
    registration_m: float,
) -> RackFit | None:
    """Steps 3 and 4, for a row shifted across by about `start_m` + `slope` · u."""

    def across(u_m: float) -> float:
        return start_m + slope * u_m

    along_m = common_along(rack, faces, across, reach_m)  # 3
    uprights: list[UprightFit] = []
    if along_m is not None:
        uprights = [
            fit
            for face in faces.values()
            for u in upright_middles(rack)
            if (fit := fit_upright(rack, face, float(u), across(float(u)), along_m)) is not None
        ]
    patches = [(fit.u_m, fit.across_m) for fit in uprights]
    for face in faces.values():
        for bay in rack.bays:
            middle = bay.offset_m + bay.width_m / 2
            if (front := fit_front(rack, face, bay, across(middle), slope)) is not None:
                patches.append((middle, front))
    return _row_through(rack, uprights, np.array(patches), registration_m) if patches else None  # 4


def _row_through(
    rack: Rack, uprights: Sequence[UprightFit], patches: Floats, registration_m: float
) -> RackFit:
    along, along_sigma = _mean(uprights) if uprights else (0.0, math.inf)
    x, across = patches[:, 0] - rack.length_m / 2, patches[:, 1]
    design = np.column_stack([np.ones_like(x), x])
    if np.ptp(x) < 0.3:  # one frame alone tells no turn
        design = design[:, :1]
    weight = np.ones(len(x))
    for _ in range(10):  # Huber 1964
        root = np.sqrt(weight)
        solved = np.linalg.lstsq(design * root[:, None], across * root, rcond=None)[0]
        off = np.abs(across - design @ solved)
        scale = max(_PRIOR_M, 1.4826 * float(np.median(off)))
        weight = np.minimum(1.0, _HUBER * scale / np.maximum(off, 1e-9))
    free = float(weight.sum()) - design.shape[1]
    scatter = _pooled(float(np.sum(weight * off**2)), free, _PRIOR_M)
    variance = scatter**2 * np.linalg.inv(design.T @ (design * weight[:, None]))
    has_turn = design.shape[1] == 2
    turn_sigma = math.sqrt(float(variance[1, 1])) if has_turn else math.inf
    hidden_m = _SHELF_M if rack.kind == "shelving" else 0.0
    return RackFit(
        rack=rack,
        along_m=along,
        across_m=float(solved[0]),
        turn_rad=math.atan(float(solved[1])) if has_turn else 0.0,
        along_sigma_m=math.hypot(along_sigma, registration_m, hidden_m),
        across_sigma_m=math.hypot(math.sqrt(float(variance[0, 0])), registration_m, hidden_m),
        turn_sigma_rad=math.hypot(turn_sigma, 2 * hidden_m / rack.length_m),
        uprights=tuple(uprights),
    )


def _mean(uprights: Sequence[UprightFit]) -> tuple[float, float]:
    """Shift along of the row, weighted, and its standard deviation.

    Where uprights scatter more than their own sigmas say, so does their mean (Birge 1932).
    """
    values = np.array([fit.along_m for fit in uprights])
    weight = np.array([1 / fit.along_sigma_m**2 for fit in uprights])
    mean = float(np.sum(weight * values) / np.sum(weight))
    ratio = _pooled(float(np.sum(weight * (values - mean) ** 2)), len(values) - 1, 1.0)
    return mean, ratio / math.sqrt(float(np.sum(weight)))


def _pooled(squares: float, free: float, prior: float) -> float:
    """Scatter of one value: what is seen, weighed against what is usual while few values are seen."""
    return math.sqrt((_PRIOR_WEIGHT * prior**2 + squares) / (_PRIOR_WEIGHT + max(free, 0.0)))
