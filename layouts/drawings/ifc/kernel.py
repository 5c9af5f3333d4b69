"""ifcopenshell, and what it writes in its log, without the dates, so that the same file says the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import ifcopenshell
import ifcopenshell.geom

ifc: Any = ifcopenshell
"""It ships types for a part of its functions only."""

_LINE = re.compile(
    r"^\[(\w+)\]\s*(?:\[[A-Z]{3}\d+\]\s*)?\[[^\]]*\]\s*([^\n]*)((?:\n[^\[\n][^\n]*)*)", re.MULTILINE
)


def log_lines(log: str, *severities: str) -> Iterator[str]:
    """Every entry of one of these severities (error, warning, fatal) as one line of at most 200 characters.

    `get_log()` gives each entry once: what it gave before is not in it again.
    """
    for match in _LINE.finditer(log):
        told = " ".join(f"{match[2]} {match[3]}".split())
        if match[1] in severities and told:
            yield told[:200]
