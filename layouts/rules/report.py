"""Findings as text, as JSON and as an exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from layouts.rules.finding import Finding, Verdict

SCHEMA = "aisletwin.layout-findings/1"

ORDER: tuple[Verdict, ...] = ("fail", "cannot_decide", "pass")


def exit_code(findings: Sequence[Finding]) -> int:
    """1 if any rule is broken, else 4 if any could not be decided, else 0."""
    verdicts = {finding.verdict for finding in findings}
    return 1 if "fail" in verdicts else 4 if "cannot_decide" in verdicts else 0


def findings_text(findings: Sequence[Finding], *, passes: bool = False) -> str:
    """One line of counts, then a line for each that fails and each undecided one; with `passes` the rest too."""
    count = Counter(finding.verdict for finding in findings)
    lines = [", ".join(f"{count[verdict]} {verdict}" for verdict in ORDER)]
    for verdict in ORDER if passes else ORDER[:2]:
        lines += [
            f"{verdict} {finding.rule} {finding.elements[0]}: {finding.message} [{finding.source}]"
            for finding in findings
            if finding.verdict == verdict
        ]
    return "\n".join(lines) + "\n"


def findings_dict(findings: Sequence[Finding]) -> dict[str, Any]:
    """The counts and every finding as JSON values, with its message."""
    count = Counter(finding.verdict for finding in findings)
    return {
        "schema": SCHEMA,
        "counts": {verdict: count[verdict] for verdict in ORDER},
        "findings": [_record(finding) for finding in findings],
    }


def _record(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "elements": list(finding.elements),
        "verdict": finding.verdict,
        "quantity": finding.quantity,
        "value": finding.value,
        "sense": finding.sense,
        "limit": finding.limit,
        "sigma": finding.sigma,
        "at": None if finding.at is None else list(finding.at),
        "context": finding.context,
        "message": finding.message,
        "remedy": finding.remedy,
        "source": finding.source,
    }
