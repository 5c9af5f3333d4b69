"""What admins read of the audit log."""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from server.access.audit_check import verify
from server.access.declared import require


class AuditAnswer(BaseModel):
    """What `verify` found; `head` is to be noted elsewhere."""

    is_whole: bool
    entries: int
    head: str
    faults: list[str]
    torn_bytes: int


def audit_routes(path: Path, key: bytes) -> APIRouter:
    """`/api/audit` and `/api/audit/check`, for admins."""
    routes = APIRouter(dependencies=[Depends(require("administer", about="server"))])

    @routes.get("/api/audit")
    def entries(last: Annotated[int, Query(ge=1, le=1_000)] = 100) -> list[dict[str, Any]]:
        """The last entries, oldest first; a line that cannot be read stands as `{"unreadable": …}`."""
        with path.open("rb") as file:
            return [_entry(line) for line in deque(file, maxlen=last)]

    @routes.get("/api/audit/check")
    def check() -> AuditAnswer:
        """Whether the log is what was written."""
        report = verify(path, key)
        return AuditAnswer(
            is_whole=report.is_whole,
            entries=report.entries,
            head=str(report.head),
            faults=list(report.faults),
            torn_bytes=report.torn_bytes,
        )

    return routes


def _entry(line: bytes) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        entry = None
    return entry if isinstance(entry, dict) else {"unreadable": line[:200].decode("utf-8", "replace")}
