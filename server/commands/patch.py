"""layout patch: a hall with changes to it, and the patch that takes them back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from server.commands.options import Json
from server.commands.printing import print_json, print_notes


def patch(
    hall: Annotated[Path, typer.Argument(help="A site's folder, a facility.json or a layout.yaml.")],
    file: Annotated[Path, typer.Argument(help="patch.yaml", metavar="PATCH")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The site's folder; made if missing.")],
    inverse: Annotated[
        Path | None, typer.Option(help="Also write the patch that takes all of it back, to the last bit.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a hall of another one by a short list of changes to it; the other one stays as it is."""
    from layouts.patches.fingerprint import facility_sha256
    from layouts.patches.read_patch import apply_patch_file, inverse_text
    from server.chores.planned import hall_at, write_text
    from server.site_files import require_room, write_planned_site
    from spatial.errors import BadDataError

    own = hall if hall.is_dir() else hall.parent
    if output.resolve() == own.resolve() and hall.suffix not in (".yaml", ".yml"):
        raise BadDataError(
            f"{output} is the hall itself, which a patch leaves as it is: choose another --output"
        )
    patched = apply_patch_file(hall_at(hall), file)
    require_room(output)
    if inverse is not None:
        write_text(inverse, inverse_text(patched.inverse))
    write_planned_site(output, patched.facility)
    result = patched.facility
    if as_json:
        print_json(
            {
                "site": str(output),
                "id": result.id,
                "sha256": facility_sha256(result),
                "base_sha256": facility_sha256(patched.base),
                "inverse": None if inverse is None else str(inverse),
                "notes": list(patched.notes),
                "lost_locations": list(patched.lost),
            }
        )
        return
    print_notes(patched.notes)
    counts = (len(result.racks), len(result.locations), len(result.aisles))
    typer.echo("{}: {} racks, {} locations, {} aisles".format(output, *counts))
