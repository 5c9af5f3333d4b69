"""What may not be near each other: hazard classes, families, and lots of one family."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from layouts.slotting.hard_rules import Conflict
from layouts.slotting.rules.loads import most_units
from layouts.slotting.rules.nearness import near_by, near_within
from layouts.slotting.rules.needs import items_of
from layouts.slotting.rules.settings import Apart, SlotRules
from layouts.slotting.rules.slot_items import SlotItem, SlotItems
from layouts.slotting.rules.slot_locations import SlotLocation

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MOST_CLASSES = 512
"""Lots are told apart by so many classes at once: a table of them is 256 KiB."""


def conflicts(
    skus: Sequence[str],
    items: SlotItems,
    locations: Sequence[SlotLocation],
    settings: SlotRules,
    may: Bools,
    kind: Ints,
) -> tuple[Conflict, ...]:
    """One for each pair of classes that both have units, and for each MOST_CLASSES lots.

    A location has no group where no unit of the classes may be; `may` (U, K) and `kind` (L,) are those of HardRules.
    """
    its = items_of(skus, items)
    found: list[Conflict] = []
    if settings.hazard is not None:
        words = [item.hazard for item in its]
        found += _pairs("hazard", words, settings.hazard.apart, locations, may, kind)
    if settings.family is not None:
        words = [item.family for item in its]
        found += _pairs("family", words, settings.family.apart, locations, may, kind)
    return (*found, *_lots(its, locations, settings))


def _pairs(
    rule: str,
    words: Sequence[str | None],
    told: Sequence[Apart],
    locations: Sequence[SlotLocation],
    may: Bools,
    kind: Ints,
) -> Iterator[Conflict]:
    for each in told:
        one, other = each.classes
        of_unit = np.array([0 if word == one else 1 if word == other else -1 for word in words], np.int64)
        counts = np.bincount(of_unit + 1, minlength=3)[1:]
        if counts[0] < (2 if one == other else 1) or (one != other and counts[1] == 0):
            continue
        where: Bools = np.any(may[of_unit >= 0], axis=0)[kind]
        if each.metres is not None:
            near = near_within(locations, each.metres, where)
        else:
            near = near_by(locations, each.by or "location", where)
        yield Conflict(
            name=f"{rule}: {one} apart from {other} ({each.measure})",
            of_unit=of_unit,
            apart=np.array([[True]]) if one == other else np.array([[False, True], [True, False]]),
            **near._asdict(),
        )


def _lots(
    its: Sequence[SlotItem], locations: Sequence[SlotLocation], settings: SlotRules
) -> Iterator[Conflict]:
    if settings.lots is None:
        return
    by = settings.lots.by
    shared = np.array([by != "location" or most_units(place, settings) > 1 for place in locations], np.bool_)
    if not shared.any():
        return
    near = near_by(locations, by, shared)
    for classes in _chunks(its):
        family = [name for name, _ in classes]
        number = {lot: row for row, lot in enumerate(classes)}
        same_family = np.array([[one == other for other in family] for one in family], np.bool_)
        yield Conflict(
            name=f"lots: not mixed (one {by})",
            of_unit=np.array([number.get((item.family, item.lot), -1) for item in its], np.int64),
            apart=same_family & ~np.eye(len(family), dtype=np.bool_),
            **near._asdict(),
        )


def _chunks(its: Sequence[SlotItem]) -> Iterator[list[tuple[str | None, str | None]]]:
    """Families of several lots, whole ones at a time, each with its lots."""
    lots: dict[str, set[str]] = defaultdict(set)
    for item in its:
        if item.family and item.lot:
            lots[item.family].add(item.lot)
    chunk: list[tuple[str | None, str | None]] = []
    for family in sorted(lots):
        if len(lots[family]) < 2:
            continue
        if chunk and len(chunk) + len(lots[family]) > MOST_CLASSES:
            yield chunk
            chunk = []
        chunk += [(family, lot) for lot in sorted(lots[family])]
    if chunk:
        yield chunk
