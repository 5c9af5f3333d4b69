"""What a scan run did: points, seconds and memory per stage, coverage, warnings."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spatial.peak_memory import peak_memory_mib


@dataclass
class StageClock:
    """Measures the stages of a run: seconds and the process's peak memory after each."""

    stages: dict[str, dict[str, float]] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what runs inside."""
        start = time.perf_counter()
        yield
        seconds = time.perf_counter() - start
        self.stages[name] = {"seconds": round(seconds, 3), "peak_mib": round(peak_memory_mib(), 1)}

    @property
    def seconds(self) -> float:
        """Seconds of all stages so far."""
        return sum(s["seconds"] for s in self.stages.values())


@dataclass(frozen=True, kw_only=True)
class ScanReport:
    """The content of `scan-report.json`.

    `registration` holds one entry per scan; `coverage` the shares (0…1) of floor, frames and locations seen;
    `found` how many of each element; `tilt_deg` the floor's tilt in the scan's frame, taken out if `levelled`;
    `notes` tell what was judged in the files as they were read; `world_from_scan` (4, 4), row by row, takes
    points as they are read to the facility's world.
    """

    points_read: int
    points_kept: int
    stages: dict[str, dict[str, float]]
    registration: tuple[dict[str, Any], ...]
    tilt_deg: float
    levelled: bool
    coverage: dict[str, float]
    found: dict[str, int]
    warnings: tuple[str, ...]
    notes: tuple[str, ...] = ()
    world_from_scan: tuple[float, ...] = tuple(np.eye(4).ravel().tolist())

    def as_json(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        seconds = sum(s["seconds"] for s in self.stages.values())
        return {
            "points": {
                "read": self.points_read,
                "kept": self.points_kept,
                "per_second": round(self.points_read / max(seconds, 1e-9)),
            },
            "stages": self.stages,
            "registration": list(self.registration),
            "floor": {
                "tilt_deg": self.tilt_deg,
                "levelled": self.levelled,
                "world_from_scan": list(self.world_from_scan),
            },
            "coverage": self.coverage,
            "found": self.found,
            "notes": list(self.notes),
            "warnings": list(self.warnings),
        }
