"""forecast: demand to come by SKU and day, how good such forecasts were, and who is needed for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from server.commands.clean_output import strangers_on_stderr
from server.commands.options import Json, Seed
from server.commands.printing import print_json, print_notes
from server.progress import reporting

if TYPE_CHECKING:
    from layouts.demand.forecasting.plan_origins import ForecastSettings
    from server.chores.forecasting import DemandSource

forecast = typer.Typer(
    name="forecast",
    help="Demand to come: quantiles by SKU and day, how good they were in the past, who is needed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Demand = Annotated[
    str,
    typer.Argument(
        help="Orders as CSV (order, sku, quantity, released), counts (date, sku, quantity), a folder of 'wms load', "
        "events as .jsonl, or the log of a live twin, whose picks are taken.",
        metavar="DEMAND",
    ),
]
Horizon = Annotated[
    int | None, typer.Option(help="Days or weeks ahead; default 14 days or 4 weeks.", min=1, max=366)
]
EveryBucket = Annotated[Literal["day", "week"], typer.Option("--by", help="What is forecast: days or weeks.")]
Counted = Annotated[Literal["pieces", "lines"], typer.Option("--of", help="What is counted.")]
With = Annotated[
    Path | None,
    typer.Option(
        "--with",
        help="CSV of what is known of days: date[, sku][, known_at], and numbers as promotion or holiday.",
    ),
]
Zone = Annotated[str, typer.Option(help="Whose days they are.", metavar="ZONE")]
WorkersOption = Annotated[int, typer.Option(help="Processes that share the work.", min=1)]
Cluster = Annotated[str | None, typer.Option(help="A Dask scheduler.", metavar="tcp://HOST:8786")]
DAYS_AHEAD, WEEKS_AHEAD = 14, 4


@forecast.command()
def run(
    demand: Demand,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the forecast; made if missing.")],
    horizon: Horizon = None,
    by: EveryBucket = "day",
    of: Counted = "pieces",
    told: With = None,
    time_zone: Zone = "UTC",
    workers: WorkersOption = 1,
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """Forecast every SKU: quantiles from 5 to 95 %, by the method that lost least so far, with the reason."""
    from layouts.demand.forecasting.forecast_text import forecast_dict, forecast_text
    from server.chores.forecasting import Players, forecast_file

    source = _source(demand, by, of, told, time_zone)
    with strangers_on_stderr(), reporting("forecast", quiet=as_json) as tell:
        done, notes, files = forecast_file(
            source, output, _settings(by, horizon), Players(workers=workers, cluster=cluster), tell
        )
    if as_json:
        print_json({"folder": str(output), "files": list(files), **forecast_dict(done), "notes": list(notes)})
        return
    typer.echo(f"{forecast_text(done)}\n\n{output}: {', '.join(files)}")
    print_notes(notes)


@forecast.command()
def backtest(
    demand: Demand,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for the scores of SKUs.")
    ] = None,
    horizon: Horizon = None,
    by: EveryBucket = "day",
    of: Counted = "pieces",
    told: With = None,
    time_zone: Zone = "UTC",
    workers: WorkersOption = 1,
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """Test forecasts on the last days of the history, beside seasonal-naive; exit code 1 where they are worse."""
    from layouts.demand.forecasting.backtest import ALL
    from layouts.demand.forecasting.forecast_text import backtest_dict, backtest_text
    from server.chores.forecasting import Players, backtest_file

    source = _source(demand, by, of, told, time_zone)
    with strangers_on_stderr(), reporting("backtest", quiet=as_json) as tell:
        done, notes, files = backtest_file(
            source, output, _settings(by, horizon), Players(workers=workers, cluster=cluster), tell
        )
    if as_json:
        print_json({**backtest_dict(done), "files": list(files), "notes": list(notes)})
    else:
        typer.echo(backtest_text(done))
        if output is not None:
            typer.echo(f"\n{output}: {', '.join(files)}")
        print_notes(notes)
    raise typer.Exit({"better": 0, "worse": 1, "cannot decide": 4}[done.scores[ALL].answer])


@forecast.command()
def staff(
    orders: Annotated[Path, typer.Argument(help="CSV: order, sku, quantity, released[, due].")],
    scenario: Annotated[
        Path,
        typer.Argument(help="scenario.yaml: hall, slotting and rules; its orders and pickers are replaced."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the plan; made if missing.")],
    goal: Annotated[
        str,
        typer.Option(
            help="What a day must reach: on_time_share>=0.95, makespan_s<=28800.", metavar="FIGURE>=VALUE"
        ),
    ],
    service: Annotated[
        float, typer.Option(help="Share of days for which the plan is to suffice.", min=0.05, max=0.95)
    ] = 0.9,
    horizon: Annotated[int, typer.Option(help="Days ahead.", min=1, max=60)] = 7,
    most: Annotated[int, typer.Option(help="Pickers at most.", min=1, max=10_000)] = 100,
    replications: Annotated[int, typer.Option(help="Of each simulated day.", min=2)] = 10,
    time_zone: Zone = "UTC",
    seed: Seed = 0,
    workers: WorkersOption = 1,
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """Tell how many pickers each day to come needs: forecast orders, simulate days of so many, carry the band on."""
    from layouts.demand.forecasting.plan_origins import ForecastSettings
    from layouts.demand.forecasting.staffing import parse_goal
    from layouts.demand.forecasting.staffing_text import staffing_dict, staffing_text
    from layouts.simulation.figures_of_run import FIGURES
    from server.chores.forecasting import Players, StaffingWish, staff_file

    try:
        wanted = parse_goal(goal, FIGURES)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--goal") from None
    wish = StaffingWish(
        goal=wanted,
        service=service,
        most=most,
        replications=replications,
        seed=seed,
        time_zone=_zone(time_zone),
    )
    with strangers_on_stderr(), reporting("staff", quiet=as_json) as tell:
        done, notes, files = staff_file(
            orders,
            scenario,
            output,
            ForecastSettings(horizon=horizon),
            wish,
            Players(workers=workers, cluster=cluster),
            tell,
        )
    if as_json:
        print_json({"folder": str(output), "files": list(files), **staffing_dict(done), "notes": list(notes)})
        return
    typer.echo(f"{staffing_text(done)}\n\n{output}: {', '.join(files)}")
    print_notes(notes)


def _settings(by: Literal["day", "week"], horizon: int | None) -> ForecastSettings:
    from layouts.demand.forecasting.plan_origins import ForecastSettings

    return ForecastSettings(horizon=horizon or (DAYS_AHEAD if by == "day" else WEEKS_AHEAD))


def _source(
    demand: str, by: Literal["day", "week"], of: Literal["pieces", "lines"], told: Path | None, time_zone: str
) -> DemandSource:
    from server.chores.forecasting import DemandSource

    return DemandSource(path=demand, of=of, bucket=by, time_zone=_zone(time_zone), told=told)


def _zone(time_zone: str) -> str:
    try:
        ZoneInfo(time_zone)
    except (OSError, ValueError, LookupError):
        raise typer.BadParameter(
            f"there is no time zone '{time_zone}': give one as Europe/Berlin", param_hint="--time-zone"
        ) from None
    return time_zone
