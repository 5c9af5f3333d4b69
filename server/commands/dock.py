"""dock: trucks at the doors and in the yard."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from server.commands.clean_output import strangers_on_stderr
from server.commands.options import Json, Seed
from server.commands.printing import print_json
from server.progress import reporting

dock = typer.Typer(
    name="dock",
    help="Dock doors and the yard: how long trucks wait, and which door each should get.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Trucks = Annotated[
    Path,
    typer.Argument(help="CSV: truck, due, kind, minutes[, sd_minutes][, doors][, weight].", metavar="TRUCKS"),
]
Doors = Annotated[Path, typer.Argument(help="YAML of the docks: doors[, yard][, late_s].", metavar="DOCKS")]


@dock.command()
def run(
    trucks: Trucks,
    docks: Doors,
    times: Annotated[int, typer.Option(help="Days that are played.", min=2, max=100_000)] = 200,
    seed: Seed = 0,
    workers: Annotated[int, typer.Option(help="Processes that share the days.", min=1)] = 1,
    as_json: Json = False,
) -> None:
    """Play a day's trucks, first come, first served: waits, the gate, and how busy doors are."""
    from layouts.docks.run_docks import run_docks
    from layouts.docks.spec import read_appointments, read_docks
    from layouts.docks.text import docks_dict, docks_text
    from spatial.tasks.open_workers import open_workers

    told = read_docks(docks)
    appointments = read_appointments(trucks, told)
    with reporting("dock", quiet=as_json) as tell, open_workers(workers) as players:
        done = run_docks(told, appointments, times=times, seed=seed, workers=players, progress=tell)
    if as_json:
        print_json(docks_dict(appointments, done))
    else:
        typer.echo(docks_text(appointments, done))


@dock.command()
def schedule(
    trucks: Trucks,
    docks: Doors,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The plan as CSV.")] = None,
    svg: Annotated[Path | None, typer.Option(help="The plan as a picture.")] = None,
    effort: Annotated[float, typer.Option(help="Deterministic seconds of search.", min=0.1, max=3600)] = 20.0,
    as_json: Json = False,
) -> None:
    """Give each truck a door and a time so that the weighted waiting is least, and tell whether that is proven."""
    from layouts.docks.gantt import gantt_svg
    from layouts.docks.schedule import schedule_docks
    from layouts.docks.spec import read_appointments, read_docks
    from layouts.docks.text import plan_csv, plan_rows, plan_text
    from spatial.whole_files import write_whole

    told = read_docks(docks)
    appointments = read_appointments(trucks, told)
    with strangers_on_stderr(), reporting("dock", quiet=as_json) as tell:
        tell("search", 0.0)
        plan = schedule_docks(told, appointments, effort=effort)
    rows = plan_rows(told, appointments, plan)
    for path, text in ((output, plan_csv(rows)), (svg, gantt_svg(told, appointments, plan))):
        if path is not None:
            with write_whole(path) as aside:
                aside.write_text(text, encoding="utf-8")
    if as_json:
        known = {"waiting_s": plan.waiting_s, "bound_s": plan.bound_s, "is_proven": plan.is_proven}
        print_json({"trucks": rows, **known})
    else:
        typer.echo(plan_text(rows, plan))
