"""A length of time as people write it: 8h, 90min, 1.5 h, 1h30min."""

from __future__ import annotations

import math
import re

SECONDS_OF = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_PART = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(s|min|h|d)")


def seconds_of(text: str) -> float:
    """Seconds of a duration: numbers of 0 or more, each with its unit, of which no two are the same.

    Raises ValueError that says what was written and what is understood.
    """
    parts: dict[str, float] = {}
    rest = text.strip()
    while rest and (part := _PART.match(rest)):
        unit, number = part[2], float(part[1])
        if unit in parts:
            break
        parts[unit] = number * SECONDS_OF[unit]
        rest = rest[part.end() :].strip()
    seconds = math.fsum(parts.values())
    if rest or not parts or not math.isfinite(seconds):
        raise ValueError(
            f"'{text}' is no duration: write a number and its unit, s, min, h or d, such as 8h, 90min or 1.5 h"
        )
    return seconds
