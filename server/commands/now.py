"""what-if now: what would come of the shift from this moment on, if something were changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from server.clock import clock_ms
from server.commands.clean_output import strangers_on_stderr
from server.commands.options import Json, require_figure
from server.commands.printing import print_json, print_kpis, print_notes
from server.commands.stores import opened
from server.progress import reporting

if TYPE_CHECKING:
    from layouts.what_if.curve import Curve
    from layouts.what_if.spec import Spec
    from server.chores.chain import Simulated
    from server.fork.fork import Forked

what_ifs = typer.Typer(
    name="what-if",
    help="What-ifs from what a live twin knows.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
RUN = "run"
UNDECIDED = 4


@what_ifs.callback()
def _group() -> None:
    """What-ifs from what a live twin knows."""


@what_ifs.command("now")
def now_command(
    base: Annotated[
        Path, typer.Option(help="scenario.yaml: what a live twin does not know, as pick times and rules.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of it all; made if missing.")],
    store: Annotated[
        str | None,
        typer.Argument(help="The live twin's log: a file, or postgresql://…", metavar="STORE"),
    ] = None,
    site: Annotated[str | None, typer.Option("--site", help="The site, with STORE.", metavar="ID")] = None,
    saved: Annotated[
        Path | None,
        typer.Option("--fork", help="Folder with fork.json: begin there instead, however old it is."),
    ] = None,
    max_age: Annotated[
        float | None,
        typer.Option(
            help="Refuse if the newest that is known is older; 120 s if not told.", metavar="S", min=0.0
        ),
    ] = None,
    what_if: Annotated[
        list[str] | None,
        typer.Option(help="A value and what it is to be: pickers=2..8. Repeatable.", metavar="NAME=VALUES"),
    ] = None,
    figure: Annotated[str, typer.Option(help="The figure of the what-if's curve.")] = "lines_per_hour",
    replications: Annotated[
        int | None,
        typer.Option(
            help="Shifts simulated: 1 if not told; with --what-if 10 of each value, and 2 at least. From 2 on they "
            "are a forecast, 39 give 95 % intervals.",
            min=1,
        ),
    ] = None,
    keep_in: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the twin, where forecasts are kept for `calibrate collect`; that of a STORE that is a "
            "file if not told.",
            metavar="FOLDER",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Begin a simulation where the warehouse is now. Ends with 4 when what is known is too old to be called now."""
    from layouts.scenario import read_scenario
    from layouts.simulation.figures_of_run import FIGURES
    from layouts.simulation.replicate import ReplicationPlan
    from server.chores.chain import simulate_scenario, what_if_scenario
    from server.fork.scenario_now import scenario_now

    require_figure(figure, FIGURES)
    spec = _spec(what_if)
    count = replications or 1 if spec is None else max(replications or 10, 2)
    forked = _forked(store, site, saved, max_age)
    scenario, notes = scenario_now(forked, read_scenario(base), output)
    plan = ReplicationPlan(first=count, most=count)
    if spec is None:
        with strangers_on_stderr(), reporting("what-if now", quiet=as_json) as tell:
            done = simulate_scenario(scenario, output / RUN, plan=plan, progress=tell)
        if done.replications is not None:
            _keep(forked, output / RUN, keep_in or _folder_of(store))
        code, told = _tell_shift(done, as_json=as_json)
    else:
        with strangers_on_stderr(), reporting("what-if now", quiet=as_json) as tell:
            curve = what_if_scenario(scenario, output, spec, figure=figure, plan=plan, progress=tell)
        code, told = _tell_curve(curve, as_json=as_json)
    if as_json:
        fork = msgspec.to_builtins(forked.fork)
        print_json({"folder": str(output), "fork": fork, **told, "notes": list(notes)})
    else:
        typer.echo(f"from event {forked.fork.seq} of site {forked.fork.site}, {forked.fork.age_s:.0f} s old")
        print_notes(notes)
    raise typer.Exit(code)


def _spec(wishes: list[str] | None) -> Spec | None:
    from layouts.what_if.spec import parse_spec

    try:
        return parse_spec(wishes) if wishes else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--what-if") from None


def _forked(store: str | None, site: str | None, saved: Path | None, max_age: float | None) -> Forked:
    """The fork that is named, or one made now. Raises UndecidedError for one that is refused."""
    from server.fork.fork import MAX_AGE_S, fork, read_fork
    from server.store.snapshots import restored

    if saved is not None:
        if any(each is not None for each in (store, site, max_age)):
            raise typer.BadParameter(
                "a fork has its site, and its age was judged when it was made: give no STORE, --site, --max-age",
                param_hint="--fork",
            )
        return read_fork(saved)
    if store is None or site is None:
        raise typer.BadParameter("say where to begin: STORE and --site, or --fork", param_hint="STORE")
    age_s = MAX_AGE_S if max_age is None else max_age
    with opened(store) as log:
        return fork(restored(log), site=site, log=log.id, now_ms=clock_ms(), max_age_s=age_s)


def _folder_of(store: str | None) -> Path | None:
    """The folder of a store that is a file."""
    return None if store is None or "://" in store else Path(store).parent


def _keep(forked: Forked, run: Path, twin: Path | None) -> None:
    """Keep the forecast that several shifts are, where it is known where."""
    from layouts.run_files import REPLICATIONS
    from server.fork.forecast import forecast_of, keep_forecast

    if twin is not None:
        keep_forecast(twin, forecast_of(forked.fork, run, run / REPLICATIONS, made_ms=clock_ms()))


def _tell_shift(done: Simulated, *, as_json: bool) -> tuple[int, dict[str, Any]]:
    """Print the shift from now on, unless as JSON; its exit code, and its record."""
    from layouts.simulation.replicate import replications_dict, replications_text

    more = done.replications
    if not as_json:
        print_kpis(done.figures)
        if more is not None:
            typer.echo(replications_text(more))
        print_notes(done.run.notes)
    told = {"kpis": done.figures, "replications": None if more is None else replications_dict(more)}
    if done.run.deadlock is not None:
        return 1, told
    return UNDECIDED if more is not None and more.unsure else 0, told


def _tell_curve(curve: Curve, *, as_json: bool) -> tuple[int, dict[str, Any]]:
    """Print the curve of what-ifs from now on, unless as JSON; its exit code, and its record."""
    from layouts.what_if.record import curve_dict
    from layouts.what_if.text import curve_text

    if not as_json:
        typer.echo(curve_text(curve))
    knees = [line.knee for line in curve.lines if line.knee is not None]
    is_open = not curve.converged or (knees and all(knee.answer == "cannot decide" for knee in knees))
    return UNDECIDED if is_open else 0, {"curve": curve_dict(curve)}
