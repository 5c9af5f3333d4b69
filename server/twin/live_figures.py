"""What the live twin shows beside its motions: figures, alerts and jobs as entries for viewers."""

from __future__ import annotations

from collections.abc import Iterable

from layouts.live.events import OrderReleased
from layouts.live.state import TwinState
from server.alerts.life import Alert
from server.jobs.job import Job
from viewer.messages import Alert as ShownAlert
from viewer.messages import Figures
from viewer.messages import Job as ShownJob

JOBS_SHOWN = 20


def figures_of(state: TwinState, site: str, *, letters: int, now_ms: int) -> Figures:
    """How a site stands after event `seq` of the log: the same on every server behind it, letters and time aside.

    A server reckons them once a second, so those of another may be of an event up to a second earlier; `seq` tells,
    and the page keeps what it shows until they are newer (`newer` in `world.js`).
    """
    orders = lines = 0
    for _, event in state.latest.items(f"{site}/order/"):
        closed = state.latest.get(f"{site}/closed/{event.entity}")
        if isinstance(event.body, OrderReleased) and (
            closed is None or closed.happened_ms < event.happened_ms
        ):
            orders += 1
            lines += len(event.body.lines)
    on_hand = sum(line.book for key, line in state.stock.lines() if key.place.partition("/")[0] == site)
    return Figures(
        seq=state.seq,
        at_ms=now_ms,
        agents=sum(1 for _ in state.latest.items(f"{site}/position/")),
        orders_open=orders,
        lines_open=lines,
        units_on_hand=on_hand / 1000,
        letters_waiting=letters,
    )


def alert_entries(alerts: Iterable[Alert], site: str) -> dict[str, ShownAlert]:
    """An entry for each alert of the site that is not cleared."""
    return {
        alert.entity: ShownAlert(
            rule=alert.rule,
            about=alert.about,
            severity=alert.severity,
            status=alert.status,
            since_ms=alert.since_ms,
            text=alert.text,
            by=alert.by,
            options=alert.options,
        )
        for alert in alerts
        if alert.site == site and alert.status != "cleared"
    }


def job_entries(jobs: Iterable[Job], site: str) -> dict[str, ShownJob]:
    """An entry for each of the newest jobs of the site."""
    own = [job for job in jobs if job.site == site][-JOBS_SHOWN:]
    return {
        f"job/{job.number}": ShownJob(job.kind, job.state, job.progress, job.message, job.asked_by)
        for job in own
    }
