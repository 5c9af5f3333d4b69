"""scan, tours: the links of the chain that make something of scans and orders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from server.commands.clean_output import strangers_on_stderr
from server.commands.options import (
    SCAN_FILES,
    Columns,
    Depot,
    DropInvalid,
    Json,
    Poses,
    Rules,
    Seed,
    Site,
    Unit,
    Up,
    columns_of,
    point_of,
)
from server.commands.printing import print_json, print_notes
from server.commands.stores import shown_time, time_ms
from server.progress import reporting


def scan(
    files: Annotated[list[Path], typer.Argument(help=SCAN_FILES)],
    output: Annotated[Path, typer.Option("--output", "-o", help="The site's folder; made if missing.")],
    unit: Unit = None,
    poses: Poses = None,
    drop_invalid: DropInvalid = False,
    columns: Columns = None,
    up: Up = None,
    depot: Depot = None,
    name: Annotated[str | None, typer.Option(help="The facility's id; default the folder's name.")] = None,
    seed: Seed = 0,
    cloud: Annotated[
        Literal["full", "thinned", "none"],
        typer.Option(help="The browser's points: all with all that was measured, one a voxel, or 250,000."),
    ] = "thinned",
    check_aliasing: Annotated[
        bool | None,
        typer.Option(
            help="Ask of each posed file if it fits as well bays further on. Default up to 3 files."
        ),
    ] = None,
    taken: Annotated[
        str | None,
        typer.Option(
            help="When it was scanned: 2026-11-27T06:00:00Z. The age of what it saw counts from then."
        ),
    ] = None,
    triangles: Annotated[
        int | None,
        typer.Option(help="Most triangles of facility.glb: what no element explains is thinned.", min=0),
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that share the reading.", min=1)] = 1,
    cluster: Annotated[str | None, typer.Option(help="A Dask scheduler.", metavar="tcp://HOST:8786")] = None,
    as_json: Json = False,
) -> None:
    """Turn scans into a site: facility.json, facility.glb, cloud.ply, cloud/ and scan-report.json."""
    from server.chores.chain import scan_site
    from viewer.exports.mesh_budget import shortfall

    with reporting("scan", quiet=as_json) as tell:
        scanned = scan_site(
            files,
            output,
            unit=unit,
            poses=poses,
            drop_invalid=drop_invalid,
            columns=columns_of(columns),
            up=up,
            depot=point_of(depot),
            name=name,
            seed=seed,
            cloud=cloud,
            check_aliasing=check_aliasing,
            taken_at=None if taken is None else shown_time(time_ms(taken, option="--taken")),
            triangles=triangles,
            workers=workers,
            cluster=cluster,
            progress=tell,
        )
    report = scanned.report.as_json()
    short = shortfall(scanned.facility, triangles)
    if as_json:
        print_json(report)
    else:
        _print_scanned(output, report)
    if short:
        typer.echo(f"warning: {short}", err=True)
        raise typer.Exit(1)


def _print_scanned(output: Path, report: dict[str, Any]) -> None:
    """What was found, how it went, and what there is to be noted."""
    found, points = report["found"], report["points"]
    typer.echo(f"{output}: " + ", ".join(f"{count} {kind}" for kind, count in found.items()))
    typer.echo(
        f"{points['read']:,} points read, {points['per_second']:,} a second; floor tilt "
        f"{report['floor']['tilt_deg']:.2f}°; {report['coverage']['floor']:.0%} of the floor seen"
    )
    for note in report["notes"]:
        typer.echo(note)
    for warning in report["warnings"]:
        typer.echo(f"warning: {warning}", err=True)


def tours(
    site: Site,
    orders: Annotated[
        Path | None, typer.Option(help="CSV: order, sku, quantity[, due]; default made up.")
    ] = None,
    slotting: Annotated[Path | None, typer.Option(help="CSV: sku, location; needed with --orders.")] = None,
    synthetic_orders: Annotated[
        int, typer.Option(help="How many orders to make up, without --orders.", min=1, max=1_000_000)
    ] = 120,
    policy: Annotated[
        Literal[
            "exact",
            "s-shape",
            "return",
            "midpoint",
            "largest-gap",
            "combined",
            "aisle-by-aisle",
            "nearest-neighbour",
        ],
        typer.Option(help="Routing policy; exact is the shortest tour."),
    ] = "s-shape",
    batching: Annotated[
        Literal["first-come", "short-tours", "in-time"],
        typer.Option(help="How orders share tours: as they come, all short, or little late."),
    ] = "first-come",
    pickers: Annotated[int, typer.Option(help="Who shares the work, for in-time.", min=1, max=10_000)] = 6,
    batch_lines: Annotated[int, typer.Option(help="Lines on one tour.", min=1)] = 12,
    items: Annotated[Path | None, typer.Option(help="CSV: sku, mass_kg; needed with --heavy-kg.")] = None,
    heavy_kg: Annotated[
        list[float] | None,
        typer.Option(help="Pieces from that mass on come first; repeatable for several bands. Exact only."),
    ] = None,
    rules: Rules = None,
    zoned: Annotated[bool, typer.Option("--zoned", help="Keep tours to one zone of --rules.")] = False,
    depot: Depot = None,
    explain: Annotated[str | None, typer.Option(help="Tell this tour edge by edge.", metavar="TOUR")] = None,
    seed: Seed = 0,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the tours as JSON.")] = None,
    as_json: Json = False,
) -> None:
    """Plan pick tours for orders on a site."""
    from pydantic import ValidationError

    from layouts.scenario import Scenario
    from layouts.tours.explain import explain_tour, steps_text
    from layouts.tours.tour import plan_line, tours_dict
    from server.chores.chain import plan_site

    if (orders is None) != (slotting is None):
        raise typer.BadParameter("--orders and --slotting go together: give both files or neither")
    try:
        scenario = Scenario(
            site=site,
            orders=orders,
            slotting=slotting,
            synthetic_orders=synthetic_orders,
            routing=policy,
            batching=batching,
            pickers=pickers,
            batch_lines=batch_lines,
            items=items,
            heavy_kg=tuple(heavy_kg or ()),
            rules=rules,
            zoned=zoned,
            depot=point_of(depot),
            seed=seed,
        )
    except ValidationError as error:
        said = error.errors(include_url=False)[0]["msg"]
        raise typer.BadParameter(said.removeprefix("Value error, ")) from None
    with strangers_on_stderr(), reporting("tours", quiet=as_json) as tell:
        shift = plan_site(scenario, output, progress=tell)
    told = [tour for tour in shift.plan.tours if tour.id == explain]
    if explain is not None and not told:
        raise typer.BadParameter(
            f"there is no tour '{explain}': they are T00001 … {shift.plan.tours[-1].id}",
            param_hint="--explain",
        )
    if as_json:
        print_json({**tours_dict(shift.plan), "notes": list(shift.notes)})
        return
    for tour in told:
        typer.echo(steps_text(explain_tour(shift.graph, tour)))
    typer.echo(plan_line(shift.plan))
    print_notes(shift.notes)
