"""The clock of the server: pure code is told the time."""

from __future__ import annotations

import time


def clock_ms() -> int:
    """Milliseconds since 1970 in UTC."""
    return time.time_ns() // 1_000_000
