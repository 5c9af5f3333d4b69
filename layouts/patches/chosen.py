"""The rows that a change names."""

from __future__ import annotations

from layouts.patches.beside import are_parallel, block_of
from layouts.patches.draft import ChangeError, Draft, known_id, refuse, unknown_ids
from layouts.patches.patch_model import Rows
from spatial.facility import Rack


def chosen_rows(draft: Draft, said: Rows, *, parallel: bool = False) -> list[Rack]:
    """The rows, as they stand now, in the order named; those of a block in the order of the hall.

    Raises ChangeError for ids that are not there, for one named twice, for rows on several levels, and where they
    must be `parallel` for those that are not.
    """
    if said.block is not None:
        first = draft.racks[known_id(said.block, draft.racks, "rack", ("block",))]
        names = block_of(first, draft.racks)
    else:
        names = list(said.racks or ())
        paths = [("racks", i) if len(names) > 1 else ("racks",) for i in range(len(names))]
        faults = [*unknown_ids(names, draft.racks, "rack", paths)]
        if faults:
            raise ChangeError(faults)
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        refuse(("racks",), f"rack {twice} is named twice: name it once")
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
