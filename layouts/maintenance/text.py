"""Proposals as people and programs read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layouts.maintenance.propose import Proposal


def proposals_text(proposals: Sequence[Proposal]) -> str:
    """For each task the window that is proposed, what it costs, and the window that would cost most."""
    lines = []
    for proposal in proposals:
        chosen = proposal.chosen
        lines.append(
            f"{proposal.task.name}: {chosen.start.isoformat(timespec='minutes')} for {proposal.task.minutes:g} min, "
            f"costs {chosen.loss_hours.text('job-hours')}"
        )
        as_good = sum(window.is_as_good for window in proposal.windows)
        if not proposal.is_decided:
            lines.append(f"  cannot decide between {as_good} windows: the earliest of them is proposed")
        worst = max(proposal.windows, key=lambda window: window.loss_hours.value)
        if not worst.is_as_good:
            lines.append(
                f"  worst {worst.start.isoformat(timespec='minutes')}: {worst.loss_hours.text('job-hours')}"
            )
    return "\n".join(lines)


def proposals_dict(proposals: Sequence[Proposal]) -> list[dict[str, Any]]:
    """Every window of every task with its cost."""
    return [
        {
            "task": proposal.task.name,
            "station": proposal.task.station,
            "server": proposal.task.server,
            "minutes": proposal.task.minutes,
            "start": proposal.chosen.start.isoformat(),
            "is_decided": proposal.is_decided,
            "windows": [
                {
                    "start": window.start.isoformat(),
                    "loss_job_hours": window.loss_hours.record(),
                    "is_as_good": window.is_as_good,
                }
                for window in proposal.windows
            ],
        }
        for proposal in proposals
    ]
