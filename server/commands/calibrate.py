"""calibrate: what the floor's own logs say of walking, searching and picking, and whether forecasts held."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from server.commands.clean_output import strangers_on_stderr
from server.commands.options import Json, Seed
from server.commands.printing import print_json, print_notes

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
    from server.calibrating import fit_logs

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
    from server.calibrating import drift_of_logs

    with strangers_on_stderr():
        found = drift_of_logs(logs, since, site=site, agent=agent, seed=seed)
    if as_json:
        print_json({**asdict(found), "text": found.text})
    else:
        typer.echo(f"{found.verdict}: {found.text} ({found.steps} steps of {found.tours} tours)")
    codes = {"nothing changed": 0, "cannot tell": UNDECIDED, "cannot decide": UNDECIDED}
    raise typer.Exit(codes.get(found.verdict, FINDING))


@calibrate.command("coverage")
def coverage_command(
    forecasts: Annotated[Path, typer.Argument(help="CSV: kpi, day, low, high, actual[, level].")],
    fitted_day: Annotated[
        list[str] | None, typer.Option(help="A day that the model was fitted to; repeatable.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell how often intervals held, and whether the model may be called validated: 0 yes, 1 no, 4 undecided."""
    from layouts.calibration.coverage import validate
    from server.calibrating import read_forecasts

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
