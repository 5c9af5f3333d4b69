"""Warehouses small enough to draw."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from server.cli import run_command
from spatial.facility import Aisle, Bay, Facility, Level, Location, Obstacle, Rack, Station, Tier

# the same examples each time, on slow machines too; HYPOTHESIS_PROFILE=explore looks for new ones
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

BAY_M = 2.8
DEPTH_M = 1.1
HallMaker = Callable[..., Facility]


def one_block_hall(
    *,
    rows: int = 4,
    bays: int = 3,
    tiers: int = 1,
    aisle_m: float = 3.0,
    cross_m: float = 3.0,
    yaw_rad: float = 0.0,
    sigma_m: float = 0.004,
    depot: bool = True,
    obstacles: tuple[Obstacle, ...] = (),
) -> Facility:
    """`rows` single rack rows, each facing the aisle above it, in a closed hall.

    Row r fills x in [cross_m, cross_m + bays × 2.8], its lower edge at y = aisle_m + r × (1.1 + aisle_m);
    the aisles lie between the rows and along the outer walls. The depot is in the lower left corner. All of
    it is turned by `yaw_rad` about the origin.
    """
    length = bays * BAY_M
    width, height = 2 * cross_m + length, aisle_m + rows * (DEPTH_M + aisle_m)
    c, s = np.cos(yaw_rad), np.sin(yaw_rad)

    def world(x: float, y: float) -> tuple[float, float]:
        return float(c * x - s * y), float(s * x + c * y)

    def low(row: int) -> float:
        return aisle_m + row * (DEPTH_M + aisle_m)

    def rack(row: int) -> Rack:
        return Rack(
            id=f"R{row}",
            level="L0",
            kind="pallet_rack",
            center=world(cross_m + length / 2, low(row) + DEPTH_M / 2),
            base_z_m=0.0,
            yaw_rad=yaw_rad,
            length_m=length,
            depth_m=DEPTH_M,
            height_m=3.0,
            bays=tuple(Bay(offset_m=b * BAY_M + 0.05, width_m=BAY_M - 0.1) for b in range(bays)),
            tiers=tuple(Tier(z_m=1.5 * (t + 1)) for t in range(tiers)),
            faces=(1,),
            sigma_m=sigma_m,
        )

    def location(row: int, bay: int, tier: int) -> Location:
        x, y = world(cross_m + (bay + 0.5) * BAY_M, low(row) + DEPTH_M / 2)
        return Location(
            id=f"{row:02d}-{bay:02d}-{tier}",
            rack=f"R{row}",
            bay=bay,
            tier=tier,
            center=(x, y, 1.5 * tier + 0.6),
            size_m=(0.9, 1.1, 1.2),
            state="occupied",
        )

    def aisle(row: int) -> Aisle:
        middle = low(row) + DEPTH_M + aisle_m / 2
        return Aisle(
            id=f"A{row}",
            level="L0",
            p0=world(cross_m, middle),
            p1=world(cross_m + length, middle),
            clear_width_m=aisle_m,
            racks=(f"R{row}",),
        )

    corners = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    station = Station(id="DEPOT", level="L0", kind="depot", pose=(*world(1.5, 1.5), 0.0))
    return Facility(
        id="T1",
        name="one block",
        kind="planned",
        levels=(Level(id="L0", elevation_m=0.0, outline=tuple(world(x, y) for x, y in corners)),),
        racks=tuple(rack(row) for row in range(rows)),
        locations=tuple(
            location(row, bay, tier)
            for row in range(rows)
            for bay in range(bays)
            for tier in range(tiers + 1)
        ),
        aisles=tuple(aisle(row) for row in range(rows)),
        obstacles=obstacles,
        stations=(station,) if depot else (),
    )


def compiled_and_plain(code: str, *, path: str = "") -> tuple[str, str]:
    """What `code` prints with numba and, warnings being errors, as plain Python; `path` is where it imports from."""
    compiled, plain = (
        subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            cwd=Path(__file__).resolve().parents[1],
            env={**os.environ, "NUMBA_DISABLE_JIT": disabled, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for disabled in ("0", "1")
    )
    return compiled, plain


@pytest.fixture(name="compiled_and_plain")
def plays_both() -> Callable[..., tuple[str, str]]:
    return compiled_and_plain


@pytest.fixture
def hall() -> HallMaker:
    return one_block_hall


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it printed; `said` is standard error without the lines of progress."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> list[str]:
        progress = ("scan: ", "demo: ", "tours: ", "simulate: ", "film: ")
        return [line for line in self.err.splitlines() if line and not line.startswith(progress)]


Aisletwin = Callable[..., Outcome]


@pytest.fixture(scope="session")
def aisletwin() -> Aisletwin:
    """The command line in this process: `aisletwin("graph", site)`."""

    def run(*arguments: object) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run_command([str(argument) for argument in arguments])
        return Outcome(code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture(scope="session")
def aisletwin_process() -> Aisletwin:
    """The same in a process of its own, where what it says of its memory is its own."""

    def run(*arguments: object) -> Outcome:
        command = [sys.executable, "-c", "from server.cli import main; main()", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run
