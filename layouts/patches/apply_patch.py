"""From a hall and a patch to the hall that the patch makes of it.

What no change touched keeps all it has: sigma, evidence, states, measured aisle widths. What is moved keeps its id,
its stock and its sigma: the shift is exact, the place it starts from is as unsure as it was measured. New rows and
bays are planned, with sigma 0. A place keeps its id as long as its bay, tier and position are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any

from layouts.layout_file.layout_fault import LayoutError, LayoutFault, raise_faults
from layouts.patches.aisle_lanes import floors_now
from layouts.patches.aisles import new_aisles
from layouts.patches.cuts import open_cross_aisle
from layouts.patches.diagonals import fishbone, flying_v
from layouts.patches.draft import ChangeError, Draft
from layouts.patches.faces import set_faces
from layouts.patches.fingerprint import facility_sha256, normalised
from layouts.patches.moves import shift_row, turn_block, widen_aisle
from layouts.patches.new_rows import add_rack, remove_rack, swap_rack_type
from layouts.patches.patch_model import Change, Patch
from layouts.patches.restore import restore_of, restored
from layouts.patches.small_changes import (
    add_obstacle,
    add_station,
    move_station,
    remove_obstacle,
    remove_station,
)
from layouts.patches.standing import standing_faults
from spatial.facility import Facility, Provenance

MAKERS: Mapping[str, Callable[[Draft, Any], None]] = {
    "shift_row": shift_row,
    "widen_aisle": widen_aisle,
    "open_cross_aisle": open_cross_aisle,
    "turn_block": turn_block,
    "swap_rack_type": swap_rack_type,
    "flying_v": flying_v,
    "fishbone": fishbone,
    "remove_rack": remove_rack,
    "add_rack": add_rack,
    "move_station": move_station,
    "add_station": add_station,
    "remove_station": remove_station,
    "remove_obstacle": remove_obstacle,
    "add_obstacle": add_obstacle,
}


@dataclass(frozen=True, kw_only=True)
class Patched:
    """What a patch made of `base`: the facility, what a user should know of it, and the places that are no more."""

    base: Facility
    facility: Facility
    notes: tuple[str, ...]
    lost: tuple[str, ...]

    @cached_property
    def inverse(self) -> Patch:
        """The patch that makes `base` of the facility again, to the last bit."""
        return Patch(changes=(Change(restore=restore_of(self.base, self.facility)),))


def apply_patch(facility: Facility, patch: Patch) -> Patched:
    """The planned hall that a patch makes of one that stands or is planned; the hall itself stays as it is.

    1. The changes are made one after the other, each on what the ones before it left.
    2. Faces, mates and aisles follow from where the rows stand then.
    3. Nothing that was moved or added may stand in anything else.
    A `restore` is made for itself, on what those before it gave.

    Raises LayoutError with all faults of the first of these steps that finds any.
    """
    raise_faults(_base_faults(facility, patch))
    result, notes, lost = normalised(facility), [], []
    numbered = list(enumerate(patch.changes))
    for is_restore, group in groupby(numbered, lambda each: each[1].restore is not None):
        changes = list(group)
        if is_restore:
            for index, change in changes:
                result = _restored(result, change, index)
                notes.append(f"the hall is as it was: {facility_sha256(result)[:12]}…")
            continue
        part = patch.model_copy(update={"changes": tuple(change for _, change in changes)})
        result, draft = _changed(result, changes, part)
        notes += draft.notes
        lost += draft.lost
    return Patched(base=facility, facility=result, notes=tuple(notes), lost=tuple(lost))


def invert(base: Facility, patch: Patch) -> Patch:
    """The patch that undoes `patch` on `base`. Raises LayoutError where `patch` cannot be applied."""
    return apply_patch(base, patch).inverse


def _base_faults(facility: Facility, patch: Patch) -> Iterator[LayoutFault]:
    if patch.base is None:
        return
    if patch.base.id not in (None, facility.id):
        message = f"this hall is {facility.id!r}, the patch is for {patch.base.id!r}: patch that one, or change base"
        yield LayoutFault(("base", "id"), message)
    sha256 = facility_sha256(facility)
    if patch.base.sha256 not in (None, sha256):
        message = f"this hall has the hash {sha256}, the patch is for another: check it and write this hash"
        yield LayoutFault(("base", "sha256"), message)


def _restored(facility: Facility, change: Change, index: int) -> Facility:
    assert change.restore is not None
    try:
        return restored(facility, change.restore)
    except ValueError as error:
        raise LayoutError([LayoutFault(("changes", index, "restore"), str(error))]) from error


def _changed(facility: Facility, changes: list[tuple[int, Change]], patch: Patch) -> tuple[Facility, Draft]:
    draft = Draft.of(facility)
    faults: list[LayoutFault] = []
    for index, change in changes:  # 1
        draft.change = index
        before = draft.copy()
        try:
            MAKERS[change.word](draft, change.what)
        except ChangeError as error:
            draft = before
            faults += (
                LayoutFault(("changes", index, change.word, *fault.path), fault.message)
                for fault in error.faults
            )
    raise_faults(iter(faults))
    faults = [*set_faces(draft, floors_now(draft))]  # 2
    source = Provenance(source=patch.name or "patch", sha256=patch.sha256(), method="patch")
    result = replace(
        facility,
        kind="planned",
        provenance=(*facility.provenance, source),
        racks=tuple(draft.racks.values()),
        locations=tuple(draft.locations.values()),
        obstacles=tuple(draft.obstacles.values()),
        stations=tuple(draft.stations.values()),
    )
    raise_faults(standing_faults(draft, result))  # 3
    raise_faults(iter(faults))
    return normalised(replace(result, aisles=new_aisles(draft))), draft
