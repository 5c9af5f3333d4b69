"""Kinds of jobs that tests can hold up: imported by worker processes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.jobs.job import Desk, Kind


def steps(arguments: Mapping[str, Any], desk: Desk) -> None:
    """Does `count` steps of `step_s`, each kept; stubborn ones ask nobody whether to go on."""
    for number in range(arguments["count"]):
        kept = desk.kept / str(number)
        if kept.exists():
            continue
        time.sleep(arguments["step_s"])
        with (desk.root / "log").open("a") as log:
            log.write(f"{number}\n")
        kept.touch()
        if not arguments.get("is_stubborn"):
            desk.progress(f"step {number}", number / arguments["count"])
    (desk.folder / "answer").write_text(str(arguments["count"]))


def greedy(arguments: Mapping[str, Any], desk: Desk) -> None:
    """Takes memory."""
    bytearray(arguments["bytes"])


def none(arguments: Mapping[str, Any], root: Path) -> tuple[Path, ...]:
    """No files."""
    return ()


KINDS = {"steps": Kind(steps, none), "greedy": Kind(greedy, none)}
