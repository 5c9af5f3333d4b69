"""Proposed windows as an iCalendar file (RFC 5545), which every calendar reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from layouts.maintenance.propose import Proposal

MOST_OCTETS = 75
"""Of a line without its break, RFC 5545, 3.1."""


def ical(proposals: Sequence[Proposal], *, stamp: datetime) -> str:
    """An event for each proposal, in UTC. `stamp` is when the calendar was made (DTSTAMP).

    A task keeps its UID as long as it keeps its name, station and server, so that a later calendar moves it.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//aisletwin//maintenance//EN"]
    for proposal in proposals:
        lines += _event(proposal, stamp)
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _event(proposal: Proposal, stamp: datetime) -> list[str]:
    task, start = proposal.task, proposal.chosen.start
    uid = sha256("\n".join((task.name, task.station, str(task.server))).encode()).hexdigest()[:32]
    loss = proposal.chosen.loss_hours.text("job-hours")
    told = "" if proposal.is_decided else "; the earliest of windows between which cannot be decided"
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}@aisletwin",
        f"DTSTAMP:{_utc(stamp)}",
        f"DTSTART:{_utc(start)}",
        f"DTEND:{_utc(start + timedelta(minutes=task.minutes))}",
        f"SUMMARY:{_text(task.name)}",
        f"LOCATION:{_text(f'{task.station}, server {task.server}')}",
        f"DESCRIPTION:{_text(f'costs {loss}{told}')}",
        "END:VEVENT",
    ]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """As a TEXT value, RFC 5545, 3.3.11; control characters, which it cannot hold, become spaces."""
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    return "".join(sign if sign.isprintable() else " " for sign in escaped)


def _folded(line: str) -> Iterator[str]:
    """Parts of at most 75 octets, each but the first behind a space; no character is cut."""
    part, size = "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > MOST_OCTETS:
            yield part
            part, size = " ", 1
        part, size = part + sign, size + octets
    yield part
