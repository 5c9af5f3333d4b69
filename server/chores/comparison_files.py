"""A comparison written where the command line asks for it: the page with its values and plans, or values alone."""

from __future__ import annotations

from pathlib import Path

from layouts.report.report_data import Beside
from layouts.report.write_report import write_report
from server.chores.comparing import Compared
from server.site_files import write_json
from spatial.errors import BadDataError
from spatial.progress import Progress, silent

PAGES = (".html", ".htm")


def write_compared(
    found: Compared,
    output: Path,
    *,
    plans: Path | None = None,
    cache: Path | None = None,
    progress: Progress = silent,
) -> tuple[Path, ...]:
    """Write a page, and beside it a .json of the same name, or a .json of what `found` records; returns the files.

    `plans` is a folder for the plans of the page. For a page one shift of each scenario is played again, unless the
    `cache` remembers it.
    """
    if output.suffix not in PAGES:
        write_json(output, found.record())
        return (output,)
    values = output.with_suffix(".json")
    beside = Beside(
        front=found.front, money=found.money, sensitivity=found.sensitivity, price_flips=found.prices
    )
    try:
        write_report(
            output,
            found.comparison,
            found.scenarios,
            beside=beside,
            json_path=values,
            plans=plans,
            cache=cache,
            progress=progress,
        )
    except ValueError as error:
        raise BadDataError(f"{output}: {error}") from error
    return (output, values) if plans is None else (output, values, plans)
