"""tiles: the points of scans for the browser, however many."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from server.commands.options import SCAN_FILES, Columns, DropInvalid, Json, Poses, Unit, Up, columns_of
from server.commands.printing import print_json
from server.progress import reporting


def tiles(
    files: Annotated[list[Path], typer.Argument(help=SCAN_FILES)],
    site: Annotated[Path, typer.Option("--output", "-o", help="The site's folder, with facility.json.")],
    unit: Unit = None,
    poses: Poses = None,
    drop_invalid: DropInvalid = False,
    columns: Columns = None,
    up: Up = None,
    as_json: Json = False,
) -> None:
    """Put all points of scans into a site as 3D Tiles, which the browser loads as it needs them."""
    from server.chores.site_tiles import tile_site
    from server.sites import TILES

    began = time.perf_counter()
    with reporting("tiles", quiet=as_json) as tell:
        told = tile_site(
            files,
            site,
            unit=unit,
            poses=poses,
            drop_invalid=drop_invalid,
            columns=columns_of(columns),
            up=up,
            progress=tell,
        )
    per_second = round(told.points / (time.perf_counter() - began))
    numbers = list(told.columns.numbers)
    if as_json:
        answer = {"points": told.points, "tiles": told.tiles, "points_per_second": per_second}
        print_json({**answer, "has_colour": told.columns.has_colour, "numbers": numbers})
        return
    kept = ", ".join([*(["colour"] if told.columns.has_colour else []), *numbers]) or "no more than places"
    typer.echo(f"{site / TILES}: {told.points:,} points in {told.tiles:,} tiles; {kept}")
    typer.echo(f"{per_second:,} points a second")
