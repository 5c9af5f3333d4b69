"""A location list held against a hall whose scheme, or whose entry, may have to be found first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from layouts.addresses.findings import Listed, Reconciliation
from layouts.addresses.infer_scheme import Inferred, infer_scheme
from layouts.addresses.lanes import lanes_of
from layouts.addresses.reconcile import reconcile_addresses
from layouts.addresses.scheme import Scheme
from spatial.errors import BadDataError, UndecidedError
from spatial.facility import Facility, Point2

LEAST_FIT = 0.5
"""A scheme that gives fewer of the hall's locations an address of the list does not explain it."""

MOST_STRANGE = 0.2
"""Nor does one with which both so many locations are missing and so many rows are nowhere in the hall."""

TRIED = 6
"""So many schemes that explain a list equally well are held against it."""


@dataclass(frozen=True, kw_only=True)
class ListCheck:
    """The scheme, given or `inferred`, where people come in if that had to be found, and what does not agree."""

    scheme: Scheme
    inferred: Inferred | None
    entry: Point2 | None
    found: Reconciliation


def check_list(
    facility: Facility,
    listed: Sequence[Listed],
    *,
    scheme: Scheme | None = None,
    depot: Point2 | None = None,
) -> ListCheck:
    """What a list says otherwise than the hall; without a `scheme` it is inferred from both.

    1. Aisles are entered nearer to `depot`, default the facility's; without any, from the side of the hall from
       which most locations agree, and a note says so.
    2. Of schemes that explain the list equally well the one that agrees most counts, and a note says how many.
    Raises UndecidedError where the entry or the scheme cannot be found, BadDataError where the scheme does not fit.
    """
    if not facility.locations:
        raise UndecidedError(
            f"facility '{facility.id}' has no locations to hold a list against: give it racks"
        )
    tried: list[ListCheck] = []
    told: list[UndecidedError] = []
    for entry in entries_of(facility, depot):  # 1
        try:
            tried += _checks(facility, listed, scheme, depot or entry)  # 2
        except UndecidedError as error:
            told.append(error)
    if not tried:
        raise told[0]
    best = max(tried, key=lambda check: check.found.agreeing)
    return best if depot is not None or best.entry is None else _noted_entry(best, facility)


def entries_of(facility: Facility, depot: Point2 | None = None) -> list[Point2 | None]:
    """Where people may come in: `depot`, or None for the facility's; without any, at a side of the hall.

    Of sides from which all aisles are entered at the same ends only one is told.
    """
    if depot is not None:
        return [depot]
    if any(station.kind == "depot" for station in facility.stations):
        return [None]
    sides: dict[tuple[Point2, ...], Point2 | None] = {}
    for middle in _sides(facility):
        try:
            lanes = lanes_of(facility, Scheme(), depot=middle)
        except UndecidedError:
            continue
        sides.setdefault(tuple(lane.entry for lane in lanes), middle)
    return list(sides.values()) or [None]


def _sides(facility: Facility) -> Iterator[Point2]:
    """The middle of each side of the box that is about all aisles along the first."""
    aisles = [aisle for aisle in facility.aisles if not aisle.cross]
    if not aisles:
        return
    ends = np.array([end for aisle in aisles for end in (aisle.p0, aisle.p1)])
    along = np.subtract(aisles[0].p1, aisles[0].p0)
    length = float(np.hypot(*along)) or 1.0
    axes = np.array([[along[0], along[1]], [-along[1], along[0]]]) / length
    low, high = (ends @ axes.T).min(axis=0) - 1.0, (ends @ axes.T).max(axis=0) + 1.0
    middle = (low + high) / 2
    for u, v in ((low[0], middle[1]), (high[0], middle[1]), (middle[0], low[1]), (middle[0], high[1])):
        x, y = np.array([u, v]) @ axes
        yield float(x), float(y)


def _checks(
    facility: Facility, listed: Sequence[Listed], scheme: Scheme | None, entry: Point2 | None
) -> Iterator[ListCheck]:
    if scheme is not None:
        found = reconcile_addresses(facility, scheme, listed, depot=entry)
        yield ListCheck(scheme=scheme, inferred=None, entry=entry, found=found)
        return
    inferred = infer_scheme(listed, facility, depot=entry)
    schemes = (inferred.scheme, *inferred.alternatives[: TRIED - 1])
    try:
        tried = [reconcile_addresses(facility, each, listed, depot=entry) for each in schemes]
    except BadDataError:  # numbers of the hall do not fit the inferred fields
        tried = []
    if (inferred.fit or 0.0) < LEAST_FIT or all(map(_is_strange, tried)):
        raise UndecidedError(
            f"no scheme explains the list: the likeliest, as in '{inferred.scheme.example}', gives "
            f"{inferred.fit or 0.0:.0%} of the hall's locations an address of the list: tell the scheme"
        )
    for each, found in zip(schemes, tried, strict=True):
        yield ListCheck(
            scheme=each, inferred=inferred, entry=entry, found=_undecided(found, len(inferred.alternatives))
        )


def _is_strange(found: Reconciliation) -> bool:
    counts = {finding.kind: finding.count for finding in found.findings}
    return min(counts.get("missing", 0), counts.get("extra", 0)) > MOST_STRANGE * found.locations


def _undecided(found: Reconciliation, alternatives: int) -> Reconciliation:
    if not alternatives:
        return found
    note = f"{alternatives} other schemes explain the list as well: add coordinates to its rows, or tell the scheme"
    verdict = found.verdict if found.findings else "cannot_decide"
    return replace(found, verdict=verdict, notes=(*found.notes, note))


def _noted_entry(check: ListCheck, facility: Facility) -> ListCheck:
    x, y = check.entry or (0.0, 0.0)
    note = (
        f"'{facility.id}' has no depot: aisles are taken to be entered from ({x:.1f}, {y:.1f}), where most agree; "
        "tell the depot"
    )
    return replace(check, found=replace(check.found, notes=(*check.found.notes, note)))
