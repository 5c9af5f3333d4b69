"""What fails within the server may have changed something all the same, and stands in the audit log."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from server.access.audit import AuditLog
from server.access.audit_trail import AuditTrail


def test_a_change_that_ends_in_a_fault_stands_in_the_log(tmp_path: Path) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("half done")

    audit = AuditLog(tmp_path / "audit.jsonl", b"k" * 32, now_ms=1)
    trail = AuditTrail(broken, audit=audit, now_ms=lambda: 2)
    scope = {"type": "http", "method": "POST", "path": "/api/boom", "headers": [], "client": ("127.0.0.1", 1)}
    with pytest.raises(RuntimeError, match="half done"):
        asyncio.run(trail(scope, None, None))  # type: ignore[arg-type]
    audit.close()
    told = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert [(line["target"], line["outcome"]) for line in told if line.get("outcome")] == [
        ("/api/boom", "500")
    ]
