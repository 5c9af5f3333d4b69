"""What the engine remembers of one rule and one entity."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from server.alerts.kinds.absence import AbsenceMemory
from server.alerts.kinds.count import CountMemory
from server.alerts.kinds.excursion import ExcursionMemory
from server.alerts.kinds.health import HealthMemoryOf
from server.alerts.kinds.joint import JointMemory
from server.alerts.kinds.rate import RateMemory
from server.alerts.kinds.shortage import ShortageMemory
from server.alerts.kinds.threshold import ThresholdMemory

WatchId: TypeAlias = tuple[str, str, str]
"""Rule, site, key."""

Memory: TypeAlias = (
    AbsenceMemory | CountMemory | ExcursionMemory | HealthMemoryOf | JointMemory | RateMemory | ShortageMemory
    | ThresholdMemory
)  # fmt: skip


class Watch(msgspec.Struct):
    """A memory, when it was last looked at and is to be next, and whether the rule held then, since when and why."""

    memory: Any
    clock_ms: int = -1
    due_ms: int | None = None
    holds: bool = False
    at_ms: int = -1
    cause: str = ""
    said: str = ""


class WatchRecord(msgspec.Struct):
    """A `Watch` as plain values."""

    rule: str
    site: str
    key: str
    memory: Memory
    clock_ms: int
    due_ms: int | None
    holds: bool
    at_ms: int
    cause: str
    said: str
