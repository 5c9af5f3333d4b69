"""What `aisletwin alerts check` and `alerts list` say, and the alert that `acknowledge` and `shelve` mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from difflib import get_close_matches

from layouts.live.state import TwinState
from server.alerts.life import Alert, alerts_of
from server.alerts.rule import RANK
from server.alerts.rule_set import RuleSet
from spatial.errors import BadDataError


def rules_text(rules: RuleSet) -> str:
    """A line for each rule."""
    lines = [
        f"{rule.id}: {_kind(rule)}, {rule.severity}{', quiet' if rule.is_quiet else ''}"
        for rule in rules.rules
    ]
    return "\n".join([*lines, f"{len(rules.rules)} rules, no fault"])


def _kind(rule: object) -> str:
    return str(getattr(rule, "kind", "rule"))


def alerts_shown(
    state: TwinState,
    *,
    now_ms: int,
    site: str | None = None,
    rule: str | None = None,
    with_cleared: bool = False,
) -> list[Alert]:
    """The alerts to be listed: open ones first, the worst and then the newest on top."""
    order = {"open": 0, "acknowledged": 1, "shelved": 2, "cleared": 3}
    found = [
        alert
        for alert in alerts_of(state, now_ms=now_ms)
        if site in (None, alert.site)
        and rule in (None, alert.rule)
        and (with_cleared or alert.status != "cleared")
    ]
    return sorted(
        found,
        key=lambda alert: (
            order[alert.status],
            -RANK[alert.severity],
            -alert.since_ms,
            alert.site,
            alert.entity,
        ),
    )


def alerts_text(alerts: Sequence[Alert]) -> str:
    """A line for each alert, its options below it."""
    lines: list[str] = []
    for alert in alerts:
        by = f" by {alert.by}" if alert.by else ""
        until = f" until {_time(alert.until_ms)}" if alert.until_ms is not None else ""
        status = f"{alert.status}{by}{until}"
        lines.append(
            f"{_time(alert.since_ms)} {alert.severity:8} {status}: {alert.site} {alert.entity}: {alert.text}"
        )
        lines += [f"  {number}. {option}" for number, option in enumerate(alert.options, start=1)]
    return "\n".join(lines or ["no alert"])


def alerts_record(alerts: Iterable[Alert]) -> list[dict[str, object]]:
    """The alerts as plain values for `--json`."""
    return [asdict(alert) for alert in alerts]


def alert_named(state: TwinState, name: str, *, site: str | None = None, now_ms: int) -> Alert:
    """The alert of an entity `alert/RULE/KEY`, or `RULE/KEY`.

    Raises BadDataError for one that there is not, with the nearest, or at more than one site.
    """
    entity = name if name.startswith("alert/") else f"alert/{name}"
    alerts = [alert for alert in alerts_of(state, now_ms=now_ms) if site in (None, alert.site)]
    found = [alert for alert in alerts if alert.entity == entity]
    if len(found) > 1:
        sites = ", ".join(alert.site for alert in found)
        raise BadDataError(f"{entity} is raised at {sites}: name the site")
    if not found:
        near = get_close_matches(entity, [alert.entity for alert in alerts], n=1)
        raise BadDataError(
            f"there is no {entity}: {f'did you mean {near[0]}' if near else 'see alerts list'}"
        )
    return found[0]


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
