"""What the scenarios have different: settings and files, and the halls element by element."""

from __future__ import annotations

from layouts.diff.facility_diff import FacilityDiff
from layouts.diff.picture import diff_svg
from layouts.diff.text import total_text, verdict_text
from layouts.report.markup import Markup, lines, tag
from layouts.report.report_data import Report
from layouts.report.sections.parts import Section, bullets, section, table


def changes(report: Report) -> Section:
    """The settings that differ, then each hall against the baseline's."""
    rows = [[setting.name, *setting.values] for setting in report.settings if not setting.is_shared]
    same = [name for name in report.names[1:] if name not in report.halls]
    return section(
        "changes",
        "What is different",
        table("Settings and files that differ", ["setting", *report.names], rows)
        if rows
        else tag("p", "No setting and no file differs."),
        *(_hall(report, name, diff) for name, diff in report.halls.items()),
        tag("p", f"The same hall as {report.names[0]}: {', '.join(same)}.") if same else None,
    )


def _hall(report: Report, name: str, diff: FacilityDiff) -> Markup:
    base = report.shifts[0].facility
    own = next(shift.facility for shift in report.shifts if shift.name == name)
    if diff.is_empty:
        return tag("p", f"The hall of {name} stands as that of {report.names[0]} does.")
    totals = [total_text(total) for total in diff.totals if abs(total.difference) >= 1e-9]
    return lines(
        tag("h3", f"The hall of {name} against that of {report.names[0]}"),
        tag("p", verdict_text(diff)),
        tag(
            "div",
            tag("figure", Markup(diff_svg(diff, base, own).strip())) if diff.changes else None,
            bullets(totals) if totals else None,
            class_="halls",
        ),
    )
