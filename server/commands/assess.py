"""assess: how ready a site's data are, what is wrong in them, and where downtime costs most."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from server.clock import clock_ms
from server.commands.options import Json
from server.commands.printing import print_json, print_notes
from server.commands.stores import time_ms
from server.commands.wms import Saved, Settings, Zone
from server.progress import reporting


def assess(
    folder: Annotated[
        Path,
        typer.Argument(
            help="Folder with tables as locations.csv, items, orders, slots, lines, tasks, lots, readings, "
            "positions, assets, downtime (or Parquet); also sources.yaml, sensors.yaml, wms-mapping.yaml, "
            "and facility.json or layout.yaml, if there are.",
            metavar="DIR",
        ),
    ],
    registry: Annotated[
        Path | None, typer.Option(help="The registry of sources; sources.yaml of the folder if not told.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "--out", "-o", help="Folder for readiness.html and readiness.json."),
    ] = None,
    mapping: Saved = None,
    settings: Settings = None,
    time_zone: Zone = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="The time of assessment; the end of the data if not told.",
            metavar="2026-11-27T06:00:00Z",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell what is wrong in a site's data, what each use lacks, and what downtime costs. 1 if there are findings.

    Scores are from 0 to 100: fields that are there by fields needed, times the share of rows usable in them.
    """
    from layouts.readiness.text import assessment_text
    from server.chores.assessing import PAGE, RECORD, assess_site, site_data
    from server.chores.wms_exports import setting_of

    try:
        entries = [setting_of(text) for text in settings or ()]
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--set") from None
    if time_zone is not None:
        entries.append({"time_zone": time_zone})
    as_of_s = None if as_of is None else time_ms(as_of, option="--as-of") / 1000
    data, passed_over = site_data(folder, registry=registry, mapping=mapping, settings=entries)
    print_notes(passed_over)
    with reporting("assess", quiet=as_json) as tell:
        found = assess_site(data, output, now_s=clock_ms() / 1000, as_of_s=as_of_s, progress=tell)
    if as_json:
        print_json(found.to_record())
    else:
        typer.echo(assessment_text(found))
        if output is not None:
            typer.echo(f"\n{output}: {PAGE}, {RECORD}")
    raise typer.Exit(1 if found.findings else 0)
