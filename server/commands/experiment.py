"""experiment: several settings of a scenario changed together, and what each of them does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from server.commands.clean_output import strangers_on_stderr
from server.commands.options import Json, require_figure
from server.commands.printing import print_json
from server.progress import reporting

if TYPE_CHECKING:
    from layouts.experiment.design import Design


def experiment(
    scenario: Annotated[Path, typer.Argument(help="scenario.yaml")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the experiment.")],
    factor: Annotated[
        list[str],
        typer.Option(
            help="A setting and its values, twice or more: pickers=4,8,12, batching=first-come,short-tours, "
            "one_way=none,alternate, robot_share=0,0.3, peak=1,1.3 or any number or word of the scenario.",
            metavar="NAME=VALUES",
        ),
    ],
    design: Annotated[
        Literal["full", "screening"],
        typer.Option(help="Every combination, or a fraction of them with two values of each factor."),
    ] = "full",
    figure: Annotated[str, typer.Option(help="The figure that effects are ranked by.")] = "lines_per_hour",
    half_width: Annotated[
        float | None,
        typer.Option(
            help="Replicate until effects of one factor are known to ± this, in the figure's own unit.",
            min=0.0,
        ),
    ] = None,
    indifference: Annotated[
        float | None, typer.Option(help="The least difference that matters; finds the best cell.", min=0.0)
    ] = None,
    replications: Annotated[int, typer.Option(help="Of each cell at least.", min=2)] = 10,
    most: Annotated[int, typer.Option(help="Of each cell at most.", min=2)] = 200,
    cache: Annotated[Path | None, typer.Option(help="Folder that remembers replications.")] = None,
    workers: Annotated[int, typer.Option(help="Processes that share the replications.", min=1)] = 1,
    cluster: Annotated[str | None, typer.Option(help="A Dask scheduler.", metavar="tcp://HOST:8786")] = None,
    as_json: Json = False,
) -> None:
    """Simulate a scenario at combinations of several settings and tell what each does, alone and with another."""
    from layouts.experiment.files import FILES
    from layouts.experiment.record import experiment_dict
    from layouts.experiment.text import experiment_text
    from layouts.simulation.figures_of_run import FIGURES
    from layouts.statistics.replications import Precision
    from server.chores.experimenting import experiment_on

    require_figure(figure, FIGURES)
    planned = _design(factor, design)
    with strangers_on_stderr(), reporting("experiment", quiet=as_json) as tell:
        result = experiment_on(
            scenario,
            output,
            planned,
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
    if as_json:
        print_json(experiment_dict(result))
    else:
        typer.echo(experiment_text(result))
        typer.echo(f"\n{output}: {', '.join(FILES)}")
    if not result.converged:
        raise typer.Exit(4)


def _design(texts: list[str], kind: str) -> Design:
    """The design of factors as typed; what is none is wrong usage."""
    from layouts.experiment.design import full_design, screening_design
    from layouts.experiment.factors import parse_factors

    try:
        return (full_design if kind == "full" else screening_design)(parse_factors(texts))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--factor") from None
