"""A scan of a hall of 120 × 200 m becomes a site: how long each stage takes, and in how much memory.

    python benchmarks/large_scan.py [--points 50000000] [--workers 1] [--bound-mib 4096] [--keep FOLDER]

The hall is that of `generated_halls big`, seen from some 120 stations; to draw and scan it takes minutes. The site is
made in a process of its own by what `aisletwin scan` calls. Exit code 1 if it held more than the bound.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from generated_halls import Hall, generated_hall

from scans.cloud import PointCloud
from scans.laz_writer import write_laz
from server.chores.chain import scan_site
from spatial.peak_memory import peak_memory_mib

SCAN, POSES = "big.laz", "big.poses.json"


def write_scan(folder: Path, points: int) -> None:
    hall = generated_hall("big", 1)
    write_laz(folder / SCAN, clouds_of(hall, points))
    (folder / POSES).write_text(json.dumps({"poses": hall.drawing.poses.tolist()}), encoding="utf-8")


def clouds_of(hall: Hall, points: int) -> Iterator[PointCloud]:
    """One station's points at a time."""
    origin = np.round(hall.drawing.poses.mean(axis=0))
    for number, seen in enumerate(hall.stations(points)):
        yield PointCloud(
            (seen.cloud.world_points() - origin).astype(np.float32),
            origin,
            intensity=seen.cloud.intensity,
            station=np.full(len(seen.cloud), number, np.int32),
        )


def scanned(folder: Path, workers: int) -> dict[str, Any]:
    """The report of the scan, and the whole process's seconds and memory."""
    start, cpu = time.perf_counter(), time.process_time()
    done = scan_site([folder / SCAN], folder / "site", poses=folder / POSES, workers=workers)
    return {
        **done.report.as_json(),
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mib": peak_memory_mib(),
    }


def main(points: int, workers: int, bound_mib: float, folder: Path) -> int:
    if not (folder / SCAN).exists():
        write_scan(folder, points)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        report = process.submit(scanned, folder, workers).result()
    print(f"{'stage':12} {'seconds':>8} {'peak MiB so far':>16}")
    for name, stage in report["stages"].items():
        print(f"{name:12} {stage['seconds']:8.1f} {stage['peak_mib']:16.0f}")
    print(f"{'site':12} {report['seconds']:8.1f} {report['peak_mib']:16.0f}")
    read, kept = report["points"]["read"], report["points"]["kept"]
    print(
        f"{read:,} points, {kept:,} voxels, {report['cpu_seconds']:.0f} s of processor in the first process"
    )
    print(f"peak {report['peak_mib']:.0f} MiB, bound {bound_mib:.0f} MiB")
    return 0 if report["peak_mib"] <= bound_mib else 1


if __name__ == "__main__":
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--points", type=int, default=50_000_000)
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--bound-mib", type=float, default=4096.0)
    options.add_argument(
        "--keep", type=Path, help="The folder of the scan and its site, which may be there already."
    )
    given = options.parse_args()
    if given.keep is not None:
        given.keep.mkdir(parents=True, exist_ok=True)
        sys.exit(main(given.points, given.workers, given.bound_mib, given.keep))
    with tempfile.TemporaryDirectory() as scratch:
        sys.exit(main(given.points, given.workers, given.bound_mib, Path(scratch)))
