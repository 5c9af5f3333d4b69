"""Findings that people closed with a note: kept in the log of the live twin, else in the site's folder."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ValidationError

from layouts.live.events import LiveEvent, Noted
from server.twin.live_server import LiveServer
from spatial.errors import BadDataError

FINDINGS = "findings.jsonl"
ENTITY = "alert/finding/"
"""Entities of notes about findings: the latest note about each counts."""


class Note(BaseModel):
    """What somebody said of the finding KIND/ID: it is settled, or with `is_closed` False open again."""

    finding: str
    text: str
    by: str
    at_ms: int
    is_closed: bool


class Findings(Protocol):
    """Where notes are kept."""

    def notes(self) -> Iterable[Note]:
        """The latest note of each finding, by name."""
        ...

    def add(self, note: Note) -> None:
        """Keep it; it is on disk once this returns."""
        ...


class FindingsInFile:
    """One line of JSON for each note, in `path`; the last of each finding counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def notes(self) -> list[Note]:
        """See `Findings`. A last line that was cut short is left out; BadDataError for any other that is no note."""
        if not self._path.is_file():
            return []
        lines = self._path.read_text(encoding="utf-8").split("\n")
        found: dict[str, Note] = {}
        for number, line in enumerate(lines[:-1], start=1):
            try:
                note = Note.model_validate_json(line)
            except ValidationError as error:
                raise BadDataError(
                    f"{self._path} line {number} is no note: {error.errors()[0]['msg']}"
                ) from error
            found[note.finding] = note
        return [found[name] for name in sorted(found)]

    def add(self, note: Note) -> None:
        """See `Findings`."""
        line = json.dumps(note.model_dump(), ensure_ascii=False) + "\n"
        with self._lock, self._path.open("a+b") as file:
            file.seek(0, os.SEEK_END)
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":  # the line before was cut short
                    file.truncate(_end_of_whole_lines(self._path))
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())


def _end_of_whole_lines(path: Path) -> int:
    return path.read_bytes().rfind(b"\n") + 1


class FindingsInLog:
    """Notes are events of the live twin."""

    def __init__(self, live: LiveServer) -> None:
        self._live = live

    def notes(self) -> list[Note]:
        """See `Findings`."""
        found = []
        for _, event in self._live.twin.state.latest.items(f"{self._live.site_id}/note/{ENTITY}"):
            if isinstance(event.body, Noted):
                found.append(
                    Note(
                        finding=event.entity.removeprefix(ENTITY),
                        text=event.body.text,
                        by=event.body.by,
                        at_ms=event.happened_ms,
                        is_closed=event.body.closes is not None,
                    )
                )
        return sorted(found, key=lambda note: note.finding)

    def add(self, note: Note) -> None:
        """See `Findings`. Raises what the intake raises."""
        event = LiveEvent(
            id=f"finding:{note.at_ms}:{secrets.token_hex(8)}",
            site=self._live.site_id,
            source="people",
            entity=ENTITY + note.finding,
            happened_ms=note.at_ms,
            body=Noted(note.text, note.by, f"finding/{note.finding}" if note.is_closed else None),
        )
        self._live.intake.write([event])
