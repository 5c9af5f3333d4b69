"""The difference of two facilities: two layouts, two scans, or a layout and a scan."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from layouts.diff.changes import Change, element_change
from layouts.diff.level_changes import level_changes
from layouts.diff.location_changes import LocationChanges, location_changes
from layouts.diff.matching import match_elements
from layouts.diff.placed import KINDS, Placed, placed_elements
from layouts.diff.totals import Total, total_changes
from spatial.facility import Facility, Level

LOOSE_KINDS = ("obstacle", "station", "link")
"""Kinds of which scans tell no sigma."""


@dataclass(frozen=True, kw_only=True)
class DiffLimits:
    """What counts as the same, metres.

    `limit_m`: the greatest measured difference that does not matter; what is planned on both sides is
    compared exactly. `loose_limit_m` is that of obstacles, stations and links. `reach_m`: how far something may
    have gone and got another name; `named_reach_m`: how far under its name. `unmeasured_sigma_m`: standard
    deviation of what a scan gives without one. With `is_edit` the second facility was drawn from the first, so all
    they share is one measurement and every sigma is 0.
    """

    limit_m: float = 0.03
    loose_limit_m: float = 0.25
    reach_m: float = 3.0
    named_reach_m: float = 10.0
    unmeasured_sigma_m: float = 0.05
    is_edit: bool = False

    def __post_init__(self) -> None:
        for name in ("limit_m", "loose_limit_m", "reach_m", "named_reach_m", "unmeasured_sigma_m"):
            value = getattr(self, name)
            if not 0 <= value < math.inf:
                raise ValueError(f"{name} {value} is not a length: give metres from 0 on")


@dataclass(frozen=True, kw_only=True)
class Side:
    """Which facility stands on one side."""

    id: str
    name: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Same:
    """An element that is the same on both sides, and the 97.5 % bound on what it may have moved."""

    kind: str
    before: str
    after: str
    bound_m: float


@dataclass(frozen=True, kw_only=True)
class Unchanged:
    """How many elements of a kind are the same, and the greatest 97.5 % bound on a move among them."""

    kind: str
    count: int
    bound_m: float


@dataclass(frozen=True, kw_only=True)
class FacilityDiff:
    """What is different from `before` to `after`; changes by kind, then by id; `levels` are pairs of ids.

    `same` are the elements that are not among the changes, in the same order. `notes` tell what was taken for
    granted.
    """

    before: Side
    after: Side
    levels: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]
    same: tuple[Same, ...]
    locations: LocationChanges
    totals: tuple[Total, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell, not even something undecided."""
        return not self.changes and not self.locations.count

    @property
    def unchanged(self) -> tuple[Unchanged, ...]:
        """What is the same, by kind."""
        bounds: dict[str, list[float]] = {}
        for one in self.same:
            bounds.setdefault(one.kind, []).append(one.bound_m)
        return tuple(
            Unchanged(kind=kind, count=len(those), bound_m=max(those)) for kind, those in bounds.items()
        )

    def words(self) -> dict[str, int]:
        """How many elements were added, removed, moved, …; one that moved and grew counts in both."""
        return dict(Counter(word for change in self.changes for word in change.words))


def diff_facilities(a: Facility, b: Facility, *, limits: DiffLimits | None = None) -> FacilityDiff:
    """What is different from `a` to `b`, both in one world frame.

    1. Levels are paired by id, then by elevation, and compared.
    2. Elements of one kind and level are matched: see `match_elements`. Where it takes fewer words to take equal
       names for the same thing, as in a hall whose aisles all grew, that is told instead.
    3. Each pair is compared, its difference held against its sigma: see `element_change`.
    4. Locations are compared where their racks stand, and totals drawn.

    The order of elements in a facility does not matter. `diff_facilities(b, a)` is the inverse.
    Raises ValueError when the two are georeferenced differently, or an obstacle's footprint has no area.
    """
    _check_frames(a, b)
    limits = limits or DiffLimits()
    levels = _level_pairs(a.levels, b.levels)  # 1
    changes = level_changes(
        a,
        b,
        levels,
        limit_m=limits.limit_m,
        unmeasured_sigma_m=limits.unmeasured_sigma_m,
        is_exact=limits.is_edit,
    )
    same: list[Same] = []
    racks: dict[str, str] = {}
    old, new = (
        placed_elements(side, unmeasured_sigma_m=limits.unmeasured_sigma_m, is_exact=limits.is_edit)
        for side in (a, b)
    )
    for kind in KINDS:
        was, now = _of_kind(old, kind), _of_kind(new, kind)
        limit_m = limits.loose_limit_m if kind in LOOSE_KINDS else limits.limit_m
        told = min(
            (
                _Told.of(was, now, pairs, limit_m)  # 3
                for pairs in (_by_place(was, now, levels, limits), _by_name(was, now, levels, limits))  # 2
            ),
            key=_Told.cost,
        )
        changes += sorted(told.changes, key=_order)
        same += sorted(told.same, key=_order)
        if kind == "rack":
            racks = {one.id: other.id for one, other in told.pairs}
    return FacilityDiff(
        before=_side(a),
        after=_side(b),
        levels=levels,
        changes=tuple(changes),
        same=tuple(same),
        locations=location_changes(a, b, racks),  # 4
        totals=total_changes(a, b, is_exact=limits.is_edit),
        notes=_frame_notes(a, b),
    )


def inverse_diff(diff: FacilityDiff) -> FacilityDiff:
    """The difference seen from the other side; its inverse is `diff` again."""
    locations, levels = diff.locations, dict(diff.levels)
    changes = [_inverse_change(change, levels) for change in diff.changes]
    return FacilityDiff(
        before=diff.after,
        after=diff.before,
        levels=tuple(sorted((after, before) for before, after in diff.levels)),
        changes=tuple(sorted(changes, key=lambda change: (KINDS.index(change.kind), _order(change)))),
        same=tuple(
            sorted(
                (replace(one, before=one.after, after=one.before) for one in diff.same),
                key=lambda one: (KINDS.index(one.kind), _order(one)),
            )
        ),
        locations=LocationChanges(
            added=locations.removed,
            removed=locations.added,
            renamed=tuple(sorted((after, before) for before, after in locations.renamed)),
            moved=locations.moved,
        ),
        totals=tuple(replace(total, before=total.after, after=total.before) for total in diff.totals),
        notes=diff.notes,
    )


def _inverse_change(change: Change, levels: Mapping[str, str]) -> Change:
    fields = tuple(replace(one, before=one.after, after=one.before) for one in change.fields)
    shift = change.shift
    if shift is not None:
        back = (-shift.vector_m[0], -shift.vector_m[1])
        shift = replace(shift, vector_m=back, turn_rad=-shift.turn_rad)
    is_pair = change.before is not None and change.after is not None
    level = levels[change.level] if is_pair else change.level
    return replace(change, level=level, before=change.after, after=change.before, shift=shift, fields=fields)


def _check_frames(a: Facility, b: Facility) -> None:
    one, other = a.frame.georeference, b.frame.georeference
    if one is not None and other is not None and one != other:
        raise ValueError(
            f"{a.id!r} is georeferenced as {one.crs} {one.enu_origin} and {b.id!r} as {other.crs} "
            f"{other.enu_origin}: bring both into one frame first"
        )


def _frame_notes(a: Facility, b: Facility) -> tuple[str, ...]:
    """Where only one side says where on Earth it lies."""
    placed = [side for side in (a, b) if side.frame.georeference is not None]
    if len(placed) != 1 or placed[0].frame.georeference is None:
        return ()
    crs = placed[0].frame.georeference.crs
    return (f"Only {placed[0].id} is georeferenced ({crs}): both are taken to be in its frame.",)


LEVEL_GAP_M = 0.5
"""Levels with other names are one when their elevations differ by no more."""


def _level_pairs(a: Sequence[Level], b: Sequence[Level]) -> tuple[tuple[str, str], ...]:
    """Ids of levels that are one, sorted; a level without a counterpart is in none."""
    common = {level.id for level in a} & {level.id for level in b}
    pairs = [(name, name) for name in sorted(common)]
    old = [level for level in a if level.id not in common]
    new = [level for level in b if level.id not in common]
    gaps = sorted(
        (abs(one.elevation_m - other.elevation_m), min(one.id, other.id), max(one.id, other.id), i, j)
        for i, one in enumerate(old)
        for j, other in enumerate(new)
    )
    taken_i: set[int] = set()
    taken_j: set[int] = set()
    for gap, _, _, i, j in gaps:
        if gap <= LEVEL_GAP_M and i not in taken_i and j not in taken_j:
            pairs.append((old[i].id, new[j].id))
            taken_i.add(i)
            taken_j.add(j)
    return tuple(sorted(pairs))


def _of_kind(side: Iterable[Placed], kind: str) -> list[Placed]:
    return [one for one in side if one.kind == kind]


Pairs = list[tuple[Placed, Placed]]

NEW_NAME = 0.5
"""Rows behind one that was taken away are counted anew: that is less than if all had moved up."""


class _Told(NamedTuple):
    """What a match of elements of one kind amounts to: its changes, and the others."""

    pairs: Pairs
    changes: list[Change]
    same: list[Same]

    @classmethod
    def of(cls, was: Sequence[Placed], now: Sequence[Placed], pairs: Pairs, limit_m: float) -> _Told:
        compared = [element_change(one, other, limit_m=limit_m) for one, other in pairs]
        changes = [change for change, _ in compared if change is not None]
        changes += _alone(was, {one.id for one, _ in pairs}, is_added=False)
        changes += _alone(now, {other.id for _, other in pairs}, is_added=True)
        same = [
            Same(kind=one.kind, before=one.id, after=other.id, bound_m=bound_m)
            for (one, other), (change, bound_m) in zip(pairs, compared, strict=True)
            if change is None
        ]
        return cls(pairs, changes, same)

    def cost(self) -> float:
        """How much there is to tell: a word each, half a word for what only has another name."""
        return sum(NEW_NAME if word == "renamed" else 1.0 for change in self.changes for word in change.words)


def _by_name(
    was: Sequence[Placed], now: Sequence[Placed], levels: Sequence[tuple[str, str]], limits: DiffLimits
) -> Pairs:
    """Equal names on one level are one thing, whatever lies between; what is left is matched by place."""
    level_of, named = dict(levels), {one.id: one for one in now}
    pairs = [
        (one, named[one.id])
        for one in was
        if one.id in named and named[one.id].level == level_of.get(one.level)
    ]
    taken = {one.id for one, _ in pairs}
    left, right = ([one for one in side if one.id not in taken] for side in (was, now))
    return [*pairs, *_by_place(left, right, levels, limits)]


def _by_place(
    was: Sequence[Placed], now: Sequence[Placed], levels: Sequence[tuple[str, str]], limits: DiffLimits
) -> Pairs:
    pairs: Pairs = []
    for before, after in levels:
        old, new = [p for p in was if p.level == before], [p for p in now if p.level == after]
        found = match_elements(old, new, reach_m=limits.reach_m, named_reach_m=limits.named_reach_m)
        pairs += [(old[i], new[j]) for i, j in found]
    return pairs


def _alone(side: Iterable[Placed], matched: set[str], *, is_added: bool) -> list[Change]:
    return [
        Change(
            kind=one.kind,
            level=one.level,
            before=None if is_added else one.id,
            after=one.id if is_added else None,
        )
        for one in side
        if one.id not in matched
    ]


def _order(change: Change | Same) -> tuple[list[tuple[str, int]], str, str]:
    """By name, numbers in it by value: R2 before R10."""
    name = change.before or change.after or ""
    parts = [(word, int(digits or 0)) for word, digits in re.findall(r"([^0-9]*)([0-9]*)", name)]
    return parts, name, change.after or ""


def _side(facility: Facility) -> Side:
    return Side(id=facility.id, name=facility.name, kind=facility.kind)
