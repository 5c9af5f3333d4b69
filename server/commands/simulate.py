"""simulate: a shift once, many times, or at every value of a what-if."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.commands.clean_output import strangers_on_stderr
from server.commands.options import Json, require_figure
from server.commands.printing import print_json, print_kpis, print_notes
from server.progress import reporting

if TYPE_CHECKING:
    from layouts.simulation.replicate import ReplicationPlan


def simulate(
    scenario: Annotated[Path, typer.Argument(help="scenario.yaml")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the run, or of the what-if.")],
    replications: Annotated[
        int,
        typer.Option(help="How often the shift is simulated, with other random numbers each time.", min=1),
    ] = 1,
    precision: Annotated[
        str | None,
        typer.Option(help="Replicate until lines per hour are known to ± this share.", metavar="2%"),
    ] = None,
    most: Annotated[int, typer.Option(help="Replications at most, with --precision.", min=2)] = 200,
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            help="A value and what it is to be: pickers=4..20, peak=0.8..1.6:0.2, robot_share=0..0.5:0.1, "
            "one_way=none,alternate or any number or word of the scenario. Twice for several curves.",
            metavar="NAME=VALUES",
        ),
    ] = None,
    figure: Annotated[str, typer.Option(help="The figure of the what-if's curve.")] = "lines_per_hour",
    interval: Annotated[float, typer.Option(help="Seconds for which key figures are told.", min=1.0)] = 900.0,
    workers: Annotated[int, typer.Option(help="Processes that share the replications.", min=1)] = 1,
    cluster: Annotated[
        str | None, typer.Option(help="A Dask scheduler that shares them out.", metavar="tcp://HOST:8786")
    ] = None,
    as_json: Json = False,
) -> None:
    """Simulate a shift: who picks, drives and waits for whom; with --what-if, at several values at once."""
    from layouts.simulation.replicate import ReplicationPlan

    plan = ReplicationPlan(
        first=max(replications, 10) if precision is not None or what_if else replications,
        relative=None if precision is None else _share(precision),
        most=max(most, replications),
        workers=workers,
        cluster=cluster,
    )
    if what_if:
        _simulate_what_if(scenario, output, what_if, figure, plan, as_json=as_json)
    else:
        _simulate_shift(scenario, output, plan, interval, as_json=as_json)


def _simulate_shift(
    scenario: Path, output: Path, plan: ReplicationPlan, interval_s: float, *, as_json: bool
) -> None:
    from layouts.simulation.replicate import replications_dict, replications_text
    from server.chores.chain import simulate_scenario

    with strangers_on_stderr(), reporting("simulate", quiet=as_json) as tell:
        done = simulate_scenario(scenario, output, plan=plan, interval_s=interval_s, progress=tell)
    run = done.run
    if as_json:
        print_json(
            {
                "run": str(output),
                "kpis": done.figures,
                "replications": None if done.replications is None else replications_dict(done.replications),
                "deadlock": None if run.deadlock is None else vars(run.deadlock),
                "notes": list(run.notes),
            }
        )
    else:
        print_kpis(done.figures)
        if done.replications is not None:
            typer.echo(replications_text(done.replications))
        print_notes(run.notes)
    if run.deadlock is not None:
        raise typer.Exit(1)
    if done.replications is not None and done.replications.unsure:
        raise typer.Exit(4)


def _simulate_what_if(
    scenario: Path, output: Path, wishes: list[str], figure: str, plan: ReplicationPlan, *, as_json: bool
) -> None:
    from layouts.simulation.figures_of_run import FIGURES
    from layouts.what_if.record import curve_dict
    from layouts.what_if.spec import parse_spec
    from layouts.what_if.text import curve_text
    from server.chores.chain import what_if_scenario

    require_figure(figure, FIGURES)
    try:
        spec = parse_spec(wishes)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--what-if") from None
    with strangers_on_stderr(), reporting("what-if", quiet=as_json) as tell:
        curve = what_if_scenario(scenario, output, spec, figure=figure, plan=plan, progress=tell)
    if as_json:
        print_json(curve_dict(curve))
    else:
        typer.echo(curve_text(curve))
        typer.echo(f"\n{output}: what-if.json, what-if.csv, what-if.svg")
    knees = [line.knee for line in curve.lines if line.knee is not None]
    if not curve.converged or (knees and all(knee.answer == "cannot decide" for knee in knees)):
        raise typer.Exit(4)


def _share(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%?)", text.strip())
    share = float(found[1]) / (100 if found[2] else 1) if found else 0.0
    if not 0 < share < 1:
        raise typer.BadParameter(
            f"'{text}' is no share: give 2% or 0.02, above 0 and below 1", param_hint="--precision"
        )
    return share
