"""An assessment in words: scores first, then what is wrong, what must be told, and where downtime costs most."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from layouts.readiness.assess import Assessment
from layouts.readiness.downtime import Bottleneck
from layouts.readiness.finding import counts


def assessment_text(found: Assessment) -> str:
    """The whole assessment, a line for each score, finding, question, source and asset."""
    return "\n".join(_lines(found))


def summary_text(found: Assessment) -> str:
    """How much was read and found: `11 tables, 2,345 rows, until 2026-03-16: 3 findings`."""
    rows = sum(found.rows.values())
    until = "" if found.as_of_s is None else f", until {day_of(found.as_of_s)}"
    number = len(found.findings)
    told = "nothing found" if not number else f"{number} finding{'s' if number > 1 else ''}"
    return f"{len(found.rows)} tables, {rows:,} rows{until}: {told}"


def _lines(found: Assessment) -> Iterator[str]:
    yield summary_text(found)
    yield ""
    yield from (use.text for use in found.uses)
    if found.findings:
        yield ""
        yield from (f"{one.severity}: {one.text}" for one in found.findings)
        yield ", ".join(f"{count} × {kind}" for kind, count in counts(found.findings).items())
    if found.questions:
        yield ""
        yield from (f"to be told: {question}" for question in found.questions)
    if found.sources:
        yield ""
        yield from (f"source {one.name}: {one.freshness}, {one.text}" for one in found.sources)
    if found.bottlenecks:
        yield ""
        yield from (f"{place}. {bottleneck_text(one)}" for place, one in enumerate(found.bottlenecks, 1))


def bottleneck_text(one: Bottleneck) -> str:
    """The cost of an asset's downtime with its interval and where it comes from, or why that cannot be decided."""
    name = f"{one.asset} ({one.kind})" if one.kind else one.asset
    failures = f"{one.failures} failures in {one.observed_h:,.0f} h"
    if not (one.cost_per_year and one.mtbf_h and one.mttr_h and one.down_h_per_year):
        return f"{name}: cannot decide, {failures}: {one.reason}"
    apart = "; dearer than the next" if one.is_apart else ""
    return (
        f"{name}: {one.cost_per_year.text('a year')}; {failures}, MTBF {one.mtbf_h.text('h')}, "
        f"MTTR {one.mttr_h.text('h')}, down {one.down_h_per_year.text('h a year')}{apart}"
    )


def day_of(time_s: float) -> str:
    """The day of a time since 1970, in UTC."""
    return str(np.datetime64(int(time_s), "s").astype("datetime64[D]"))
