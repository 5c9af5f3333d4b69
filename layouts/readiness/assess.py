"""A site's data assessed: what is wrong, what each use still lacks, and where downtime costs most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from layouts.live.sensors import Sensors
from layouts.readiness.downtime import Bottleneck, bottlenecks
from layouts.readiness.finding import Finding, counts, ordered
from layouts.readiness.hall_checks import hall_findings
from layouts.readiness.id_checks import id_findings
from layouts.readiness.registry import SourceRegistry
from layouts.readiness.registry_checks import SourceState, registry_findings
from layouts.readiness.sensor_checks import sensor_findings, unit_questions
from layouts.readiness.site_tables import read_tables
from layouts.readiness.stock_checks import stock_findings
from layouts.readiness.use_cases import Readiness, readiness
from layouts.readiness.value_checks import newest_s, value_findings
from layouts.wms.mapping import WmsMapping
from spatial.facility import Facility


@dataclass(frozen=True, kw_only=True)
class SiteData:
    """What is assessed: the file of each table, how it is read, and what else is known. `registry_file` names the
    registry in messages.
    """

    files: Mapping[str, Path]
    mapping: WmsMapping = field(default_factory=WmsMapping)
    sensors: Sensors = field(default_factory=Sensors)
    facility: Facility | None = None
    registry: SourceRegistry | None = None
    registry_file: str = "sources.yaml"


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """`findings` with the worst first, `questions` that only people can answer, and `as_of_s` (since 1970), the end
    of the data; None where they tell no time.
    """

    as_of_s: float | None
    rows: Mapping[str, int]
    findings: tuple[Finding, ...]
    questions: tuple[str, ...]
    uses: tuple[Readiness, ...]
    sources: tuple[SourceState, ...]
    bottlenecks: tuple[Bottleneck, ...]

    def to_record(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "schema": "aisletwin.readiness/1",
            "as_of_s": self.as_of_s,
            "rows": dict(self.rows),
            "counts": dict(counts(self.findings)),
            "findings": [one.to_record() for one in self.findings],
            "questions": list(self.questions),
            "readiness": [one.to_record() for one in self.uses],
            "sources": [one.to_record() for one in self.sources],
            "bottlenecks": [one.to_record() for one in self.bottlenecks],
        }


def assess(data: SiteData, *, now_s: float | None = None, as_of_s: float | None = None) -> Assessment:
    """Assess a site's data at `as_of_s`, or at their own end, so that the same data give the same answer on any day.

    `now_s` (since 1970) is what nothing that happened may be later than; None asks no clock. A file that cannot be
    read is a finding, not an error; no files give an assessment with scores of 0.
    """
    site = read_tables(data.files, data.mapping)
    ends = [end for table in site.checks if (end := newest_s(site, table, now_s)) is not None]
    as_of_s = max(ends, default=None) if as_of_s is None else as_of_s
    registry = data.registry or SourceRegistry()
    found = [
        *site.findings,
        *id_findings(site),
        *value_findings(site, now_s=now_s),
        *stock_findings(site, as_of_s=as_of_s),
        *sensor_findings(site, sensors=data.sensors, registry=registry, now_s=now_s),
    ]
    questions = [*site.questions, *unit_questions(site, data.sensors, now_s)]
    sources: list[SourceState] = []
    if data.facility is not None:
        of_hall, asked = hall_findings(site, data.facility)
        found, questions = found + of_hall, questions + asked
    if data.registry is not None:
        of_sources, sources = registry_findings(
            site, registry, file=data.registry_file, as_of_s=as_of_s, now_s=now_s
        )
        found += of_sources
    findings = ordered(_once(found))
    return Assessment(
        as_of_s=as_of_s,
        rows={table: int(check.real.sum()) for table, check in site.checks.items()},
        findings=findings,
        questions=tuple(questions),
        uses=readiness(site, findings, has_hall=data.facility is not None),
        sources=tuple(sources),
        bottlenecks=bottlenecks(site, as_of_s=as_of_s),
    )


def _once(found: list[Finding]) -> list[Finding]:
    """Each kind of finding about one column and its first row once: several checks may see the same."""
    seen: dict[tuple[object, ...], Finding] = {}
    for one in found:
        seen.setdefault((one.kind, one.file, one.column, one.rows[:1], one.got), one)
    return list(seen.values())
