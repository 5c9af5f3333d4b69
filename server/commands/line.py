"""line: packing and kitting lines as stations with buffers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from server.commands.options import Json, Seed
from server.commands.printing import print_json
from server.progress import reporting

line = typer.Typer(
    name="line",
    help="Packing and kitting lines: throughput, queues and what blocks them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@line.command()
def run(
    file: Annotated[Path, typer.Argument(help="YAML: feed and stations.", metavar="LINE")],
    hours: Annotated[float, typer.Option(help="Hours that count.", min=0.1, max=10_000)] = 8.0,
    warm_up: Annotated[float, typer.Option(help="Hours before them.", min=0, max=10_000)] = 1.0,
    times: Annotated[int, typer.Option(help="Replications.", min=2, max=100_000)] = 20,
    precision: Annotated[
        float | None,
        typer.Option(help="Play on until jobs per hour are known to this share, as 0.01.", min=1e-4, max=1),
    ] = None,
    most: Annotated[int, typer.Option(help="Replications at most, with --precision.", min=2)] = 1000,
    seed: Seed = 0,
    workers: Annotated[int, typer.Option(help="Processes that share the replications.", min=1)] = 1,
    as_json: Json = False,
) -> None:
    """Play a line: jobs per hour, time in it, and how busy, blocked, starved and down each station is."""
    from layouts.lines.feeds import known_times_s
    from layouts.lines.run_line import LineRun, loads, run_line
    from layouts.lines.spec import read_line
    from layouts.lines.text import line_dict, line_text
    from spatial.tasks.open_workers import open_workers

    wished = LineRun(
        hours=hours, warm_up_hours=warm_up, times=times, relative=precision, most=most, seed=seed
    )
    told = read_line(file)
    with reporting("line", quiet=as_json) as tell, open_workers(workers) as players:
        done = run_line(told, wished, workers=players, progress=tell)
    load = loads(told, known_times_s(told.feed), wished.window.to_s)
    if as_json:
        print_json(line_dict(told, done, load))
    else:
        typer.echo(line_text(told, done, load))
    raise typer.Exit(0 if done.converged else 4)
