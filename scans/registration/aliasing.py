"""The aliasing guard: would the scan fit as well a bay further on?

Racks repeat every bay, so that a scan registered one bay off looks right, and no measure of fit tells. What tells
is what does not repeat.

1. The proposed pose, and each move of it by whole bays along the rows, is fitted by a few centimetres.
2. Between the pose and each move, what stands on a surface under one and in free space under the other votes, from
   both sides (`alias_evidence`); points known in both frames vote by their residuals.
3. The pose is `unique` if against every move the ratio of likelihoods is at least K / α, for K moves: as far as
   votes are independent and go astray no more often than is assumed, a false pose gets so far with a chance of at
   most α (Wald 1947, 3.2: P(Λ ≥ A) ≤ 1 / A; Bonferroni over K).
4. Else it is `ambiguous`: too little evidence is never taken for enough. So it is where the sides have little in
   common, or the pose puts things where the other side saw through.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from scans.registration.alias_evidence import KINDS, KindEvidence, KindNamer, weighed
from scans.registration.alias_kinds import kinds_from_blocks
from scans.registration.alias_pair import Pair, States
from scans.registration.alias_rows import (
    BayStep,
    RowDirection,
    bay_steps,
    blocks_from_points,
    rows_from_points,
)
from scans.registration.alias_sight import SURFACE, PosedPoints
from scans.registration.known_points import KnownPoint, known_evidence
from spatial.poses import Matrix4

FALSE_ACCEPTANCE = 1e-4
_LEAST_POINTS = 500
_MOST_CONTRADICTED = 0.05  # at true poses 0 to 1 % of generated halls
_MOST_UNTESTED = 0.01  # where no shift is tested, nothing else would tell
_FLOOR_SHARE = 0.02
_RACKS_WITHOUT_PITCH = "racks are seen, but not how they repeat: pass their rows"


@dataclass(frozen=True)
class AliasShift:
    """A move that was tested: `bays` along `yaw_rad`, `shift_m` (3,) after its fit relative to the fitted pose;
    `log_ratio` is ln of the likelihood of the proposed pose over the move's, `evidence` what it is made of.
    """

    yaw_rad: float
    bays: int
    shift_m: tuple[float, float, float]
    log_ratio: float
    evidence: tuple[KindEvidence, ...]

    @property
    def distance_m(self) -> float:
        """Length of the shift in the plan."""
        return math.hypot(*self.shift_m[:2])


@dataclass(frozen=True)
class AliasVerdict:
    """`unique` or `ambiguous`, and why: `shifts` are all moves tested, `competing` those that the evidence does not
    refute, the likeliest first; `evidence` is that against the likeliest of all. A shift is refuted at
    `needed_log_ratio`.
    """

    verdict: Literal["unique", "ambiguous"]
    reason: str
    shifts: tuple[AliasShift, ...]
    competing: tuple[AliasShift, ...]
    evidence: tuple[KindEvidence, ...]
    needed_log_ratio: float
    false_acceptance: float

    def as_text(self) -> str:
        """Lines for people."""
        return "\n".join([f"{self.verdict}: {self.reason}", *map(_line, self.competing or self.shifts[:1])])

    def as_json(self) -> dict[str, Any]:
        """Plain values: `aliasing` of a registration in scan-report.json."""
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "needed_log_ratio": round(self.needed_log_ratio, 2),
            "false_acceptance": self.false_acceptance,
            "evidence": [_evidence_json(each) for each in self.evidence],
            "competing": [_shift_json(shift) for shift in self.competing],
            "shifts": [_shift_json(shift) for shift in self.shifts],
        }


def check_aliasing(
    fixed: PosedPoints,
    moving: PosedPoints,
    rows: Sequence[RowDirection] = (),
    *,
    known_points: Sequence[KnownPoint] = (),
    name_kinds: KindNamer | None = None,
    loads_count: bool = False,
    most_bays: int = 2,
    floor_z: float | None = None,
    false_acceptance: float = FALSE_ACCEPTANCE,
) -> AliasVerdict:
    """Whether `moving` could as well stand whole bays further along `rows`; both sides in the frame of the pose.

    `rows` come from `rows_from_facility`; without any they are looked for among the points. `name_kinds` tells
    kinds by place, in the frame of `fixed` (`kinds_from_facility`); without it all that is in a rack may be a load.
    `loads_count` if no load was moved between the two scans. `floor_z` is the floor's height, metres, by default the
    lowest of `fixed` but for 2 %. Sides with too few points, or too few in common, are `ambiguous`. Raises
    ValueError for a rate outside 0 … 1 or fewer bays than one.
    """
    if not 0 < false_acceptance < 1:
        raise ValueError(f"false_acceptance {false_acceptance} is not between 0 and 1")
    if most_bays < 1:
        raise ValueError(f"most_bays {most_bays} is below 1")
    fewest = min(len(fixed.points), len(moving.points))
    if fewest < _LEAST_POINTS:
        few = f"a side has {fewest} points, below {_LEAST_POINTS}"
        return _verdict(few, (), -math.log(false_acceptance), false_acceptance)
    floor = float(np.quantile(fixed.points[:, 2], _FLOOR_SHARE)) if floor_z is None else floor_z
    doubt = ""
    if not rows or name_kinds is None:
        blocks = [block for side in (fixed, moving) for block in blocks_from_points(side.points, floor)]
        name_kinds = name_kinds or kinds_from_blocks(blocks)
        if not rows:
            rows = rows_from_points(fixed.points, blocks, floor)
            doubt = _RACKS_WITHOUT_PITCH if blocks and not rows else ""
    steps = bay_steps(rows, most_bays)
    pair = Pair(fixed, moving, name_kinds, floor)
    pose = pair.fitted(np.eye(4))
    at_pose = pair.states(pose)
    shifts = (_tested(pair, step, pose, at_pose, known_points, loads_count) for step in steps)
    ordered = tuple(sorted(shifts, key=lambda shift: shift.log_ratio))
    needed = math.log(max(len(steps), 1) / false_acceptance)
    return _verdict(
        doubt or _doubt(pair, pose, at_pose, ordered, loads_count), ordered, needed, false_acceptance
    )


def _tested(
    pair: Pair,
    step: BayStep,
    pose: Matrix4,
    at_pose: States,
    known_points: Sequence[KnownPoint],
    loads_count: bool,
) -> AliasShift:
    """The evidence between the fitted `pose` and a `step` from it, fitted too."""
    start = pose.copy()
    start[:3, 3] += step.offset
    moved = pair.fitted(start)
    tally = pair.votes(pose, at_pose, moved)
    evidence = (*weighed(tally, loads_count=loads_count), *known_evidence(known_points, pose, moved))
    x, y, z = (float(each) for each in pair.shift(pose, moved))
    return AliasShift(step.yaw_rad, step.bays, (x, y, z), sum(each.log_ratio for each in evidence), evidence)


def _doubt(
    pair: Pair, pose: Matrix4, at_pose: States, shifts: tuple[AliasShift, ...], loads_count: bool
) -> str:
    """Why the pose is in doubt whatever the shifts say; empty if it is not."""
    common = int(np.count_nonzero(at_pose[0] == SURFACE))
    if common < _LEAST_POINTS:
        return f"the sides have {common} points in common, below {_LEAST_POINTS}: scan with more overlap"
    if not shifts and not pair.knows_free_space:
        return (
            "no shift is tested and no station is known, so that nothing could contradict the pose: pass eyes"
        )
    share = pair.contradicted_share(at_pose, pose, None if loads_count else KINDS.index("load"))
    most = _MOST_CONTRADICTED if shifts else _MOST_UNTESTED
    if share > most:
        return f"{share:.1%} of what is shown stands where the other side saw through, above {most:.0%}"
    return ""


def _verdict(
    doubt: str, shifts: tuple[AliasShift, ...], needed: float, false_acceptance: float
) -> AliasVerdict:
    competing = tuple(shift for shift in shifts if shift.log_ratio < needed)
    return AliasVerdict(
        verdict="ambiguous" if doubt or competing else "unique",
        reason=_reason(doubt, shifts, needed),
        shifts=shifts,
        competing=competing,
        evidence=shifts[0].evidence if shifts else (),
        needed_log_ratio=needed,
        false_acceptance=false_acceptance,
    )


def _reason(doubt: str, shifts: tuple[AliasShift, ...], needed: float) -> str:
    if shifts and shifts[0].log_ratio <= -needed:
        return f"a shift by {_named(shifts[0])} explains what does not repeat, the pose does not"
    if doubt:
        return doubt
    if not shifts:
        return "nothing repeats: no rows of racks are named or seen"
    if shifts[0].log_ratio < needed:
        return f"a shift by {_named(shifts[0])} explains what does not repeat about as well as the pose"
    return f"what does not repeat refutes all {len(shifts)} shifts by whole bays"


def _named(shift: AliasShift) -> str:
    bays = f"{shift.bays:+d} bay{'s' if abs(shift.bays) > 1 else ''}"
    return f"{bays} ({shift.distance_m:.2f} m) along {math.degrees(shift.yaw_rad):.1f}°"


def _line(shift: AliasShift) -> str:
    told = ", ".join(
        f"{each.kind} {each.for_pose}:{each.against}" + (f" ({each.note})" if each.note else "")
        for each in shift.evidence
    )
    return f"  against {_named(shift)}: ln ratio {shift.log_ratio:.1f}; {told or 'no evidence'}"


def _shift_json(shift: AliasShift) -> dict[str, Any]:
    return {
        "bays": shift.bays,
        "yaw_rad": round(shift.yaw_rad, 5),
        "shift_m": [round(each, 4) for each in shift.shift_m],
        "log_ratio": round(shift.log_ratio, 2),
        "evidence": [_evidence_json(each) for each in shift.evidence],
    }


def _evidence_json(evidence: KindEvidence) -> dict[str, Any]:
    told = {
        "kind": evidence.kind,
        "for": evidence.for_pose,
        "against": evidence.against,
        "log_ratio": round(evidence.log_ratio, 2),
    }
    return {**told, "note": evidence.note} if evidence.note else told
