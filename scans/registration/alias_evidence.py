"""Votes between two poses: what is explained by one of them and contradicted by the other.

1. A point is on a SURFACE of the other side, in its FREE space, or UNSEEN there (`Seen.at`).
2. A point tells if one pose puts it on a surface and the other in free space. What repeats is on a surface under
   both, what was moved in free space under both, and what the other side has not seen tells nothing.
3. A building's parts tell too, once and from one side, if one pose puts them on a surface, the other where nobody
   looked, and nothing like them stands at the distance of the move, though points are there.
4. Points are correlated: all that tell within a patch of half a metre of the plan are one vote.
5. Under the true pose a vote of a kind goes astray with a chance of at most ε, so that for n⁺ against n⁻ votes the
   ratio of likelihoods is ((1 − ε) / ε)^(n⁺ − n⁻) if else the move is true, and (2 (1 − ε))^n⁺ (2 ε)^n⁻ if the votes
   mean nothing, as those of loads that were moved. The pose is credited with the lesser.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from scans.registration.alias_sight import FREE, SURFACE, UNSEEN

EvidenceKind = Literal["wall", "column", "rack", "load", "obstacle", "surface", "floor_mark", "control_point"]
KINDS: tuple[EvidenceKind, ...] = get_args(EvidenceKind)

KindNamer = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.int8]]
"""Tells the kind of things at places (N, 3), as indices (N,) in KINDS."""

ASTRAY: dict[EvidenceKind, float] = {
    "wall": 0.05,
    "column": 0.05,
    "rack": 0.1,
    "load": 0.1,
    "obstacle": 0.25,
    "surface": 0.1,
}
"""The share ε of votes of each kind that may go astray: parts are thin, and what can be moved is moved."""

PATCH_M = 0.5
_LEAST_POINTS = 4
_LEAST_SHARE = 0.25
_ONE_SIDED = 4  # as many points for as against, at least
_MOST_LONE = 4
_STAYS: tuple[EvidenceKind, ...] = ("wall", "column")
_BUILDING = tuple(KINDS.index(kind) for kind in _STAYS)

Votes = dict[int, tuple[int, int]]
"""For the first pose and for the second, by index in KINDS."""


@dataclass(frozen=True)
class KindEvidence:
    """What one kind of things says: independent patches `for_pose` and `against` it, and the natural logarithm of
    the ratio of likelihoods, pose over shift. `note` says why it does not count, if so.
    """

    kind: EvidenceKind
    for_pose: int
    against: int
    log_ratio: float
    note: str = ""


def votes(
    places: npt.NDArray[np.float64],
    kind: npt.NDArray[np.int8],
    first: npt.NDArray[np.int8],
    second: npt.NDArray[np.int8],
) -> Votes:
    """Votes of points at `places` (N, 3) of `kind` (N,), in these states (N,) under two poses (rules 2 and 4)."""
    pro = (first == SURFACE) & (second == FREE)
    contra = (first == FREE) & (second == SURFACE)
    return _counted(places, kind, pro, contra)


def lone_candidates(
    kind: npt.NDArray[np.int8], first: npt.NDArray[np.int8], second: npt.NDArray[np.int8]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """The building's points that one pose puts on a surface and the other where nobody looked: for the first pose
    (N,), and for the second.
    """
    is_building = np.isin(kind, _BUILDING)
    pro = is_building & (first == SURFACE) & (second == UNSEEN)
    contra = is_building & (first == UNSEEN) & (second == SURFACE)
    return pro, contra


def lone_votes(
    places: npt.NDArray[np.float64],
    kind: npt.NDArray[np.int8],
    pro: npt.NDArray[np.bool_],
    contra: npt.NDArray[np.bool_],
) -> Votes:
    """Votes of those candidates (N,) that nothing at the distance of the move is like (rule 3).

    That two things of a kind coincide is one fact, however many patches they have: a kind has at most four of them.
    """
    tally = _counted(places, kind, pro, contra)
    return {k: (min(a, _MOST_LONE), min(b, _MOST_LONE)) for k, (a, b) in tally.items()}


def _counted(
    places: npt.NDArray[np.float64],
    kind: npt.NDArray[np.int8],
    pro: npt.NDArray[np.bool_],
    contra: npt.NDArray[np.bool_],
) -> Votes:
    patch, kind_of = _patches(places, kind)
    total, n_pro, n_contra = (
        np.bincount(patch[which], minlength=len(kind_of)) for which in (slice(None), pro, contra)
    )
    for_first = np.bincount(kind_of[_is_vote(n_pro, n_contra, total)], minlength=len(KINDS))
    for_second = np.bincount(kind_of[_is_vote(n_contra, n_pro, total)], minlength=len(KINDS))
    return {
        k: (int(for_first[k]), int(for_second[k])) for k in np.flatnonzero(for_first + for_second).tolist()
    }


def _is_vote(
    here: npt.NDArray[np.int64], there: npt.NDArray[np.int64], total: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    return (here >= _LEAST_POINTS) & (here >= _LEAST_SHARE * total) & (here >= _ONE_SIDED * there)


def _patches(
    places: npt.NDArray[np.float64], kind: npt.NDArray[np.int8]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The number of each point's patch (N,), a square of the plan and a kind, and the kind of each patch (P,)."""
    i, j = np.floor((places[:, :2] - places[:, :2].min(0, initial=0.0)) / PATCH_M).astype(np.int64).T
    key = (i * (j.max(initial=0) + 1) + j) * len(KINDS) + kind
    patches, patch = np.unique(key, return_inverse=True)
    return patch, patches % len(KINDS)


def added(*some: Votes) -> Votes:
    """All votes together."""
    total: Votes = {}
    for each in some:
        for kind, (pro, contra) in each.items():
            before = total.get(kind, (0, 0))
            total[kind] = (before[0] + pro, before[1] + contra)
    return total


def weighed(tally: Votes, *, loads_count: bool) -> tuple[KindEvidence, ...]:
    """What each kind of votes says for the first pose (rule 5), in the order of KINDS."""
    return tuple(_weighed(KINDS[kind], *tally[kind], loads_count=loads_count) for kind in sorted(tally))


def _weighed(kind: EvidenceKind, pro: int, contra: int, *, loads_count: bool) -> KindEvidence:
    if kind == "load" and not loads_count:
        return KindEvidence(kind, pro, contra, 0.0, "loads may have been moved between the scans")
    astray = ASTRAY[kind]
    against_shift = (pro - contra) * math.log((1 - astray) / astray)
    if against_shift <= 0 or kind in _STAYS:
        return KindEvidence(kind, pro, contra, against_shift)
    against_chance = pro * math.log(2 * (1 - astray)) + contra * math.log(2 * astray)
    if against_chance <= 0:
        return KindEvidence(kind, pro, contra, 0.0, "it contradicts itself: it may be chance")
    return KindEvidence(kind, pro, contra, min(against_shift, against_chance))
