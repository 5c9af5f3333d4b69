"""What a scan run did: points, seconds and memory per stage, coverage, warnings."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class StageClock:
    """Measures the stages of a run: seconds and the process's peak memory after each."""

    stages: dict[str, dict[str, float]] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what runs inside."""
        start = time.perf_counter()
        yield
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.stages[name] = {"seconds": round(time.perf_counter() - start, 3), "peak_mib": round(peak_mib, 1)}

    @property
    def seconds(self) -> float:
        """Seconds of all stages so far."""
        return sum(s["seconds"] for s in self.stages.values())


@dataclass(frozen=True, kw_only=True)
class ScanReport:
    """The content of `scan-report.json`.

    `registration` holds one entry per scan; `coverage` the shares (0…1) of floor, frames and locations seen;
    `found` how many of each element; `tilt_deg` the floor's tilt in the scan's frame, taken out if `levelled`.
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
            "floor": {"tilt_deg": self.tilt_deg, "levelled": self.levelled},
            "coverage": self.coverage,
            "found": self.found,
            "warnings": list(self.warnings),
        }
