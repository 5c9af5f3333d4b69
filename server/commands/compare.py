"""compare: scenarios on the same orders, with what they cost, what none of them beats, and what flips a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from server.commands.clean_output import strangers_on_stderr
from server.commands.options import Json, require_figure
from server.commands.printing import print_json
from server.progress import reporting

SUFFIXES = (".html", ".htm", ".json")
"""Of what can be written."""


def compare(
    scenarios: Annotated[list[Path], typer.Argument(help="scenario.yaml files; the first is the baseline.")],
    half_width: Annotated[
        float | None,
        typer.Option(
            help="Replicate until differences are known to ± this, in the figure's own unit.", min=0.0
        ),
    ] = None,
    indifference: Annotated[
        float | None, typer.Option(help="The least difference that matters; finds the best.", min=0.0)
    ] = None,
    figure: Annotated[str, typer.Option(help="The figure that decides.")] = "lines_per_hour",
    prices: Annotated[
        Path | None, typer.Option(help="YAML with what things cost: tells savings and paybacks.")
    ] = None,
    front: Annotated[
        list[str] | None,
        typer.Option(
            help="Figures to tell what none beats in all of them: lines_per_hour,blocked_share,floor_m2 and, with "
            "--prices, annual_cost. Repeatable.",
            metavar="FIGURE,…",
        ),
    ] = None,
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Tell which usual assumption would flip the verdict.")
    ] = False,
    assume: Annotated[
        list[str] | None,
        typer.Option(
            help="An assumption to change, over a range or among words: pick_s=6..12, routing=exact,return. "
            "Repeatable; with --sensitivity beside the usual ones.",
            metavar="NAME=LOW..HIGH",
        ),
    ] = None,
    replications: Annotated[int, typer.Option(help="Of each scenario at least.", min=2)] = 10,
    most: Annotated[int, typer.Option(help="Of each scenario at most.", min=2)] = 200,
    cache: Annotated[Path | None, typer.Option(help="Folder that remembers replications.")] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="report.html, with report.json beside it, or the values alone as .json."
        ),
    ] = None,
    plans: Annotated[Path | None, typer.Option(help="Folder for the report's plans, as SVG and PNG.")] = None,
    workers: Annotated[int, typer.Option(help="Processes that share the replications.", min=1)] = 1,
    cluster: Annotated[str | None, typer.Option(help="A Dask scheduler.", metavar="tcp://HOST:8786")] = None,
    as_json: Json = False,
) -> None:
    """Simulate scenarios on the same orders and tell which is better, by how much and how sure that is."""
    from layouts.comparison.sensitivity_assumptions import assumptions_of
    from layouts.simulation.figures_of_run import FIGURES
    from layouts.statistics.replications import Precision
    from server.chores.comparing import compare_scenarios, scenarios_at

    if len(scenarios) < 2:
        raise typer.BadParameter("give two scenarios or more: the first is the baseline")
    if output is not None and output.suffix not in SUFFIXES:
        raise typer.BadParameter(f"'{output}' is no {' or '.join(SUFFIXES)}", param_hint="--output")
    if plans is not None and (output is None or output.suffix == ".json"):
        raise typer.BadParameter("plans are those of a report: give -o report.html too", param_hint="--plans")
    require_figure(figure, FIGURES)
    over = _front_of(front or (), FIGURES, is_priced=prices is not None)
    known = scenarios_at(scenarios)
    try:
        assumed = assumptions_of(known, assume or (), usual=sensitivity) if sensitivity or assume else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--assume") from None
    with strangers_on_stderr(), reporting("compare", quiet=as_json) as tell:
        found = compare_scenarios(
            known,
            prices=prices,
            front=over,
            assumptions=assumed,
            figure=figure,
            wanted=None if not half_width else Precision(absolute=half_width),
            indifference=indifference,
            first=replications,
            most=max(most, replications),
            cache=cache,
            workers=workers,
            cluster=cluster,
            progress=tell,
        )
        written: tuple[Path, ...] = ()
        if output is not None:
            from server.chores.comparison_files import write_compared

            written = write_compared(found, output, plans=plans, cache=cache, progress=tell)
    if as_json:
        print_json(found.record())
    else:
        typer.echo(found.text())
        if written:
            typer.echo(f"\nwritten: {', '.join(map(str, written))}")
    if not found.comparison.converged:
        raise typer.Exit(4)


def _front_of(texts: Sequence[str], known: Sequence[str], *, is_priced: bool) -> tuple[str, ...]:
    """The figures of the front, each once; those that cannot be had are wrong usage."""
    from layouts.comparison.axes import ANNUAL_COST, FLOOR

    figures = tuple(dict.fromkeys(part.strip() for text in texts for part in text.split(",") if part.strip()))
    for name in figures:
        if name == ANNUAL_COST and not is_priced:
            raise typer.BadParameter(f"{ANNUAL_COST} needs --prices", param_hint="--front")
        if name not in (*known, ANNUAL_COST, FLOOR):
            raise typer.BadParameter(
                f"there is no figure '{name}': choose of {', '.join((*known, ANNUAL_COST, FLOOR))}",
                param_hint="--front",
            )
    return figures
