"""How one element differs from what it was, and whether its sigma allows to say so."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from layouts.diff.placed import Measure, Placed
from spatial.facility import Point2, Rack

Verdict = Literal["changed", "unchanged", "cannot_decide"]

Z = 1.959963984540054
"""Normal quantile at 97.5 %."""

Z_PLANE = math.sqrt(-2 * math.log(0.025))
"""Rayleigh quantile at 97.5 %: the length of a shift in the plane with a normal error along each axis."""

RUN = ("run_x_m", "run_y_m")
"""Measures that tell how far a link leads aside, from its start to its end."""

ROUNDOFF = 1e-9
"""Differences below this, metres or radians, are those of arithmetic."""


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A move in the plane and a turn, from the first side to the second.

    `sigma_m` is per axis. `bound_m` is the greatest shift that the data allow at 97.5 %. Where the length
    changed, the shift is that of the middle or of an end, whichever moved least: a row that grew at one end
    has not moved.
    """

    vector_m: Point2
    sigma_m: float
    turn_rad: float
    turn_sigma_rad: float
    moved: Verdict
    turned: Verdict

    @property
    def by_m(self) -> float:
        """Length of the move."""
        return math.hypot(*self.vector_m)

    @property
    def bound_m(self) -> float:
        """97.5 % upper bound on the true move: a plane shift is at least its part along the true one."""
        return self.by_m + Z * self.sigma_m

    @property
    def direction(self) -> Point2 | None:
        """Unit vector of the move; None where there is none."""
        by = self.by_m
        return (self.vector_m[0] / by, self.vector_m[1] / by) if by > ROUNDOFF else None


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """A property that differs, or may: a measure with its sigma, or a label (sigma None)."""

    name: str
    before: float | str
    after: float | str
    sigma: float | None
    verdict: Verdict

    @property
    def by(self) -> float:
        """The difference of a measure; 0 of a label."""
        if isinstance(self.before, str) or isinstance(self.after, str):
            return 0.0
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class Change:
    """One element that differs; `before` or `after` is None where it was added or removed.

    `level` is that of `before` where there is one. `fields` holds what changed and what cannot be decided,
    nothing else.
    """

    kind: str
    level: str
    before: str | None
    after: str | None
    shift: Shift | None = None
    fields: tuple[FieldChange, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """What happened: added, removed, moved, turned, resized, altered, renamed, cannot_decide."""
        if self.before is None or self.after is None:
            return ("added",) if self.before is None else ("removed",)
        told = [self.shift.moved, self.shift.turned] if self.shift else []
        sizes = [one for one in self.fields if one.verdict == "changed" and is_size(one)]
        altered = [one for one in self.fields if one.verdict == "changed" and not is_size(one)]
        happened = (
            ("moved", self.shift is not None and self.shift.moved == "changed"),
            ("turned", self.shift is not None and self.shift.turned == "changed"),
            ("resized", bool(sizes)),
            ("altered", bool(altered)),
            ("renamed", self.before != self.after),
            ("cannot_decide", "cannot_decide" in [*told, *(one.verdict for one in self.fields)]),
        )
        return tuple(word for word, is_so in happened if is_so)


def is_size(field: FieldChange) -> bool:
    """A measure, or a number of bays or tiers; anything else alters what the element is, as where a link leads."""
    return field.name in ("bays", "tiers") or (field.sigma is not None and field.name not in RUN)


def element_change(a: Placed, b: Placed, *, limit_m: float) -> tuple[Change | None, float]:
    """The change of a matched element, None if there is nothing to tell, and the bound on its shift, metres.

    1. Without sigma on either side any difference is a change.
    2. A measured difference is one where it is above `limit_m` and above what no change at all shows in 2.5 %
       of cases (of a length: 2.5 % to each side).
    3. It is unchanged where its 97.5 % bound is within `limit_m`.
    4. Anything between cannot be decided.
    """
    if a == b:  # one record is one measurement
        return None, 0.0
    fields = [*_measures(a, b, limit_m), *_labels(a, b), *_rack_fields(a, b, limit_m)]
    shift = _shift(
        a, b, limit_m, is_resized=any(f.name == "length_m" and f.verdict == "changed" for f in fields)
    )
    told = tuple(one for one in fields if one.verdict != "unchanged")
    is_same = shift.moved == shift.turned == "unchanged" and not told and a.id == b.id
    change = Change(kind=a.kind, level=a.level, before=a.id, after=b.id, shift=shift, fields=told)
    return (None if is_same else change), shift.bound_m


def _verdict(by: float, quantile: float, sigma: float, limit: float) -> Verdict:
    by = abs(by)
    if sigma == 0:
        return "changed" if by > ROUNDOFF else "unchanged"  # 1
    if by > max(quantile * sigma, limit):
        return "changed"  # 2
    return "unchanged" if by + Z * sigma <= limit else "cannot_decide"  # 3, 4


def _shift(a: Placed, b: Placed, limit_m: float, *, is_resized: bool) -> Shift:
    turn = math.remainder(b.yaw_rad - a.yaw_rad, max(a.period_rad, b.period_rad))
    if a.period_rad != b.period_rad:  # square in one of them: a turn would say nothing
        turn = math.remainder(turn, math.pi / 2)
    vector = _vector(a, b, is_resized)
    sigma, turn_sigma = math.hypot(a.sigma_m, b.sigma_m), math.hypot(a.yaw_sigma_rad, b.yaw_sigma_rad)
    arm = max(a.length_m, b.length_m) / 2  # a turn matters by how far it takes the ends
    return Shift(
        vector_m=vector,
        sigma_m=sigma,
        turn_rad=turn,
        turn_sigma_rad=turn_sigma,
        moved=_verdict(math.hypot(*vector), Z_PLANE, sigma, limit_m),
        turned=_verdict(arm * turn, Z, arm * turn_sigma, limit_m),
    )


def _vector(a: Placed, b: Placed, is_resized: bool) -> Point2:
    heading = -1.0 if _is_reversed(a, b) else 1.0
    candidates = []
    for end in (0.0, 1.0, -1.0) if is_resized else (0.0,):
        was, now = end * a.length_m / 2, heading * end * b.length_m / 2
        dx = b.center[0] - a.center[0] + (now * math.cos(b.yaw_rad) - was * math.cos(a.yaw_rad))
        dy = b.center[1] - a.center[1] + (now * math.sin(b.yaw_rad) - was * math.sin(a.yaw_rad))
        candidates.append((dx, dy))
    return min(candidates, key=lambda vector: math.hypot(*vector))


def _is_reversed(a: Placed, b: Placed) -> bool:
    """Whether the two count along opposite headings."""
    return abs(math.remainder(b.yaw_rad - a.yaw_rad, math.tau)) > math.pi / 2 + ROUNDOFF


def _measures(a: Placed, b: Placed, limit_m: float) -> Iterator[FieldChange]:
    now = {one.name: one for one in b.measures}
    for was in a.measures:
        if was.name in now:
            yield _measured(was, now[was.name], limit_m)


def _measured(was: Measure, now: Measure, limit: float) -> FieldChange:
    sigma = math.hypot(was.sigma, now.sigma)
    verdict = _verdict(now.value - was.value, Z, sigma, limit)
    return FieldChange(name=was.name, before=was.value, after=now.value, sigma=sigma, verdict=verdict)


def _labels(a: Placed, b: Placed) -> Iterator[FieldChange]:
    for (name, was), (_, now) in zip(a.labels, b.labels, strict=True):
        yield _label(name, was, now, is_same=was == now)


def _label(name: str, was: str, now: str, *, is_same: bool) -> FieldChange:
    verdict: Verdict = "unchanged" if is_same else "changed"
    return FieldChange(name=name, before=was, after=now, sigma=None, verdict=verdict)


def _rack_fields(a: Placed, b: Placed, limit_m: float) -> Iterator[FieldChange]:
    """What only racks have: tier heights, bay widths, missing beams, faces; rows may count from either end."""
    was, now = a.element, b.element
    if not isinstance(was, Rack) or not isinstance(now, Rack):
        return
    is_reversed = _is_reversed(a, b)
    if len(was.tiers) == len(now.tiers):
        share = 1.0 if a.sigma_m or b.sigma_m else 0.0  # an exact comparison has no sigma anywhere
        for i, (tier, other) in enumerate(zip(was.tiers, now.tiers, strict=True)):
            name = f"tier_{i + 1}_z_m"
            before = Measure(name=name, value=tier.z_m, sigma=share * tier.sigma_m)
            yield _measured(before, replace(before, value=other.z_m, sigma=share * other.sigma_m), limit_m)
    beams = {(_from_start(bay, len(now.bays), is_reversed), tier) for bay, tier in now.missing_beams}
    yield _label("missing_beams", _beams(was), _beams(now), is_same=set(was.missing_beams) == beams)
    faces = {-face if is_reversed else face for face in now.faces}
    yield _label("faces", _facing(was), _facing(now), is_same=set(was.faces) == faces)
    if len(was.bays) == len(now.bays) and was.bays:
        bays = zip(was.bays, now.bays[:: -1 if is_reversed else 1], strict=True)
        widths = ((bay.width_m, other.width_m) for bay, other in bays)
        low, high = max(widths, key=lambda pair: (abs(pair[1] - pair[0]), pair[0] + pair[1]))
        before = Measure(name="bay_width_m", value=low, sigma=a.sigma_m)  # of the bay that changed most
        yield _measured(before, replace(before, value=high, sigma=b.sigma_m), limit_m)


def _from_start(bay: int, bays: int, is_reversed: bool) -> int:
    return bays - 1 - bay if is_reversed else bay


def _beams(rack: Rack) -> str:
    return ", ".join(f"{bay}/{tier}" for bay, tier in sorted(rack.missing_beams)) or "none"


def _facing(rack: Rack) -> str:
    """Headings of the faces in the world, whole degrees."""
    headings = (round(math.degrees(rack.yaw_rad + face * math.pi / 2)) % 360 for face in rack.faces)
    return ", ".join(f"{heading}°" for heading in sorted(headings)) or "none"
