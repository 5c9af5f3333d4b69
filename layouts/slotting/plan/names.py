"""How the files of a plan's folder are called."""

from __future__ import annotations

import re

PLAN, SLOTTING, SCENARIO, MOVES, MOVES_JSON, PAGE = (
    "plan.json",
    "slotting.csv",
    "scenario.yaml",
    "moves.csv",
    "moves.json",
    "report.html",
)
PROPOSALS, PICTURES = "proposals", "pictures"


def plain_name(name: str) -> str:
    """A name as a file can have it."""
    return re.sub(r"[^\w.-]+", "-", name.replace("×", "x")).strip("-")
