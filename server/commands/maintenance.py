"""maintenance: when to take what out of work."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from server.commands.options import Json, Seed
from server.commands.printing import print_json
from server.progress import reporting

maintenance = typer.Typer(
    name="maintenance",
    help="Maintenance: the windows in which a simulated line loses least.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@maintenance.command()
def propose(
    line: Annotated[Path, typer.Argument(help="YAML of the line, as for 'line run'.")],
    tasks: Annotated[Path, typer.Argument(help="YAML: begins_at and tasks.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The calendar, *.ics.")] = None,
    hours: Annotated[
        float, typer.Option(help="Hours from begins_at in which jobs come.", min=0.1, max=10_000)
    ] = 24.0,
    times: Annotated[int, typer.Option(help="How often each window is played.", min=2, max=10_000)] = 40,
    stamp: Annotated[
        str | None,
        typer.Option(help="DTSTAMP of the calendar; default begins_at.", metavar="TIME"),
    ] = None,
    seed: Seed = 0,
    workers: Annotated[int, typer.Option(help="Processes that share the work.", min=1)] = 1,
    as_json: Json = False,
) -> None:
    """Propose for each task the window with the least simulated loss; the earliest where that cannot be decided."""
    from layouts.lines.spec import read_line
    from layouts.maintenance.ical import ical
    from layouts.maintenance.propose import propose as proposed
    from layouts.maintenance.spec import read_maintenance
    from layouts.maintenance.text import proposals_dict, proposals_text
    from spatial.tasks.open_workers import open_workers
    from spatial.whole_files import write_whole

    stamped = None if stamp is None else _stamp(stamp)
    read = read_line(line)
    told = read_maintenance(tasks, read)
    with reporting("maintenance", quiet=as_json) as tell, open_workers(workers) as players:
        done = proposed(read, told, hours=hours, times=times, seed=seed, workers=players, progress=tell)
    if output is not None:
        with write_whole(output) as aside:
            aside.write_bytes(ical(done, stamp=stamped or told.begins_at).encode())
    if as_json:
        print_json(proposals_dict(done))
    else:
        typer.echo(proposals_text(done))


def _stamp(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise typer.BadParameter(
            f"'{text}' is no time: give ISO 8601 with its offset, as 2026-05-04T06:00:00Z",
            param_hint="--stamp",
        )
    return moment
