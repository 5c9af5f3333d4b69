"""What a check found, in as few lines as a terminal can show: findings of one rule share one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from layouts.rules.finding import Finding
from layouts.rules.report import ORDER

SHOWN = 6
"""Of many elements so many are written out."""


def grouped_text(findings: Sequence[Finding], *, passes: bool = False) -> str:
    """A line of counts, then one for each verdict, rule and limit: its elements, and the words of the worst one."""
    count = Counter(finding.verdict for finding in findings)
    counts = ", ".join(f"{count[verdict]} {verdict}" for verdict in ORDER)
    return "\n".join([counts, *_lines(findings, passes=passes)])


def _lines(findings: Sequence[Finding], *, passes: bool) -> Iterator[str]:
    for verdict in ORDER if passes else ORDER[:2]:
        groups: dict[tuple[str, float | None, str], list[Finding]] = {}
        for each in findings:
            if each.verdict == verdict:
                groups.setdefault((each.rule, each.limit, each.source), []).append(each)
        for (rule, _, source), alike in groups.items():
            worst = min(alike, key=_spare)
            names = [each.elements[0] for each in alike]
            if len(names) == 1:
                told = names[0]
            else:
                more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
                told = f"{len(names)} × {', '.join(names[:SHOWN])}{more}; {worst.elements[0]}"
            yield f"{verdict} {rule} {told}: {worst.message} [{source}]"


def _spare(finding: Finding) -> float:
    """How far the value is on the right side of its limit; 0 where one of the two is not known."""
    if finding.value is None or finding.limit is None:
        return 0.0
    return (finding.value - finding.limit) * (1 if finding.sense == "at_least" else -1)
