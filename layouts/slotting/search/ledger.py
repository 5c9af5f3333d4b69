"""Hard rules as the search keeps them: what every group holds now, so that one unit more is checked at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.compiled import compiled
from layouts.slotting.hard_rules import HardRules

ROUNDING = 1e-9
"""A group may be this much fuller than its most, as a share: sums of uses are rounded."""


class Limits(NamedTuple):
    """Rules of U units and L locations.

    `kind` (L,) and `may` (U, K); Q capacities with `use` (Q, U), `group` (Q, L) and `most` (Q, G); N conflicts with
    `of_unit` (N, U), `place` (N, L), `apart` (N, C, C), and groups `near[near_start[n, g]:near_start[n, g + 1]]`.
    """

    kind: npt.NDArray[np.int32]
    may: npt.NDArray[np.bool_]
    use: npt.NDArray[np.float64]
    group: npt.NDArray[np.int32]
    most: npt.NDArray[np.float64]
    of_unit: npt.NDArray[np.int32]
    place: npt.NDArray[np.int32]
    apart: npt.NDArray[np.bool_]
    near_start: npt.NDArray[np.int64]
    near: npt.NDArray[np.int32]


class Ledger(NamedTuple):
    """What groups hold: `load` (Q, G) of each capacity, `classes` (N, G, C) units of each class."""

    load: npt.NDArray[np.float64]
    classes: npt.NDArray[np.int32]


def new_limits(rules: HardRules, units: int) -> Limits:
    """The rules as stacked arrays; groups that a rule has fewer of are never asked for."""
    locations = len(rules.kind)
    conflicts = rules.conflicts
    near_start = [np.asarray(each.near_start, np.int64) for each in conflicts]
    ahead = np.cumsum([0] + [len(each.near) for each in conflicts])
    classes = max((len(each.apart) for each in conflicts), default=0)
    apart = np.zeros((len(conflicts), classes, classes), np.bool_)
    for row, each in enumerate(conflicts):
        apart[row, : len(each.apart), : len(each.apart)] = each.apart
    return Limits(
        kind=np.asarray(rules.kind, np.int32),
        may=rules.may(units),
        use=stacked([each.use for each in rules.capacities], units, np.float64),
        group=stacked([each.group for each in rules.capacities], locations, np.int32),
        most=stacked([each.most for each in rules.capacities], None, np.float64),
        of_unit=stacked([each.of_unit for each in conflicts], units, np.int32),
        place=stacked([each.group for each in conflicts], locations, np.int32),
        apart=apart,
        near_start=stacked([row + ahead[at] for at, row in enumerate(near_start)], None, np.int64),
        near=np.concatenate(
            [np.zeros(0, np.int32), *(np.asarray(each.near, np.int32) for each in conflicts)]
        ),
    )


def stacked(rows: Sequence[npt.NDArray[Any]], width: int | None, kind: type) -> npt.NDArray[Any]:
    """The rows under each other, (R, `width`) or as wide as the longest, filled up with 0."""
    wide = max((len(row) for row in rows), default=0) if width is None else width
    out: npt.NDArray[Any] = np.zeros((len(rows), wide), kind)
    for at, row in enumerate(rows):
        out[at, : len(row)] = row
    return out


def new_ledger(limits: Limits) -> Ledger:
    """One in which nothing has a location."""
    groups = max(0, limits.near_start.shape[1] - 1)
    return Ledger(
        load=np.zeros(limits.most.shape),
        classes=np.zeros((len(limits.of_unit), groups, limits.apart.shape[1]), np.int32),
    )


@compiled
def fits(limits: Limits, ledger: Ledger, unit: int, location: int) -> bool:
    """Whether the rules let `unit`, which the ledger does not hold, into `location`."""
    if not limits.may[unit, limits.kind[location]]:
        return False
    for row in range(len(limits.use)):
        group = limits.group[row, location]
        if group >= 0 and limits.use[row, unit] > 0:
            most = limits.most[row, group]
            if ledger.load[row, group] + limits.use[row, unit] > most + ROUNDING * abs(most):
                return False
    for row in range(len(limits.of_unit)):
        own, group = limits.of_unit[row, unit], limits.place[row, location]
        if own < 0 or group < 0:
            continue
        for at in range(limits.near_start[row, group], limits.near_start[row, group + 1]):
            near = limits.near[at]
            for other in range(limits.apart.shape[1]):
                if limits.apart[row, own, other] and ledger.classes[row, near, other] > 0:
                    return False
    return True


@compiled
def enter(limits: Limits, ledger: Ledger, unit: int, location: int, sign: int) -> None:
    """Put a unit into a location (`sign` 1) or take it out (−1)."""
    for row in range(len(limits.use)):
        group = limits.group[row, location]
        if group >= 0:
            ledger.load[row, group] += sign * limits.use[row, unit]
    for row in range(len(limits.of_unit)):
        own, group = limits.of_unit[row, unit], limits.place[row, location]
        if own >= 0 and group >= 0:
            ledger.classes[row, group, own] += sign


@compiled
def enter_all(limits: Limits, ledger: Ledger, assignment: npt.NDArray[np.int64]) -> None:
    """Put every unit of an assignment (U,) that has a location there."""
    for unit in range(len(assignment)):
        if assignment[unit] >= 0:
            enter(limits, ledger, unit, assignment[unit], 1)
