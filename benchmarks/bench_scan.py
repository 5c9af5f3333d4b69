"""A scan becomes a facility: how long that takes beside what open3d needs for a downsampled cloud and its planes.

    python benchmarks/bench_scan.py [SCAN …]    without scans a virtual one of the demo hall

Both read the same file in the same run, alternately, on as many threads as they like. The peer stops at planes and
clusters without names, which is where recognition begins: the ratio says what the names cost.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from open3d_reading import downsampled

from layouts.demo_hall import demo_hall, demo_scan_positions
from scans.laz_writer import write_laz
from scans.readers import open_scans
from scans.scan_to_facility import scan_to_facility
from scans.thinning import gather
from scans.virtual import TerrestrialScanner, scan_terrestrial
from spatial.meshes.mesh import facility_mesh

ROUNDS = 3
PLANES, PLANE_M = 6, 0.02


def virtual_scan(folder: Path) -> Path:
    hall = demo_hall()
    mesh = facility_mesh(hall)
    scan = scan_terrestrial(
        mesh.vertices,
        mesh.faces,
        mesh.face_element,
        demo_scan_positions(hall),
        scanner=TerrestrialScanner(step_deg=0.4),
    )
    write_laz(folder / "hall.laz", scan.cloud)
    return folder / "hall.laz"


def ours_thinned(path: Path) -> int:
    return len(gather(open_scans([path])))


def peer_thinned(path: Path) -> int:
    return len(downsampled(path).points)


def ours_recognised(path: Path) -> int:
    return len(scan_to_facility(open_scans([path]), name="bench").facility.racks)


def peer_planes(path: Path) -> int:
    """The floor, the walls and whatever else is flat, one after the other; then what is left in clusters."""
    cloud = downsampled(path)
    for _ in range(PLANES):
        _, inliers = cloud.segment_plane(PLANE_M, ransac_n=3, num_iterations=500)
        cloud = cloud.select_by_index(inliers, invert=True)
    return int(np.max(cloud.cluster_dbscan(eps=0.1, min_points=10), initial=-1)) + 1


def compare(
    what: str, path: Path, points: int, ours: Callable[[Path], int], peer: Callable[[Path], int]
) -> None:
    seconds: dict[Callable[[Path], int], list[float]] = {ours: [], peer: []}
    for _ in range(ROUNDS):
        for each in (ours, peer):
            start = time.perf_counter()
            each(path)
            seconds[each].append(time.perf_counter() - start)
    a, b = min(seconds[ours]), min(seconds[peer])
    print(
        f"{path.name:24} {what:34} {a:7.2f} s {points / a / 1e6:6.2f} M points/s  "
        f"open3d {b:7.2f} s  {b / a:5.2f} × as fast"
    )


options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("scans", type=Path, nargs="*")
given = options.parse_args()
with tempfile.TemporaryDirectory() as folder:
    for scan in given.scans or [virtual_scan(Path(folder))]:
        points = open_scans([scan]).point_count
        print(f"{scan.name}: {points:,} points")
        compare("read and thinned to 2.5 cm", scan, points, ours_thinned, peer_thinned)
        compare("racks, locations … | planes, clusters", scan, points, ours_recognised, peer_planes)
