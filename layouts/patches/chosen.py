"""The rows that a change names."""

from __future__ import annotations

from layouts.patches.beside import are_parallel, block_of
from layouts.patches.draft import Draft, refuse
from layouts.patches.patch_model import Rows
from spatial.facility import Rack


def chosen_rows(draft: Draft, said: Rows, *, parallel: bool = False) -> list[Rack]:
    """The rows, as they stand now, in the order named; those of a block in the order of the hall.

    Raises ChangeError for ids that are not there, for one named twice, for rows on several levels, and where they
    must be `parallel` for those that are not.
    """
    if said.block is not None:
        names = block_of(draft.racks[draft.known("racks", said.block, ("block",))], draft.racks)
    else:
        names = draft.all_known("racks", said.racks or ())
    rows = [draft.racks[name] for name in names]
    for rack in rows[1:]:
        if rack.level != rows[0].level:
            refuse(
                ("racks",),
                f"rack {rack.id} is on level {rack.level}, {rows[0].id} on {rows[0].level}: name rows of one",
            )
        if parallel and not are_parallel(rows[0], rack):
            refuse(("racks",), f"rack {rack.id} is not parallel to {rows[0].id}: make two changes of it")
    return rows
