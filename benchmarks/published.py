"""Published instances with their reference values, where the shared data is at hand."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any


def shared_data() -> Path | None:
    """The shared data folder: AISLETWIN_DATA, else `../shared/data` beside the checkout; None without it."""
    named = os.environ.get("AISLETWIN_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder if folder.is_dir() else None


def instances(name: str) -> list[dict[str, Any]]:
    """The instances of a published set, in the order of its file; FileNotFoundError without the data."""
    folder = shared_data()
    if folder is None:
        raise FileNotFoundError(
            f"published set '{name}': there is no shared data; set AISLETWIN_DATA to its folder"
        )
    with gzip.open(folder / "benchmarks" / name / "instances.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
