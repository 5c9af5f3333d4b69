"""The whole chain in one go: a generated hall or the user's own scan, through to both viewers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from layouts.demo_hall import demo_camera_poses, demo_hall, demo_scan_positions
from layouts.run import Run
from layouts.run_files import read_run
from layouts.scenario import read_scenario
from layouts.tours.tour import plan_line
from scans.cloud import PointCloud
from scans.laz_writer import write_laz
from scans.units import Unit
from scans.virtual import TerrestrialScanner, scan_terrestrial, write_truth
from scans.virtual_camera import DepthCamera, scan_depth_camera, unproject
from server.answers.shown import Shown
from server.app import create_app
from server.chores.chain import graph_site, plan_site, scan_site, simulate_scenario
from server.chores.screenshot import find_chromium, screenshot_page
from server.listening import listen, web_server
from server.site_files import GRAPH, require_room, write_json
from server.sites import load_site
from spatial.errors import MissingToolError
from spatial.facility import Facility
from spatial.facility_json import write_facility
from spatial.floor.agents import PICKER
from spatial.meshes.mesh import facility_mesh
from spatial.peak_memory import peak_memory_mib
from spatial.progress import Progress
from spatial.whole_files import write_whole
from viewer.desktop.desktop import picture
from viewer.messages import Seek
from viewer.web_assets import BUILD_COMMAND, built_page

_SCANNER = TerrestrialScanner(step_deg=0.4)
_CAMERA = DepthCamera()
_CAMERA_POSES = 24
_PICKERS = 8
_ORDERS = 160


@dataclass(frozen=True, kw_only=True)
class Demo:
    """What is asked for: the user's `scans` or, without any, the generated hall; all files go to `folder`."""

    folder: Path
    scans: tuple[Path, ...] = ()
    unit: Unit | None = None
    poses: Path | None = None
    drop_invalid: bool = False
    depot: tuple[float, float] | None = None
    seed: int = 0

    @property
    def site(self) -> Path:
        """The site's folder."""
        return self.folder / "site"

    @property
    def run(self) -> Path:
        """The run's folder."""
        return self.folder / "run"


@dataclass
class DemoResult:
    """What was made: seconds by stage, the scan's findings, the shift's KPIs."""

    seconds: dict[str, float] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)
    rack_errors_m: tuple[float, ...] = ()
    tours: str = ""
    kpis: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    pictures: tuple[Path, ...] = ()
    peak_mib: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "seconds": self.seconds,
            "found": self.found,
            "rack_errors_m": list(self.rack_errors_m),
            "tours": self.tours,
            "kpis": self.kpis,
            "notes": list(self.notes),
            "pictures": [str(p) for p in self.pictures],
            "peak_mib": self.peak_mib,
        }

    def lines(self) -> Iterator[str]:
        """The result for a person."""
        yield "found: " + ", ".join(f"{count} {kind}" for kind, count in self.found.items())
        if self.rack_errors_m:
            worst = max(self.rack_errors_m) * 100
            yield f"against the plan: {len(self.rack_errors_m)} racks, the worst {worst:.1f} cm off"
        yield f"tours: {self.tours}"
        yield "seconds: " + ", ".join(f"{stage} {s:.1f}" for stage, s in self.seconds.items())
        yield f"in all {sum(self.seconds.values()):.1f} s, at most {self.peak_mib:,.0f} MiB of memory"
        for path in self.pictures:
            yield f"picture: {path}"


def run_demo(demo: Demo, *, with_pictures: bool, progress: Progress) -> DemoResult:
    """Run the chain into `demo.folder`. Raises UndecidedError where the scan holds nothing to pick from."""
    result = DemoResult()
    require_room(demo.folder)
    plan: Facility | None = None
    scans, poses, depot = demo.scans, demo.poses, demo.depot
    if not scans:
        progress("generating a hall and scanning it", 0.02)
        with _timed(result, "virtual scan"):
            plan = demo_hall(demo.seed)
            scans, poses = _scan_virtually(plan, demo)
            station = next(s for s in plan.stations if s.kind == "depot")
            depot = depot or station.pose[:2]
    with _timed(result, "scan"):
        scanned = scan_site(
            scans,
            demo.site,
            unit=demo.unit,
            poses=poses,
            drop_invalid=demo.drop_invalid,
            depot=depot,
            name="demo" if plan else scans[0].stem,
            seed=demo.seed,
            progress=lambda what, share: progress(f"scan: {what}", 0.1 + 0.5 * share),
        )
    result.found = scanned.report.found
    result.rack_errors_m = () if plan is None else rack_errors_m(plan, scanned.facility)
    progress("graph", 0.6)
    with _timed(result, "graph"):
        graph_site(demo.site, demo.site / GRAPH, PICKER)
    progress("tours", 0.65)
    with _timed(result, "tours"):
        scenario = _scenario(demo)
        shift = plan_site(read_scenario(scenario), demo.folder / "tours.json")
    result.tours = plan_line(shift.plan)
    progress("simulate", 0.7)
    with _timed(result, "simulate"):
        done = simulate_scenario(scenario, demo.run)
        run, result.kpis = done.run, done.figures
        result.notes = (*(f"The scan: {warning}." for warning in scanned.report.warnings), *run.notes)
    if with_pictures:
        progress("pictures", 0.8)
        with _timed(result, "pictures"):
            _take_pictures(demo, run, result)
    result.peak_mib = round(peak_memory_mib(), 1)
    progress("done", 1.0)
    return result


def rack_errors_m(plan: Facility, found: Facility) -> tuple[float, ...]:
    """Distance of each planned rack's centre from the nearest one found; infinite where none was."""
    centers = np.array([r.center for r in found.racks]).reshape(-1, 2)
    return tuple(
        float(np.min(np.linalg.norm(centers - np.array(r.center), axis=1), initial=np.inf))
        for r in plan.racks
    )


@contextmanager
def _timed(result: DemoResult, stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    result.seconds[stage] = round(time.perf_counter() - start, 2)


def _scan_virtually(plan: Facility, demo: Demo) -> tuple[tuple[Path, ...], Path]:
    """Write the plan and its scans by LiDAR and depth camera; returns the scan files and their positions."""
    write_facility(demo.folder / "plan" / "facility.json", plan)
    mesh = facility_mesh(plan)
    world = mesh.vertices, mesh.faces, mesh.face_element
    lidar = scan_terrestrial(*world, demo_scan_positions(plan), scanner=_SCANNER, seed=demo.seed)
    poses = demo_camera_poses(plan, _CAMERA_POSES)
    shots = scan_depth_camera(*world, poses, camera=_CAMERA, seed=demo.seed)
    folder = demo.folder / "scans"
    write_laz(folder / "lidar.laz", lidar.cloud)
    write_truth(folder / "lidar.truth.npz", lidar)
    write_laz(
        folder / "camera.laz", _numbered_from(len(lidar.stations), unproject(shots.depth_mm, poses, _CAMERA))
    )
    positions = np.vstack([lidar.stations, poses[:, :3, 3]])
    write_json(folder / "poses.json", {"poses": positions.tolist()})
    return (folder / "lidar.laz", folder / "camera.laz"), folder / "poses.json"


def _numbered_from(first: int, cloud: PointCloud) -> PointCloud:
    """The cloud with its station numbers counted from `first`."""
    assert cloud.station is not None
    return replace(cloud, station=cloud.station + np.int32(first))


def _scenario(demo: Demo) -> Path:
    """Write the demo's scenario.yaml, which the user can change and simulate again."""
    path = demo.folder / "scenario.yaml"
    record = {
        "site": "site",
        "pickers": _PICKERS,
        "synthetic_orders": _ORDERS,
        "routing": "s-shape",
        "seed": demo.seed,
    }
    with write_whole(path) as aside:
        aside.write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")
    return path


def _take_pictures(demo: Demo, run: Run, result: DemoResult) -> None:
    """A picture of each viewer in the middle of the shift; the browser's is left out where there is none."""
    middle = run.duration_s / 2
    desktop, browser = demo.folder / "desktop.png", demo.folder / "browser.png"
    picture(demo.site, demo.run, desktop, middle)
    result.pictures = (desktop,)
    try:
        _require_page()
        with _served(demo, middle) as url:
            screenshot_page(url, browser)
    except MissingToolError as missing:
        browser.unlink(missing_ok=True)  # that of an earlier run shows something else
        result.notes += (f"The browser's picture was left out: {missing}.",)
    else:
        result.pictures += (browser,)


def _require_page() -> None:
    """Raise MissingToolError unless Chromium is there, and a page for it to draw."""
    find_chromium()
    if built_page() is None:
        raise MissingToolError(f"the page is not built: run `{BUILD_COMMAND}`")


@contextmanager
def _served(demo: Demo, at_s: float) -> Iterator[str]:
    """The demo's page at a free loopback port, its clock standing at `at_s`."""
    app = create_app(Shown(site=load_site(demo.site), run=read_run(demo.run)))
    app.state.played.obey(Seek(sim_s=at_s))
    ready = threading.Event()
    address: list[str] = []

    def announce(url: str) -> None:
        address.append(url)
        ready.set()

    server = web_server(app, on_ready=announce)
    thread = threading.Thread(target=server.run, args=([listen("127.0.0.1", 0)],), daemon=True)
    thread.start()
    try:
        if not ready.wait(30):
            raise TimeoutError("the viewer's server did not start within 30 s")
        yield address[0]
    finally:
        server.should_exit = True
        thread.join(10)
