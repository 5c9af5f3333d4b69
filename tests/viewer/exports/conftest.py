"""A hall with a rack of known size at an odd pose, the demo hall, a short shift in it, and Khronos' validator."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layouts.demo_hall import demo_hall
from layouts.run import Run
from layouts.run_files import write_run
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_on
from spatial.facility import Bay, Facility, Level, Location, Rack, Tier
from spatial.facility_json import write_facility
from spatial.locations import location_box

WEB = Path(__file__).parents[3] / "viewer" / "web"
VALIDATE = """
import {readFileSync} from 'node:fs';
import validator from 'gltf-validator';
const bytes = new Uint8Array(readFileSync(process.argv[1]));
console.log(JSON.stringify(await validator.validateBytes(bytes, {maxIssues: 0})));
"""
LENGTH_M, DEPTH_M, HEIGHT_M, YAW_RAD, CENTER = 8.2, 1.1, 5.0, 0.7, (1203.4, -88.2)
FLOOR_Z_M = 3.0


def one_rack() -> Facility:
    """One empty row of 8.2 × 1.1 × 5 m on a floor far from the origin, neither along X nor along Y."""
    rack = Rack(
        id="Row 7/ü",
        level="L1",
        kind="pallet_rack",
        center=CENTER,
        base_z_m=FLOOR_Z_M,
        yaw_rad=YAW_RAD,
        length_m=LENGTH_M,
        depth_m=DEPTH_M,
        height_m=HEIGHT_M,
        bays=tuple(Bay(offset_m=0.1 + i * 2.7, width_m=2.6) for i in range(3)),
        tiers=(Tier(z_m=2.0), Tier(z_m=4.0)),
    )
    center, size = location_box(rack, 1, 1)
    x, y = CENTER
    corners = ((x - 10, y - 9), (x + 11, y - 9), (x + 11, y + 9), (x - 10, y + 9))
    return Facility(
        id="ONE",
        name="one rack",
        kind="planned",
        levels=(Level(id="L1", elevation_m=FLOOR_Z_M, outline=corners),),
        racks=(rack,),
        locations=(
            Location(id="A 1", rack=rack.id, bay=1, tier=1, center=center, size_m=size, state="empty"),
        ),
    )


def along_rack(points: np.ndarray) -> np.ndarray:
    """Extents (3,) of world points (N, 3) along the one rack, across it and upwards."""
    c, s = math.cos(YAW_RAD), math.sin(YAW_RAD)
    x, y, z = np.asarray(points, np.float64).T
    return np.array([np.ptp(c * x + s * y), np.ptp(-s * x + c * y), np.ptp(z)])


@dataclass(frozen=True)
class OneRack:
    """The facility, the size that must come out of every format, and how to measure points."""

    facility: Facility
    size_m: tuple[float, float, float]
    measured: Callable[[np.ndarray], np.ndarray]


@pytest.fixture(scope="session")
def one() -> OneRack:
    return OneRack(one_rack(), (LENGTH_M, DEPTH_M, HEIGHT_M), along_rack)


@pytest.fixture(scope="session")
def demo_facility() -> Facility:
    return demo_hall()


@pytest.fixture(scope="session")
def demo_site(demo_facility: Facility, tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("exports") / "site"
    write_facility(site / "facility.json", demo_facility)
    return site


@pytest.fixture(scope="session")
def demo_run(demo_facility: Facility, demo_site: Path) -> Run:
    return run_on(demo_facility, Scenario(site=demo_site, pickers=6))


@pytest.fixture(scope="session")
def run_folder(demo_run: Run, demo_site: Path) -> Path:
    write_run(demo_site.parent / "run", demo_run)
    return demo_site.parent / "run"


@pytest.fixture(scope="session")
def validate_gltf() -> Callable[[Path], dict[str, Any]]:
    """What Khronos' validator says of a GLB: numbers of errors, warnings, infos and hints, and all messages."""
    if shutil.which("node") is None or not (WEB / "node_modules" / "gltf-validator").is_dir():
        pytest.skip("skipped: node or its package gltf-validator is not installed")

    def validate(path: Path) -> dict[str, Any]:
        command = ["node", "--input-type=module", "-e", VALIDATE, str(path)]
        done = subprocess.run(command, cwd=WEB, check=True, capture_output=True, text=True, timeout=60)
        issues: dict[str, Any] = json.loads(done.stdout)["issues"]
        return issues

    return validate


def quad_residual() -> tuple[np.ndarray, np.ndarray]:
    """A bumpy sheet of 2 × 40 × 40 triangles above the demo hall's floor, as a scan leaves it."""
    u, v = np.meshgrid(np.arange(41.0), np.arange(41.0), indexing="ij")
    z = 1.0 + 0.05 * np.sin(u) * np.cos(v)
    vertices = np.stack([45.0 + 0.1 * u, 5.0 + 0.1 * v, z], axis=-1).reshape(-1, 3)
    corner = (np.arange(40)[:, None] * 41 + np.arange(40)).ravel()
    faces = np.concatenate(
        [
            np.column_stack([corner, corner + 41, corner + 42]),
            np.column_stack([corner, corner + 42, corner + 1]),
        ]
    )
    return vertices, faces.astype(np.int32)


@pytest.fixture(scope="session")
def residual() -> tuple[np.ndarray, np.ndarray]:
    return quad_residual()
