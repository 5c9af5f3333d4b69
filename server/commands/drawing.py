"""import: halls from the files of others; here `import dxf`, plans drawn in CAD.

The other formats are added where the commands are put together, one line each.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from server.commands.options import Json
from server.commands.printing import print_json

imports = typer.Typer(
    name="import",
    help="Halls from the files of others: drawings, building models, vehicle plants.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Height = Annotated[float | None, typer.Option(help="Metres; a plan tells no heights.", min=0.1, max=200)]


@imports.command("dxf")
def import_dxf(
    file: Annotated[Path, typer.Argument(help="PLAN.dxf, text or binary.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The site's folder; with --dry-run the roles file to write."),
    ] = None,
    unit: Annotated[
        Literal["m", "cm", "mm", "ft", "in"] | None,
        typer.Option(help="Unit of the drawing; believed when given."),
    ] = None,
    roles: Annotated[
        Path | None, typer.Option(help="YAML: what layers and blocks stand for, and heights.")
    ] = None,
    height: Height = None,
    rack_height: Height = None,
    tolerance: Annotated[
        float, typer.Option(help="Metres by which lines that meet may miss each other.", min=0.0, max=0.5)
    ] = 0.01,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Only tell what would become of everything; -o writes the roles."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Import walls, openings, columns, racks, obstacles and stations of a DXF plan as a planned site."""
    from layouts.drawings.dxf.read_dxf import read_dxf
    from layouts.drawings.dxf.report import report_dict, report_text
    from layouts.drawings.dxf.roles import PlanRoles, read_roles, with_heights, write_roles
    from server.site_files import require_room, write_planned_site
    from spatial.errors import BadDataError

    if output is None and not dry_run:
        raise typer.BadParameter("say where to write: -o SITE, or --dry-run", param_hint="--output")
    if output is not None and not dry_run:
        require_room(output)
    given = with_heights(PlanRoles() if roles is None else read_roles(roles), height, rack_height)
    found = read_dxf(file, unit=unit, roles=given, tolerance_m=tolerance)
    if found.facility is None and not dry_run:
        typer.echo(report_text(found), err=True)
        raise BadDataError(
            f"{file}: no layer or block says what it stands for: write the roles with "
            "'--dry-run -o roles.yaml', fill them in, and give them with --roles"
        )
    if output is not None and dry_run:
        write_roles(output, found.roles)
    elif output is not None and found.facility is not None:
        write_planned_site(output, found.facility)
    if as_json:
        print_json(report_dict(found))
        return
    typer.echo(report_text(found))
    if dry_run:
        wrote = "no site is written (--dry-run)"
        typer.echo(
            wrote
            if output is None
            else f"{wrote}; {output} has the roles, to be edited and given with --roles"
        )
    else:
        typer.echo(f"{output} is written")
