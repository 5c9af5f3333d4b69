"""One thing that is wrong in a site's data: where, what was expected, what to do, and how much it harms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from layouts.readiness.kinds import KINDS, SEVERITIES
from layouts.wms.findings import DEFECTS
from layouts.wms.findings import Finding as Defect

Severity = Literal["high", "medium", "low"]

ROWS_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is wrong with `count` records of one column. `rows` are the first of them as the file counts them, a CSV
    header being row 1; none for what is no row's. `got` is what the first holds.
    """

    kind: str
    table: str
    file: str
    column: str = ""
    rows: tuple[int, ...] = ()
    count: int = 1
    got: str = ""
    expected: str

    @property
    def severity(self) -> Severity:
        """`high` spoils results unseen, `medium` costs rows or trust, `low` is to be looked at."""
        return KINDS[self.kind].severity

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return KINDS[self.kind].remedy

    @property
    def text(self) -> str:
        """One sentence with place, what was got and expected, and the remedy."""
        column = f" column '{self.column}'" if self.column else ""
        more = f" and {self.count - 1} more" if self.count > 1 else ""
        row = f" row {self.rows[0]}{more}" if self.rows else ""
        got = f"got '{self.got}', " if self.got else ""
        return f"{self.file}{column}{row}: {self.kind}: {got}expected {self.expected}; {self.remedy}"

    def to_record(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            "table": self.table,
            "file": self.file,
            "column": self.column,
            "rows": list(self.rows),
            "count": self.count,
            "got": self.got,
            "expected": self.expected,
            "remedy": self.remedy,
        }


def grouped(defects: Iterable[Defect]) -> list[Finding]:
    """The defects of rows as one finding for each kind, file and column, in the order in which they come."""
    groups: dict[tuple[str, str, str], list[Defect]] = {}
    for defect in defects:
        groups.setdefault((defect.kind, defect.file, defect.column), []).append(defect)
    return [
        Finding(
            kind=kind,
            table=those[0].table,
            file=file,
            column=column,
            rows=tuple(defect.row for defect in those if defect.row)[:ROWS_SHOWN],
            count=len(those),
            got=those[0].value,
            expected=those[0].expected,
        )
        for (kind, file, column), those in groups.items()
    ]


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The worst first, then by file, place and kind."""
    return tuple(
        sorted(
            findings,
            key=lambda one: (
                SEVERITIES.index(one.severity),
                one.file,
                one.rows[:1],
                one.kind,
                one.column,
            ),
        )
    )


def meaning(kind: str) -> str:
    """What a kind of finding means."""
    return KINDS[kind].about or DEFECTS[kind]


def counts(findings: Iterable[Finding]) -> Mapping[str, int]:
    """Records by kind, in the order of the findings."""
    found: dict[str, int] = {}
    for one in findings:
        found[one.kind] = found.get(one.kind, 0) + one.count
    return found
