"""import ifc: the IFC model of a building as a planned hall."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from server.commands.options import Json
from server.commands.printing import print_json
from server.progress import reporting


def import_ifc(
    file: Annotated[Path, typer.Argument(help="BUILDING.ifc, or .ifcZIP")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The site's folder; made if missing.")
    ] = None,
    storey: Annotated[
        list[str] | None, typer.Option(help="Only the storey of this name; repeatable.")
    ] = None,
    unit: Annotated[
        Literal["m", "cm", "mm", "ft", "in"] | None,
        typer.Option(help="Unit of the model's lengths; believed when given."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would become of everything; write nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Import walls, openings, floors, columns, racks and obstacles of an IFC model, storeys as levels."""
    from layouts.drawings.ifc.imported import report_dict, report_text
    from layouts.drawings.ifc.read_ifc import read_ifc
    from server.site_files import require_room, write_planned_site

    if output is None and not dry_run:
        raise typer.BadParameter("say where to write: -o SITE, or --dry-run", param_hint="--output")
    if output is not None and not dry_run:
        require_room(output)
    try:
        with reporting("import", quiet=as_json) as tell:
            found = read_ifc(file, storeys=storey, unit=unit, progress=tell)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--storey") from None
    if output is not None and not dry_run:
        write_planned_site(output, found.facility)
    if as_json:
        print_json(report_dict(found.report))
    else:
        typer.echo(report_text(found.report), nl=False)
        typer.echo("nothing is written (--dry-run)" if dry_run else f"{output} is written")
