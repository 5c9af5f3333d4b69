"""energy: what zones, lines and assets use, and when it is more than the work explains."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from server.commands.options import Json
from server.commands.printing import print_json

energy = typer.Typer(
    name="energy",
    help="Energy by zone, line and asset, beside the work done.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@energy.command()
def tell(
    readings: Annotated[
        Path,
        typer.Argument(
            help="CSV of readings: asset, start, kwh[, zone][, line], and columns of work as picks."
        ),
    ],
    learn: Annotated[
        int, typer.Option(help="Intervals of an asset, from its first on, in which it is well.", min=30)
    ] = 200,
    run_length: Annotated[
        float, typer.Option(help="Intervals for one false alarm, on average.", min=10, max=1e9)
    ] = 10_000,
    as_json: Json = False,
) -> None:
    """Tell energy by zone, line and asset, beside the work done; ends with 1 where there are lasting anomalies."""
    from layouts.energy.readings import read_readings
    from layouts.energy.tell import tell_energy
    from layouts.energy.text import energy_dict, energy_text

    told = tell_energy(read_readings(readings), learn=learn, run_length=run_length)
    if as_json:
        print_json(energy_dict(told, run_length=run_length))
    else:
        typer.echo(energy_text(told, run_length=run_length))
    raise typer.Exit(1 if any(each.alarms for each in told) else 0)
