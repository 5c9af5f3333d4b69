"""The bytes of a scenario's files, told by their hashes, which are not worked out anew for files left alone."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from layouts.last_used import LastUsed
from layouts.scenario import PATHS, Scenario

Digests: TypeAlias = Mapping[str, str | None]
"""The SHA-256 of each file by its field, None where none is named."""

UNREAD = "cannot be read"
"""The digest of a file that reading raises for."""

SETTLED_NS = 2_000_000_000
"""A file changed that lately may change again without its times telling: they have steps, of 2 s on FAT."""

_known: LastUsed[str] = LastUsed(64)


def digests_of(scenario: Scenario) -> Digests:
    """Those of a scenario: equal digests mean equal files, wherever they lie, but for those that are UNREAD."""
    return {name: _digest(scenario, name) for name in PATHS}


def site_file(scenario: Scenario) -> Path:
    """The file of the scenario's facility."""
    return scenario.site / "facility.json" if scenario.site.is_dir() else scenario.site


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, which is read again unless its size, times and inode say that it is the same.

    Raises OSError for a file that cannot be read.
    """
    now_ns, stat = time.time_ns(), path.stat()
    if now_ns - max(stat.st_mtime_ns, stat.st_ctime_ns) < SETTLED_NS:
        return _hashed(path)
    told = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    return _known.get(f"{told} {path.absolute()}", lambda: _hashed(path))


def _digest(scenario: Scenario, name: str) -> str | None:
    path = site_file(scenario) if name == "site" else getattr(scenario, name)
    try:
        return None if path is None else sha256_of(path)
    except OSError:
        return UNREAD


def _hashed(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
