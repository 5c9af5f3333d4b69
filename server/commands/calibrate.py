"""calibrate: what the floor's own logs say of walking, searching and picking, and whether forecasts held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from server.commands.clean_output import strangers_on_stderr
from server.commands.options import Json, Seed
from server.commands.printing import print_json, print_notes
from spatial.errors import UndecidedError

if TYPE_CHECKING:
    from layouts.calibration.fit import Estimate, Fit

calibrate = typer.Typer(
    name="calibrate",
    help="Calibration: pace and pick times from logs, what changed since, and whether forecasts held.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Logs = Annotated[list[Path], typer.Argument(help="Folders of runs, or tasks.parquet of `wms load`.")]
OnSite = Annotated[
    Path | None, typer.Option("--site", help="Folder with facility.json; needed by logs that tell no ways.")
]
Agent = Annotated[str, typer.Option(help="Agent class that walks.")]
UNITS = {"speed_m_s": "m/s", "search_s": "s a stop", "pick_s": "s a line", "piece_s": "s a piece"}
FINDING, UNDECIDED = 1, 4
"""Exit codes: something changed or was refuted; it cannot be decided."""


@calibrate.command("fit")
def fit_command(
    logs: Logs, site: OnSite = None, agent: Agent = "picker", seed: Seed = 0, as_json: Json = False
) -> None:
    """Fit walking speed, search, pick and piece times, with 95 % intervals, ready for a scenario.yaml."""
    from server.chores.calibrating import fit_logs

    with strangers_on_stderr():
        found = fit_logs(logs, site=site, agent=agent, seed=seed)
    if as_json:
        print_json(_fit_record(found))
        return
    typer.echo(f"{found.steps} steps of {found.tours} tours, 95 % intervals from resampled tours")
    for name, each in found.values.items():
        typer.echo(f"{name:10} {_text(each)} {UNITS[name]}")
    for pair, each in found.sums.items():
        typer.echo(f"{' + '.join(pair)} {_text(each)} s")
    print_notes(
        (*found.warnings, "fitted, not validated: hold days back and see `aisletwin calibrate coverage`")
    )


@calibrate.command("drift")
def drift_command(
    logs: Logs,
    since: Annotated[list[Path], typer.Option("--since", help="A log since then; repeatable.")],
    site: OnSite = None,
    agent: Agent = "picker",
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Tell what changed since LOGS: the people's pace, or the ways into some aisles. Ends with 1 if anything did."""
    from server.chores.calibrating import drift_of_logs

    with strangers_on_stderr():
        found = drift_of_logs(logs, since, site=site, agent=agent, seed=seed)
    if as_json:
        print_json({**asdict(found), "text": found.text})
    else:
        typer.echo(f"{found.verdict}: {found.text} ({found.steps} steps of {found.tours} tours)")
    codes = {"nothing changed": 0, "cannot tell": UNDECIDED, "cannot decide": UNDECIDED}
    raise typer.Exit(codes.get(found.verdict, FINDING))


@calibrate.command("collect")
def collect_command(
    twin: Annotated[Path, typer.Argument(help="twin.yaml of a live twin.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="CSV for `calibrate coverage`; forecasts.csv in the twin's folder if not told.",
        ),
    ] = None,
    day: Annotated[
        str | None, typer.Option(help="That day alone; all that are whole without it.", metavar="2026-11-27")
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", help="The site, where forecasts are of several.", metavar="ID")
    ] = None,
    time_zone: Annotated[str, typer.Option(help="Whose days they are.", metavar="ZONE")] = "UTC",
    as_json: Json = False,
) -> None:
    """Hold what was foretold against what the log tells: a row for each key figure and whole day. 4 if there is none.

    Forecasts are kept by `what-if now` of two or more replications. For example, after midnight:
    aisletwin calibrate collect twin.yaml && aisletwin calibrate coverage forecasts.csv
    """
    from server.chores.calibrating import FORECASTS
    from server.chores.collecting import collect, write_forecasts
    from server.commands.stores import opened
    from server.fork.forecast import kept_forecasts
    from server.twin.twin_file import read_twin_file

    settings, zone = read_twin_file(twin), _zone(time_zone)
    folder = settings.jobs.parent
    kept = kept_forecasts({folder, *(() if "://" in settings.store else (Path(settings.store).parent,))})
    its_site = site or _only_site({each.site for each in kept}, folder)
    with opened(settings.store) as log:
        found = collect(log, kept, site=its_site, zone=zone, day=None if day is None else _day(day))
    if not found.forecasts:
        raise UndecidedError(
            f"no whole day has forecasts to be held against: "
            f"{'; '.join(found.left_out[:3]) or 'none of that site and day is kept'}"
        )
    path = output or folder / FORECASTS
    write_forecasts(path, found.forecasts)
    days = sorted({each.day for each in found.forecasts})
    if as_json:
        print_json({"forecasts": str(path), "rows": len(found.forecasts), "days": days, "site": its_site,
                    "left_out": found.left_out, "not_told": found.not_told, "notes": found.notes})  # fmt: skip
        return
    typer.echo(f"{len(found.forecasts)} rows of {len(days)} days ({days[0]} to {days[-1]}) in {path}")
    for name, reasons in found.not_told.items():
        for reason, missing in reasons.items():
            typer.echo(f"{name}: not told on {len(missing)} days, {reason}")
    print_notes((*found.notes, *(f"left out: {each}" for each in found.left_out)))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise typer.BadParameter(
            f"there is no time zone '{name}': give one as Europe/Berlin", param_hint="--time-zone"
        ) from None


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no day: give one as 2026-11-27", param_hint="--day") from None


def _only_site(sites: Collection[str], folder: Path) -> str:
    if not sites:
        raise UndecidedError(
            f"no forecast is kept in {folder}: make one with `aisletwin what-if now` of several --replications"
        )
    if len(sites) > 1:
        raise typer.BadParameter(
            f"forecasts are of {', '.join(sorted(sites))}: name one", param_hint="--site"
        )
    return next(iter(sites))


@calibrate.command("coverage")
def coverage_command(
    forecasts: Annotated[Path, typer.Argument(help="CSV: kpi, day, low, high, actual[, level][, expected].")],
    fitted_day: Annotated[
        list[str] | None, typer.Option(help="A day that the model was fitted to; repeatable.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell how often intervals held, and whether the model may be called validated: 0 yes, 1 no, 4 undecided."""
    from layouts.calibration.coverage import validate
    from server.chores.calibrating import read_forecasts

    found = validate(read_forecasts(forecasts), fitted_days=fitted_day or ())
    if as_json:
        print_json(asdict(found))
    else:
        for each in found.coverages:
            typer.echo(
                f"{each.kpi}: {each.level:.0%} intervals held on {each.share.value:.1%} "
                f"[{each.share.low:.1%} to {each.share.high:.1%}] of {each.days} days, bias {each.bias:+.1%}: "
                f"{each.verdict}"
            )
        typer.echo(f"{'validated' if found.is_validated else 'not validated'}: {found.reason}")
    verdicts = {each.verdict for each in found.coverages}
    if not found.is_validated:
        raise typer.Exit(UNDECIDED if verdicts <= {"holds", "cannot decide"} else FINDING)


def _fit_record(found: Fit) -> dict[str, Any]:
    return {
        "values": {name: asdict(each) for name, each in found.values.items()},
        "sums": {" + ".join(pair): asdict(each) for pair, each in found.sums.items()},
        "alike": [list(pair) for pair in found.alike],
        "steps": found.steps,
        "tours": found.tours,
        "breaks": found.breaks,
        "residual_cv": found.residual_cv,
        "warnings": list(found.warnings),
    }


def _text(each: Estimate) -> str:
    return f"{each.value:.2f} [{each.low:.2f} to {each.high:.2f}]"
