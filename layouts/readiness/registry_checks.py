"""The data held against the registry of sources: who answers, how fresh each is, and the rules it keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from layouts.live.staleness import ago
from layouts.readiness.finding import Finding
from layouts.readiness.registry import DataSource, SourceRegistry
from layouts.readiness.series import Series, series_of
from layouts.readiness.site_tables import SiteTables
from layouts.readiness.value_checks import newest_s

STEADY = ("orders", "tasks", "readings", "positions")
"""Tables that grow as long as a site works. That nothing failed, or was made, for long is no silence."""

Freshness = Literal["fresh", "late", "silent", "last seen", "not told", "missing"]


@dataclass(frozen=True, kw_only=True)
class SourceState:
    """How fresh a source is at the time of assessment. A battery-free one is `last seen`, however long ago that is;
    without a rate or a time it is `not told`.
    """

    name: str
    table: str
    owner: str | None
    freshness: Freshness
    text: str

    def to_record(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "name": self.name,
            "table": self.table,
            "owner": self.owner,
            "freshness": self.freshness,
            "text": self.text,
        }


def registry_findings(
    site: SiteTables, registry: SourceRegistry, *, file: str, as_of_s: float | None, now_s: float | None
) -> tuple[list[Finding], list[SourceState]]:
    """What the data and the `registry` in `file` say against each other, and how fresh each source is."""
    found: list[Finding] = []
    states = []
    for source in registry.sources:
        found += _gaps(source, file)
        if source.table not in site.checks:
            found.append(_about(source, "missing-source", file, f"a file of the table {source.table}"))
            states.append(_state(source, "missing", "no file of it is there"))
            continue
        its = _series(site, registry, source, now_s)
        states.append(_freshness(site, source, its, as_of_s, now_s))
        found += _stale(site, source, its, as_of_s, now_s)
        found += _too_old(site, source, its, as_of_s)
        for series in its:
            found += _broken_rules(site, source, series)
    return [*found, *_unregistered(site, registry, now_s)], states


def _gaps(source: DataSource, file: str) -> Iterator[Finding]:
    for kind, value, expected in (
        ("no-owner", source.owner, "owner: who answers for it"),
        ("no-retention", source.retention_days, "retention_days: how long it is kept"),
        ("no-scope", source.scope, "scope: {roles: [...]}"),
        ("no-rate", source.every_s, "every_s: how often it tells"),
    ):
        if value is None:
            yield _about(source, kind, file, expected)


def _about(source: DataSource, kind: str, file: str, expected: str) -> Finding:
    return Finding(
        kind=kind, table=source.table, file=file, column=f"sources.{source.name}", expected=expected
    )


def _series(
    site: SiteTables, registry: SourceRegistry, source: DataSource, now_s: float | None
) -> list[Series]:
    """The series whose source this is; none for tables that are no logs."""
    if source.table not in ("readings", "positions"):
        return []
    return [
        series
        for series in series_of(site, source.table, now_s)
        if registry.of(source.table, series.name) == source
    ]


def _state(source: DataSource, freshness: Freshness, text: str) -> SourceState:
    return SourceState(
        name=source.name, table=source.table, owner=source.owner, freshness=freshness, text=text
    )


def _last_seen(
    site: SiteTables, source: DataSource, its: list[Series], now_s: float | None
) -> dict[str, float]:
    """When each sensor or vehicle of a source, or its table, told last [s since 1970]."""
    if source.table not in ("readings", "positions"):
        newest = newest_s(site, source.table, now_s) if source.table in STEADY else None
        return {} if newest is None else {source.table: newest}
    seen: dict[str, float] = {}
    for series in its:
        seen[series.name] = max(float(series.times_s[-1]), seen.get(series.name, -np.inf))
    return seen


def _freshness(
    site: SiteTables, source: DataSource, its: list[Series], as_of_s: float | None, now_s: float | None
) -> SourceState:
    """The state of the one that told longest ago."""
    seen = _last_seen(site, source, its, now_s)
    if not seen or as_of_s is None:
        return _state(source, "not told", "its table tells no time by which it could be late")
    name = min(seen, key=lambda one: (seen[one], one))
    age_ms = max(0, round(1000 * (as_of_s - seen[name])))
    who = "" if name == source.table else f"{name} "
    text = f"{who}last seen {ago(age_ms)} before the end of the data"
    if source.battery_free:
        return _state(source, "last seen", text)
    rule = source.expectation
    if rule is None:
        return _state(source, "not told", text)
    condition = rule.condition(age_ms)
    return _state(source, "silent" if condition == "unknown" else condition, text)


def _stale(
    site: SiteTables, source: DataSource, its: list[Series], as_of_s: float | None, now_s: float | None
) -> Iterator[Finding]:
    """What is silent by its rate. Battery-free tags tell when they are read: they are last seen, never lost."""
    rule = source.expectation
    if rule is None or source.battery_free or as_of_s is None:
        return
    for name, last_s in _last_seen(site, source, its, now_s).items():
        age_ms = max(0, round(1000 * (as_of_s - last_s)))
        if rule.condition(age_ms) == "silent":
            yield Finding(
                kind="stale-source",
                table=source.table,
                file=str(site.checks[source.table].source.path),
                column=f"sources.{source.name}",
                got=f"{name}: last seen {ago(age_ms)} before the end of the data",
                expected=f"a record every {rule.interval_s:g} s",
            )


def _too_old(
    site: SiteTables, source: DataSource, its: list[Series], as_of_s: float | None
) -> Iterator[Finding]:
    if source.retention_days is None or as_of_s is None or not its:
        return
    rows = np.zeros(len(site.checks[source.table].source.row), bool)
    for series in its:
        rows[series.rows[as_of_s - series.times_s > 86_400 * source.retention_days]] = True
    yield from site.finding(
        "over-retention", source.table, "time", rows, f"records of {source.retention_days:g} days at most"
    )


def _broken_rules(site: SiteTables, source: DataSource, series: Series) -> Iterator[Finding]:
    rules = source.rules
    if rules.completeness is not None and source.every_s is not None and len(series.times_s) > 1:
        wanted = (series.times_s[-1] - series.times_s[0]) / source.every_s + 1
        share = len(np.unique(series.times_s)) / wanted
        if share < rules.completeness:
            yield Finding(
                kind="incomplete-source",
                table=source.table,
                file=str(site.checks[source.table].source.path),
                column=f"sources.{source.name}",
                got=f"{series.name}: {share:.0%}",
                expected=f"{rules.completeness:.0%} of {wanted:.0f} records",
            )
    if source.table != "readings" or not site.has("readings", "value"):
        return
    values = site.numbers("readings", "value")[series.rows]
    for field, rows, expected in _rule_breaks(source, series, values):
        among = np.zeros(len(site.checks["readings"].source.row), bool)
        among[series.rows[rows]] = True
        yield from site.finding(
            "stuck" if field == "stuck" else "rule-broken", "readings", "value", among, expected
        )
    yield from _other_unit(site, source, series)


def _rule_breaks(
    source: DataSource, series: Series, values: npt.NDArray[np.float64]
) -> Iterator[tuple[str, npt.NDArray[np.bool_], str]]:
    """Which rows (K,) of a series break which rule, and what it asks for."""
    rules, unit = source.rules, source.unit or ""
    with np.errstate(invalid="ignore"):
        if rules.low is not None:
            yield "low", values < rules.low, f"{rules.low:g} {unit} or more by sources.{source.name}"
        if rules.high is not None:
            yield "high", values > rules.high, f"{rules.high:g} {unit} or less by sources.{source.name}"
        if rules.max_step is not None:
            steps = np.abs(np.diff(values, prepend=values[:1]))
            yield (
                "step",
                steps > rules.max_step,
                f"a step of {rules.max_step:g} {unit} at most by sources.{source.name}",
            )
    if rules.stuck_after_s is not None:
        starts = np.flatnonzero(np.concatenate([[True], np.diff(values) != 0]))
        run = np.searchsorted(starts, np.arange(len(values)), side="right") - 1
        since = series.times_s - series.times_s[starts[run]]
        yield (
            "stuck",
            since > rules.stuck_after_s,
            f"another value within {rules.stuck_after_s:g} s by sources.{source.name}",
        )


def _other_unit(site: SiteTables, source: DataSource, series: Series) -> Iterator[Finding]:
    if source.unit is None or not site.has("readings", "unit"):
        return
    told = site.texts("readings", "unit")[series.rows]
    rows = np.zeros(len(site.checks["readings"].source.row), bool)
    rows[series.rows[[one is not None and one != source.unit for one in told]]] = True
    yield from site.finding(
        "unit-disagrees", "readings", "unit", rows, f"'{source.unit}' by sources.{source.name}"
    )


def _unregistered(site: SiteTables, registry: SourceRegistry, now_s: float | None) -> Iterator[Finding]:
    """Tables, sensors and vehicles that no entry is about; a registry without entries registers nothing."""
    for table, check in site.checks.items():
        if registry.of(table) is None:
            strangers = [""]
        elif table in ("readings", "positions"):
            names = dict.fromkeys(series.name for series in series_of(site, table, now_s))
            strangers = [name for name in names if registry.of(table, name) is None]
        else:
            strangers = []
        if strangers:
            yield Finding(
                kind="unregistered-source",
                table=table,
                file=str(check.source.path),
                count=len(strangers),
                got=", ".join(strangers[:5]),
                expected=f"an entry of the registry for the table {table}",
            )
