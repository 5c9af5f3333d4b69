"""A report as files: the HTML page, the same as JSON, and every plan as SVG and PNG."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache as once
from pathlib import Path
from typing import Any

from layouts.comparison.compare import Comparison
from layouts.comparison.record import comparison_dict
from layouts.comparison.sensitivity_record import sensitivity_dict
from layouts.report.drawing import Drawing
from layouts.report.drawing_png import drawing_png
from layouts.report.drawing_svg import drawing_svg
from layouts.report.page import report_html, style_text
from layouts.report.record import report_dict
from layouts.report.remembered_files import Files, remembered, report_key
from layouts.report.report_data import NOTHING_BESIDE, Beside, Report, make_report
from layouts.report.sections.plans import BLOCKED, BUSY, plan_drawings
from layouts.scenario import Scenario
from spatial.progress import Progress, silent
from spatial.whole_files import write_whole

PAGE, RECORD = "report.html", "report.json"


def write_report(
    path: Path,
    comparison: Comparison,
    scenarios: Mapping[str, Scenario],
    *,
    beside: Beside = NOTHING_BESIDE,
    json_path: Path | None = None,
    plans: Path | None = None,
    cache: Path | None = None,
    progress: Progress = silent,
) -> None:
    """Write the page of a `comparison` of these `scenarios` to `path`, and on request its JSON and a folder of plans.

    For the plans one replication of each scenario is played again, unless the folder `cache` remembers the report.
    Every file is there whole or not at all; the same arguments give the same bytes, remembered or not. Raises what
    `make_report` raises, and BadDataError for a cache that cannot be read.
    """

    @once
    def report() -> Report:
        return make_report(comparison, scenarios, beside=beside, progress=progress)

    key = "" if cache is None else report_key(scenarios, _told(comparison, beside))
    page = remembered(cache, f"{key}-page", lambda: {PAGE: report_html(report()).encode()})
    _write(path, page[PAGE])
    if json_path is not None:
        _write(json_path, remembered(cache, f"{key}-record", lambda: {RECORD: report_json(report())})[RECORD])
    if plans is not None:
        for name, data in remembered(cache, f"{key}-plans", lambda: plan_files(report())).items():
            _write(plans / name, data)


def _told(comparison: Comparison, beside: Beside) -> list[Any]:
    """All that a report tells but what its scenarios decide, as values for JSON."""
    sensitivity = beside.sensitivity
    return [
        comparison_dict(comparison, front=beside.front, money=beside.money),
        None if sensitivity is None else sensitivity_dict(sensitivity, beside.price_flips),
        beside.title,
        None if beside.limits is None else beside.limits.model_dump(mode="json"),
        style_text(),
    ]


def report_json(report: Report) -> bytes:
    """`report_dict` as a file holds it."""
    return (json.dumps(report_dict(report), indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def plan_files(report: Report) -> Files:
    """Each plan as SVG and PNG: SCENARIO-LEVEL-blocked.svg and so on.

    Of names only letters, digits and dashes are kept; where two plans would have the same, they are numbered.
    """
    files: dict[str, bytes] = {}
    for stem, drawing in _plans(report):
        names = (stem, *(f"{stem}-{number}" for number in range(2, len(files) + 3)))
        name = next(each for each in names if f"{each}.svg" not in files)
        files |= {f"{name}.svg": (drawing_svg(drawing) + "\n").encode(), f"{name}.png": drawing_png(drawing)}
    return files


def _plans(report: Report) -> Iterator[tuple[str, Drawing]]:
    for level in report.levels:
        for layer in (BLOCKED, BUSY):
            for shift, drawing in plan_drawings(report, layer, level):
                yield "-".join(_plain(name) for name in (shift.name, level, layer)), drawing


def _plain(name: str) -> str:
    return re.sub(r"[^\w-]+", "_", name).strip("_") or "_"


def _write(path: Path, data: bytes) -> None:
    with write_whole(path) as aside:
        aside.write_bytes(data)
