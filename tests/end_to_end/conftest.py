"""The demo, run once for all tests here, and a small hall that a scanner has seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scans.laz_writer import write_laz
from scans.virtual import TerrestrialScanner, scan_terrestrial
from spatial.facility import Facility
from spatial.meshes.mesh import facility_mesh

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@dataclass(frozen=True)
class Done:
    """How a command ended, and the folder it wrote."""

    outcome: Any
    folder: Path


@pytest.fixture(scope="session")
def demo(aisletwin_process: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Run as a user runs it: the memory that it reports is its own, not that of the tests before it."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    return Done(aisletwin_process("demo", "--once", "-o", folder), folder)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED.is_dir():
        pytest.skip("skipped: ../shared/data is not here")
    return SHARED


@pytest.fixture(scope="session")
def seven_racks(
    aisletwin: Callable[..., Any], shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Done:
    """How `aisletwin scan` of a published small warehouse ended, and the site it wrote."""
    site = tmp_path_factory.mktemp("seven") / "site"
    scan = shared_data / "virtual_scans_aws" / "tls_plan.laz"
    return Done(aisletwin("scan", scan, "-o", site), site)


@pytest.fixture
def own_scan(hall: Callable[..., Facility], tmp_path: Path) -> Path:
    """A user's scan of four rack rows of three bays, from ten places."""
    mesh = facility_mesh(hall())
    places = np.array([(x, y, 1.6) for y in (1.5, 5.6, 9.7, 13.8, 17.9) for x in (3.5, 11.5)])
    scan = scan_terrestrial(
        mesh.vertices, mesh.faces, mesh.face_element, places, scanner=TerrestrialScanner(step_deg=0.6), seed=0
    )
    write_laz(tmp_path / "own.laz", scan.cloud)
    return tmp_path / "own.laz"
