"""A report as files: the HTML page, the same as JSON, and every plan as SVG and PNG."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from layouts.comparison.compare import Comparison
from layouts.comparison.money import Money
from layouts.comparison.pareto import Front
from layouts.comparison.sensitivity import Sensitivity
from layouts.comparison.sensitivity_prices import PriceFlip
from layouts.report.drawing import Drawing
from layouts.report.drawing_png import drawing_png
from layouts.report.drawing_svg import drawing_svg
from layouts.report.page import report_html
from layouts.report.record import report_dict
from layouts.report.report_data import Report, make_report
from layouts.report.sections.plans import BLOCKED, BUSY, plan_drawings
from layouts.scenario import Scenario
from spatial.progress import Progress, silent
from spatial.whole_files import write_whole


def write_report(
    path: Path,
    comparison: Comparison,
    scenarios: Mapping[str, Scenario],
    *,
    title: str | None = None,
    front: Front | None = None,
    money: Money | None = None,
    sensitivity: Sensitivity | None = None,
    price_flips: Sequence[PriceFlip] = (),
    json_path: Path | None = None,
    plans: Path | None = None,
    progress: Progress = silent,
) -> Report:
    """Write the page of a `comparison` of these `scenarios` to `path`, and on request its JSON and a folder of plans.

    One replication of each scenario is played again for the plans. All files are there whole or not at all; the same
    arguments give the same bytes. Raises what `make_report` raises.
    """
    report = make_report(
        comparison,
        scenarios,
        title=title,
        front=front,
        money=money,
        sensitivity=sensitivity,
        price_flips=price_flips,
        progress=progress,
    )
    _write(path, report_html(report).encode())
    if json_path is not None:
        record = json.dumps(report_dict(report), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        _write(json_path, record.encode())
    if plans is not None:
        write_plans(plans, report)
    return report


def write_plans(folder: Path, report: Report) -> tuple[Path, ...]:
    """Write each plan as SVG and PNG into `folder`, made if missing: SCENARIO-LEVEL-blocked.svg and so on.

    Of names only letters, digits, dots and dashes are kept; where two would be the same, they are numbered.
    """
    written: dict[Path, None] = {}
    for stem, drawing in _plans(report):
        path = folder / f"{stem}.svg"
        number = 2
        while path in written:
            path = folder / f"{stem}-{number}.svg"
            number += 1
        _write(path, (drawing_svg(drawing) + "\n").encode())
        _write(path.with_suffix(".png"), drawing_png(drawing))
        written |= {path: None, path.with_suffix(".png"): None}
    return tuple(written)


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
