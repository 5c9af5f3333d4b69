"""The report as one HTML page that needs nothing from outside, no script, and is the same every time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from layouts.report.markup import Markup, lines, tag
from layouts.report.report_data import Report
from layouts.report.sections.answer import answer
from layouts.report.sections.basis import glossary, inputs, method, validity
from layouts.report.sections.changes import changes
from layouts.report.sections.costs import costs
from layouts.report.sections.differences import differences
from layouts.report.sections.flips import flips
from layouts.report.sections.levels import key_figures
from layouts.report.sections.parts import Section
from layouts.report.sections.plans import plans
from layouts.report.sections.rules import rules

SECTIONS = (
    differences,
    plans,
    key_figures,
    costs,
    flips,
    changes,
    rules,
    validity,
    method,
    inputs,
    glossary,
)
"""In the order of who reads on: the one who signs first, the one who checks last."""


def style_text() -> str:
    """The style sheet."""
    return (Path(__file__).parent / "style.css").read_text(encoding="utf-8")


def report_html(report: Report) -> str:
    """The whole page of a comparison."""
    sections = [section for part in SECTIONS if (section := part(report)) is not None]
    return html_page(report.title, answer(report), sections)


def html_page(title: str, header: Markup, sections: Sequence[Section]) -> str:
    """A page with links to its sections below the `header`."""
    head = lines(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} – aisletwin"),
        tag("style", Markup(style_text())),
    )
    links = (tag("li", tag("a", each.title, href=f"#{each.name}")) for each in sections)
    body = lines(
        header,
        tag("nav", tag("ul", *links), aria_label="Contents"),
        tag("main", lines(*(each.markup for each in sections))),
    )
    page = tag("html", lines(tag("head", head), tag("body", body)), lang="en")
    # a number and its percent sign stay on one line
    return re.sub(r"(?<=\d) %", "\u00a0%", f"<!DOCTYPE html>\n{page}\n")
