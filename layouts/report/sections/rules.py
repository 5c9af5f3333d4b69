"""What the layout rules say of each hall: what fails, what cannot be decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layouts.report.markup import Markup, joined, listed, tag
from layouts.report.report_data import Report
from layouts.report.sections.parts import Section, bullets, section, table
from layouts.rules.finding import Finding, Verdict

VERDICTS: tuple[Verdict, ...] = ("fail", "cannot_decide")
ELEMENTS_SHOWN = 6


def rules(report: Report) -> Section | None:
    """A count for each rule and hall, then for each hall what it is about, failures before what is undecided."""
    if report.beside.limits is None:
        return None
    known = dict.fromkeys(each.rule for found in report.findings.values() for each in found)
    rows = [
        [
            _plain(rule),
            *(_count([each for each in found if each.rule == rule]) for found in report.findings.values()),
        ]
        for rule in known
    ]
    intro = "Widths, heights, ways out, reach and loads, against the limits for the agents that work there."
    return section(
        "rules",
        "Layout rules",
        tag("p", intro),
        table("Rules that fail or cannot be decided", ["rule", *report.findings], rows)
        if rows
        else tag("p", "Every rule is kept by every hall."),
        *(
            joined(tag("h3", listed(names)), bullets(_grouped(found)))
            for found, names in _by_findings(report).items()
            if found
        ),
    )


def _by_findings(report: Report) -> dict[tuple[Finding, ...], list[str]]:
    """The scenarios that share a hall share what is said of it."""
    names: dict[tuple[Finding, ...], list[str]] = {}
    for name, found in report.findings.items():
        names.setdefault(found, []).append(name)
    return names


def _count(found: Sequence[Finding]) -> str:
    counts = {verdict: sum(each.verdict == verdict for each in found) for verdict in VERDICTS}
    return ", ".join(f"{count} {_plain(verdict)}" for verdict, count in counts.items() if count) or "kept"


def _grouped(found: Sequence[Finding]) -> Iterator[Markup]:
    """One item for each verdict and rule, with the first finding's own words."""
    for verdict in VERDICTS:
        groups: dict[str, list[Finding]] = {}
        for each in found:
            if each.verdict == verdict:
                groups.setdefault(each.rule, []).append(each)
        for rule, alike in groups.items():
            elements = [each.elements[0] for each in alike]
            more = f" and {len(elements) - ELEMENTS_SHOWN} more" if len(elements) > ELEMENTS_SHOWN else ""
            first = f"{elements[0]}: " if len(elements) > 1 else ""
            yield joined(
                tag("strong", f"{_plain(verdict).capitalize()}: {_plain(rule)}"),
                f", {', '.join(elements[:ELEMENTS_SHOWN])}{more}. {first}{alike[0].message}.",
            )


def _plain(name: str) -> str:
    return name.replace("_", " ")
