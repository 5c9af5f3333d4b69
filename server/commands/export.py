"""export: a site, and a run, in the formats of others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.commands.options import Json, Site
from server.commands.printing import print_json, print_notes

if TYPE_CHECKING:
    from viewer.exports.source import Source
    from viewer.exports.tables.write_tables import TableFormat


def export(
    site: Site,
    run: Annotated[
        Path | None, typer.Argument(help="Folder of a run, for its tables and the picture.")
    ] = None,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write into; made if missing.")],
    glb: Annotated[bool, typer.Option("--glb", help="facility.glb: ids and instances.")] = False,
    phone_glb: Annotated[
        bool, typer.Option("--phone-glb", help="facility-phone.glb: for Scene Viewer.")
    ] = False,
    usd: Annotated[bool, typer.Option("--usd", help="facility.usda: ids and instances.")] = False,
    usdz: Annotated[bool, typer.Option("--usdz", help="facility.usdz: for Quick Look.")] = False,
    obj: Annotated[
        bool, typer.Option("--obj", help="facility.obj and .mtl: a group for each element.")
    ] = False,
    ply: Annotated[bool, typer.Option("--ply", help="facility.ply: faces know their element.")] = False,
    tiles: Annotated[bool, typer.Option("--tiles", help="tiles/: 3D Tiles 1.1 of the mesh.")] = False,
    dxf: Annotated[bool, typer.Option("--dxf", help="plan-LEVEL.dxf: metres, layers by kind.")] = False,
    svg: Annotated[bool, typer.Option("--svg", help="plan-LEVEL.svg: A3, to scale.")] = False,
    png: Annotated[bool, typer.Option("--png", help="picture.png.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="tables/: CSV and a data dictionary.")] = False,
    parquet: Annotated[
        bool, typer.Option("--parquet", help="tables/: Parquet and a data dictionary.")
    ] = False,
    level: Annotated[str | None, typer.Option(help="Only this level.")] = None,
    instancing: Annotated[
        bool,
        typer.Option("--instancing/--no-instancing", help="GLB: with EXT_mesh_gpu_instancing or without."),
    ] = True,
    triangles: Annotated[
        int | None,
        typer.Option(help="Most triangles of facility.glb and of a phone model (default 100,000).", min=100),
    ] = None,
    at_s: Annotated[
        float | None, typer.Option("--at", help="Second of the run that the PNG shows.", min=0)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write a site, and a run if given, in the formats of others; without any format named, in all of them."""
    from server.progress import reporting
    from server.site_files import require_room
    from viewer.exports.export import export as write_exports
    from viewer.exports.formats import FORMATS, Wishes
    from viewer.exports.mesh_budget import shortfall
    from viewer.exports.source import read_source

    if at_s is not None and run is None:
        raise typer.BadParameter("a second of which run? Name its folder after the site's", param_hint="--at")
    tables: tuple[TableFormat, ...] = (*(("csv",) if csv else ()), *(("parquet",) if parquet else ()))
    named = {
        "glb": glb,
        "phone-glb": phone_glb,
        "usd": usd,
        "usdz": usdz,
        "obj": obj,
        "ply": ply,
        "tiles": tiles,
        "dxf": dxf,
        "svg": svg,
        "png": png,
        "tables": bool(tables),
    }
    formats = [name for name, is_wanted in named.items() if is_wanted] or [*FORMATS]
    wishes = Wishes(
        instancing=instancing, triangles=triangles, at_s=at_s, tables=tables or ("csv", "parquet")
    )
    require_room(output)
    with reporting("export", quiet=as_json) as tell:
        tell("reading", 0.0)
        source = _on_level(read_source(site, run), level)
        if not force:
            _refuse_to_replace(output, source, formats)
        exported = write_exports(output, source, formats, wishes, tell)
    short = shortfall(source.facility, triangles) if "glb" in formats else None
    if as_json:
        files = [
            {"path": str(each.path), "format": each.format, "bytes": each.size} for each in exported.written
        ]
        print_json({"folder": str(output), "files": files, "notes": list(exported.notes)})
    else:
        print_notes(tuple(exported.notes))
        for each in exported.written:
            typer.echo(f"{each.path}: {FORMATS[each.format].meaning}, {each.size / 1e3:,.0f} kB")
    if short:
        typer.echo(f"warning: {short}", err=True)
        raise typer.Exit(1)


def _on_level(source: Source, level: str | None) -> Source:
    """All of the source, or one level; of several none has a part in what the scan left unexplained."""
    from viewer.exports.source import on_level

    if level is None:
        return source
    try:
        facility = on_level(source.facility, level)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--level") from None
    return replace(
        source, facility=facility, residual=source.residual if len(source.facility.levels) == 1 else None
    )


def _refuse_to_replace(output: Path, source: Source, formats: list[str]) -> None:
    from viewer.exports.export import standing

    there = standing(output, source, formats)
    if there:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise typer.BadParameter(
            f"{there[0]}{more} would be replaced: allow it with --force, or choose another folder",
            param_hint="--output",
        )
