"""An assessment as one HTML page that needs nothing from outside and is the same every time."""

from __future__ import annotations

from collections.abc import Mapping

from layouts.readiness.assess import Assessment
from layouts.readiness.finding import Finding, meaning
from layouts.readiness.text import bottleneck_text, summary_text
from layouts.report.markup import Markup, lines, tag
from layouts.report.page import html_page
from layouts.report.sections.parts import Section, bullets, caution, section, table


def assessment_html(found: Assessment, *, title: str, sources: Mapping[str, str] | None = None) -> str:
    """The page of an assessment; `sources` are the files that were read, each with its SHA-256."""
    worst = [one for one in found.findings if one.severity == "high"]
    header = tag(
        "header",
        lines(
            tag("p", "How ready the data are", class_="over"),
            tag("h1", title),
            tag("div", tag("p", summary_text(found), class_="sentence"), class_="verdict"),
            caution("First", f"{worst[0].text}.") if worst else None,
        ),
    )
    sections = [_uses(found), _findings(found.findings)]
    if found.questions:
        sections.append(section("questions", "To be told", bullets(found.questions)))
    if found.sources:
        sections.append(_sources(found))
    if found.bottlenecks:
        sections.append(_bottlenecks(found))
    if sources:
        rows = [[name, tag("code", digest)] for name, digest in sources.items()]
        sections.append(section("inputs", "Inputs", table("Files that were read", ["file", "SHA-256"], rows)))
    return html_page(title, header, sections)


def _uses(found: Assessment) -> Section:
    rows = [
        [
            use.use,
            f"{use.score:.0f}",
            f"{use.present} of {use.needed}",
            f"{use.usable:.1%}",
            ", ".join(use.missing) or "nothing",
            ", ".join(f"{field} {share:.1%}" for field, share in use.partly.items()) or "all",
        ]
        for use in found.uses
    ]
    header = ["use", "score", "fields", "rows usable", "missing", "partly usable"]
    note = tag(
        "p",
        "A score is 100 × fields that are there / fields needed × share of rows usable in them.",
        class_="note",
    )
    return section("readiness", "Readiness by use", table("Scores from 0 to 100", header, rows), note)


def _findings(findings: tuple[Finding, ...]) -> Section:
    if not findings:
        return section("findings", "Findings", tag("p", "Nothing was found."))
    rows = [
        [
            one.kind,
            one.severity,
            f"{one.file.rpartition('/')[2]} {one.column}".rstrip(),
            f"{one.count:,}",
            ", ".join(map(str, one.rows[:5])),
            one.got,
            one.expected,
            one.remedy,
        ]
        for one in findings
    ]
    header = ["kind", "harm", "file and column", "count", "rows", "got", "expected", "remedy"]
    used = dict.fromkeys(one.kind for one in findings)
    words = bullets(f"{kind}: {meaning(kind)}" for kind in used)
    return section("findings", "Findings", table("The worst first", header, rows), words)


def _sources(found: Assessment) -> Section:
    rows = [[one.name, one.table, one.owner or "nobody", one.freshness, one.text] for one in found.sources]
    header = ["source", "table", "owner", "state", "since"]
    return section("sources", "Sources", table("As of the end of the data", header, rows))


def _bottlenecks(found: Assessment) -> Section:
    items: list[Markup | str] = [bottleneck_text(one) for one in found.bottlenecks]
    note = tag("p", "Costs are in the currency of assets.cost_per_hour; intervals are 95 %.", class_="note")
    return section("bottlenecks", "Bottlenecks by cost of downtime", bullets(items), note)
