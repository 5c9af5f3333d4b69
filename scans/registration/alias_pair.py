"""The two sides of a registration under one pose after the other, and how they vote between two poses."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from scans.registration.alias_evidence import (
    KINDS,
    KindNamer,
    Votes,
    added,
    lone_candidates,
    lone_votes,
    votes,
)
from scans.registration.alias_refine import normals, refined
from scans.registration.alias_sight import FREE, SURFACE, PosedPoints, Seen, thinned
from spatial.poses import Matrix4, transform_points

CELL_M, MATCH_M = 0.06, 0.09
_MOST_VOTERS, _FIT_POINTS = 200_000, 6_000
_FLOOR_M = 0.12
_MARGIN_M = 1.0
_FACING = 0.7  # cosine
_WALL = KINDS.index("wall")
_FIRST_KINDS = ("wall", "column", "load", "rack", "obstacle", "surface")
_RANK = np.array([_FIRST_KINDS.index(kind) if kind in _FIRST_KINDS else len(KINDS) for kind in KINDS])

States = tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]
"""Of the moving side's points among what the fixed side saw, and of the fixed side's among what the moving saw."""


class Pair:
    """Both sides, thinned to a point each 6 cm, and what each saw. `moving` lies as the proposed pose puts it."""

    def __init__(
        self, fixed: PosedPoints, moving: PosedPoints, name_kinds: KindNamer, floor_z: float
    ) -> None:
        self._name_kinds = name_kinds
        self._fixed, self._moving = thinned(fixed.points, CELL_M), thinned(moving.points, CELL_M)
        self._fixed_saw = Seen(fixed, self._fixed, MATCH_M)
        self._moving_saw = Seen(moving, self._moving, MATCH_M)
        self._normals = normals(self._fixed, self._fixed, self._fixed_saw.tree)
        self._knows_all = fixed.is_complete
        self._from_moving = _voters(self._moving, floor_z)
        self._from_fixed = _voters(self._fixed, floor_z)
        self._fixed_kind = name_kinds(self._from_fixed)

    @property
    def knows_free_space(self) -> bool:
        """Whether either side can tell that nothing is at a place."""
        return self._fixed_saw.knows_free_space or self._moving_saw.knows_free_space

    def fitted(self, start: Matrix4) -> Matrix4:
        """The pose `start` of the moving side (4, 4), fitted to the fixed one."""
        some = self._moving[:: math.ceil(len(self._moving) / _FIT_POINTS)]
        return refined(start, some, self._fixed, self._normals, self._fixed_saw.tree)

    def shift(self, first: Matrix4, second: Matrix4) -> npt.NDArray[np.float64]:
        """How far (3,) the middle of the moving side lies from `first` to `second`, metres."""
        middle = self._moving.mean(0, keepdims=True)
        return np.asarray((transform_points(second, middle) - transform_points(first, middle))[0])

    def states(self, pose: Matrix4) -> States:
        """What either side's points are to the other under `pose`."""
        back = np.linalg.inv(pose).astype(np.float64)
        return (
            self._fixed_saw.at(transform_points(pose, self._from_moving)),
            self._moving_saw.at(transform_points(back, self._from_fixed)),
        )

    def contradicted_share(self, states: States, pose: Matrix4, without: int | None) -> float:
        """Of the points that the other side could judge, the share that it saw through; kind `without` left out.

        What a plan does not hold is no contradiction.
        """
        kinds = self._name_kinds(transform_points(pose, self._from_moving)), self._fixed_kind
        judged = states[1:] if self._knows_all else states
        named = kinds[1:] if self._knows_all else kinds
        free = surface = 0
        for state, kind in zip(judged, named, strict=True):
            asked = np.ones(len(kind), np.bool_) if without is None else kind != without
            free += int(np.count_nonzero(asked & (state == FREE)))
            surface += int(np.count_nonzero(asked & (state == SURFACE)))
        return free / max(free + surface, 1)

    def votes(self, first: Matrix4, at_first: States, second: Matrix4) -> Votes:
        """The votes of both sides between the poses `first`, with its states, and `second`."""
        at_second = self.states(second)
        here = transform_points(first, self._from_moving)
        there = transform_points(second, self._from_moving)
        kind = _foremost(self._name_kinds(here), self._name_kinds(there))
        pro, contra = lone_candidates(kind, at_first[0], at_second[0])
        is_alone = self._are_alone(here, there, pro, contra, kind)
        return added(
            votes(here, kind, at_first[0], at_second[0]),
            lone_votes(here, kind, pro & is_alone, contra & is_alone),
            votes(self._from_fixed, self._fixed_kind, at_first[1], at_second[1]),
        )

    def _are_alone(
        self,
        here: npt.NDArray[np.float64],
        there: npt.NDArray[np.float64],
        pro: npt.NDArray[np.bool_],
        contra: npt.NDArray[np.bool_],
        kind: npt.NDArray[np.int8],
    ) -> npt.NDArray[np.bool_]:
        """Which of the moving points that are `pro` or `contra` have nothing like them a move further or back, where
        something was seen.

        Behind a wall nothing is seen: it has to face the move.
        """
        is_alone = pro | contra
        asked = np.flatnonzero(is_alone)
        if len(asked) == 0:
            return is_alone
        move, own = (there - here)[asked], self._from_moving[asked]
        at = np.where(pro[:, None], here, there)[asked]
        beside, own_beside = np.vstack([at + move, at - move]), np.vstack([own + move, own - move])
        is_like = self._fixed_saw.is_near(beside) | self._moving_saw.is_near(own_beside)
        is_left = ~is_like.reshape(2, -1).any(0)
        is_seen = _has_column(self._fixed, beside) | _has_column(self._moving, own_beside)
        along = move[0] / np.linalg.norm(move[0])
        is_facing = np.zeros(len(asked), np.bool_)
        facing = normals(own[is_left], self._moving, self._moving_saw.tree) @ along
        is_facing[is_left] = np.abs(facing) > _FACING
        is_told = np.where(kind[asked] == _WALL, is_facing, is_seen.reshape(2, -1).all(0))
        is_alone[asked] = is_left & is_told
        return is_alone


def _voters(points: npt.NDArray[np.float64], floor_z: float) -> npt.NDArray[np.float64]:
    above = points[points[:, 2] > floor_z + _FLOOR_M]
    return above[:: max(1, math.ceil(len(above) / _MOST_VOTERS))]


def _foremost(one: npt.NDArray[np.int8], other: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """The kind of a point whose place is in doubt: the building before loads, loads before racks."""
    return np.where(_RANK[one] <= _RANK[other], one, other).astype(np.int8)


def _has_column(points: npt.NDArray[np.float64], places: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether there is a point of `points` in the same half metre of the plan as each place."""
    low = points[:, :2].min(0) - _MARGIN_M
    ij = np.floor((points[:, :2] - low) / 0.5).astype(np.int64)
    has = np.zeros(ij.max(0) + 3, np.bool_)
    has[ij[:, 0], ij[:, 1]] = True
    asked = np.floor((places[:, :2] - low) / 0.5).astype(np.int64)
    inside = ((asked >= 0) & (asked < has.shape)).all(1)
    asked[~inside] = 0
    return np.asarray(inside & has[asked[:, 0], asked[:, 1]])
