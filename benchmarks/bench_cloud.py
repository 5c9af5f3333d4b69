"""A cloud of 50 M points becomes tiles and stands in the browser: how fast, in how much memory, within which budget.

    python benchmarks/bench_cloud.py [--points 50000000] [--peer-points 4000000] [--no-page] [--png FILE]

Points lie on all surfaces of a generated hall, 3 mm about them, with colour, intensity and a temperature, in a LAZ
file; reading it counts. The peer makes what a viewer without tiles would need, a pyramid of thinned clouds with
open3d: the same file read with laspy, then thinned at each spacing of ours and written. Both run on `--peer-points`,
alternately, each in a process of its own. The page is Chromium with WebGL in software, on loopback.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import laspy
import numpy as np
import open3d as o3d
from bench_page import served, until

from layouts.demo_hall import demo_hall
from server.chores.screenshot import CHROMIUM_FLAGS, find_chromium
from server.chores.site_tiles import tile_site
from spatial.facility_json import write_facility
from spatial.meshes.glb import write_glb
from spatial.meshes.mesh import facility_mesh

CHUNK = 1_000_000
ROUNDS = 3
BUDGET = 1_000_000
WATCH = """
  window.__seen = { most: 0, frames: 0, firstMs: 0 };
  let last = -1;
  const look = () => {
    const page = window.__aisletwin;
    if (page && page.frames !== last) {
      last = page.frames;
      __seen.frames++;
      __seen.most = Math.max(__seen.most, page.info.points);
      if (!__seen.firstMs && page.info.points > 0) __seen.firstMs = performance.now();
    }
    requestAnimationFrame(look);
  };
  look();
"""


def write_site(folder: Path) -> None:
    hall = demo_hall()
    folder.mkdir(parents=True)
    write_facility(folder / "facility.json", hall)
    write_glb(folder / "facility.glb", hall)


def write_scan(path: Path, count: int) -> None:
    """Points drawn evenly from all surfaces of the hall."""
    mesh = facility_mesh(demo_hall())
    a, b, c = (mesh.vertices[mesh.faces[:, corner]] for corner in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    rng = np.random.default_rng(0)
    header = laspy.LasHeader(version="1.4", point_format=7)
    header.scales = np.full(3, 0.001)
    header.add_extra_dim(laspy.ExtraBytesParams("temperature", np.float32))
    with laspy.open(path, mode="w", header=header) as writer:
        for first in range(0, count, CHUNK):
            n = min(CHUNK, count - first)
            face = rng.choice(len(area), n, p=area / area.sum())
            u, v = np.sort(rng.random((2, n)), axis=0)
            xyz = u[:, None] * a[face] + (v - u)[:, None] * b[face] + (1 - v)[:, None] * c[face]
            xyz += rng.normal(0, 0.003, xyz.shape)
            record = laspy.ScaleAwarePointRecord.zeros(n, header=header)
            record.X, record.Y, record.Z = np.round(xyz / 0.001).astype(np.int32).T
            record.intensity = rng.integers(0, 65536, n)
            paint = 60 + 140 * np.abs(np.sin(face[:, None] // 12 * [1, 2, 3])) + rng.integers(0, 40, (n, 1))
            record.red, record.green, record.blue = (256 * paint.astype(np.uint16)).T
            record["temperature"] = 15 + 0.5 * xyz[:, 2]
            writer.write_points(record)


def ours(scan: Path, site: Path) -> None:
    tile_site([scan], site)


def peer(scan: Path, folder: Path) -> None:
    las = laspy.read(scan)
    xyz = np.asarray(las.xyz)
    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(xyz - xyz.min(axis=0)))
    cloud.colors = o3d.utility.Vector3dVector(np.stack([las.red, las.green, las.blue], axis=1) / 65535)
    spacing_m = float(np.ptp(xyz, axis=0).max()) / 128
    folder.mkdir(exist_ok=True)
    for level in range(9):
        thinned = cloud.voxel_down_sample(spacing_m / 2**level)
        o3d.io.write_point_cloud(folder / f"{level}.ply", thinned)
        if len(thinned.points) > 0.9 * len(xyz):
            break


def measured(work: Any, *arguments: Path) -> tuple[float, float]:
    """Seconds, and the peak of memory in GiB, of a process of its own."""
    context = multiprocessing.get_context("spawn")
    sender, receiver = context.Pipe()
    process = context.Process(target=_work, args=(receiver, work, *arguments))
    process.start()
    told: tuple[float, float] = sender.recv()
    process.join()
    return told


def _work(pipe: Any, work: Any, *arguments: Path) -> None:
    began = time.perf_counter()
    work(*arguments)
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    pipe.send((time.perf_counter() - began, peak_gib))


def looked_at(address: str, png: Path | None) -> dict[str, Any]:
    """From the address to the first picture with points, to all that are needed, and through the hall."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.add_init_script(WATCH)
        page.goto(f"{address}#on=Scan+points&off=Locations~Building+and+racks")
        until(page, "window.__seen.firstMs > 0")
        figures = {"first_picture_s": round(page.evaluate("__seen.firstMs") / 1000, 2)}
        began = time.monotonic()
        until(page, "!window.__aisletwin.cloud.isComing")
        figures["all_needed_s"] = round(figures["first_picture_s"] + time.monotonic() - began, 2)
        figures["shown_at_first"] = page.evaluate("window.__aisletwin.cloud.shown")
        if png is not None:
            page.screenshot(path=png)
        page.mouse.move(500, 400)
        before, began = page.evaluate("__seen.frames"), time.monotonic()
        for turn in range(8):
            page.mouse.wheel(0, -400 if turn < 6 else 900)
            page.mouse.down()
            page.mouse.move(500 + 60 * (-1) ** turn, 400 + 10 * turn, steps=4)
            page.mouse.up()
        figures["flying_fps"] = round(
            (page.evaluate("__seen.frames") - before) / (time.monotonic() - began), 1
        )
        until(page, "!window.__aisletwin.cloud.isComing")
        figures["most_points"] = page.evaluate("__seen.most")
        figures["draw_calls"] = page.evaluate("window.__aisletwin.drawCalls")
        browser.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=50_000_000)
    parser.add_argument("--peer-points", type=int, default=4_000_000)
    parser.add_argument("--no-page", action="store_true")
    parser.add_argument("--png", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site, scan = folder / "site", folder / "hall.laz"
        write_site(site)
        figures: dict[str, Any] = {}
        if asked.peer_points:
            write_scan(scan, asked.peer_points)
            times = [
                (measured(ours, scan, site)[0], measured(peer, scan, folder / "peer")[0])
                for _ in range(ROUNDS)
            ]
            our_s, peer_s = (min(each) for each in zip(*times, strict=True))
            figures |= {"ours_s": round(our_s, 2), "open3d_pyramid_s": round(peer_s, 2)}
            figures["times_as_fast"] = round(peer_s / our_s, 2)
            print(f"{asked.peer_points:,} points: {json.dumps(figures)}", flush=True)
        write_scan(scan, asked.points)
        took_s, peak_gib = measured(ours, scan, site)
        figures |= {
            "points": asked.points,
            "build_s": round(took_s, 1),
            "points_per_s": round(asked.points / took_s),
            "peak_gib": round(peak_gib, 2),
        }
        print(json.dumps(figures), flush=True)
        if not asked.no_page:
            with served(site) as address:
                figures |= looked_at(address, asked.png)
        figures["within_budget"] = figures.get("most_points", 0) <= BUDGET
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
