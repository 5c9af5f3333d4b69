"""Two rows about an aisle, as long as needed, seen twice: what the aliasing guard is asked about."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from scans.registration.alias_kinds import kinds_from_facility
from scans.registration.alias_rows import rows_from_facility
from scans.registration.alias_sight import PosedPoints
from scans.registration.aliasing import AliasVerdict, check_aliasing
from scans.virtual import TerrestrialScanner, VirtualScan, scan_terrestrial
from spatial.facility import Bay, Column, Facility, Level, Location, Rack, Tier, Wall
from spatial.locations import location_box
from spatial.meshes.mesh import facility_mesh
from spatial.poses import pose_from_xyz_yaw, transform_points

PITCH_M, UPRIGHT_M, DEPTH_M = 2.8, 0.1, 1.1
TIERS_M, POSITIONS = (1.5, 3.0), 3
HALL_DEPTH_M, AISLE_Y_M, EYE_M = 9.0, 4.45, 1.6
ROWS_Y_M = (2.55, 6.35)


@dataclass(frozen=True)
class AisleHall:
    """A hall whose rows run along its x, from `start_m` on, at `yaw_deg` in the world."""

    widths_m: tuple[float, ...] = (2.7,) * 6
    start_m: float = 4.0
    length_m: float = 25.0
    rows: int = 2
    fill: str = "empty"  # empty | full | mixed
    columns: tuple[tuple[float, float], ...] = ()
    yaw_deg: float = 17.0
    seed: int = 0

    @property
    def along(self) -> npt.NDArray[np.float64]:
        """The unit vector (3,) along the rows."""
        return np.array([math.cos(math.radians(self.yaw_deg)), math.sin(math.radians(self.yaw_deg)), 0.0])

    def place(self, x: float, y: float) -> tuple[float, float]:
        pose = pose_from_xyz_yaw(30.0, -20.0, 0.0, math.radians(self.yaw_deg))
        at = transform_points(pose, [[x, y, 0.0]])[0]
        return float(at[0]), float(at[1])

    def facility(self) -> Facility:
        x, y = self.length_m, HALL_DEPTH_M
        corners = (self.place(0, 0), self.place(x, 0), self.place(x, y), self.place(0, y))
        racks = tuple(self._rack(number) for number in range(self.rows))
        rng = np.random.default_rng(self.seed)
        return Facility(
            id="H",
            name="hall",
            kind="planned",
            levels=(Level(id="L0", elevation_m=0.0, outline=corners),),
            walls=tuple(
                Wall(id=f"W{i}", level="L0", p0=corners[i], p1=corners[(i + 1) % 4], height_m=6.0)
                for i in range(4)
            ),
            columns=tuple(
                Column(
                    id=f"C{i}",
                    level="L0",
                    center=self.place(*at),
                    size_m=(0.35, 0.35),
                    yaw_rad=math.radians(self.yaw_deg),
                    height_m=6.0,
                )
                for i, at in enumerate(self.columns)
            ),
            racks=racks,
            locations=tuple(place for rack in racks for place in self._stock(rack, rng)),
        )

    def _rack(self, number: int) -> Rack:
        offsets = UPRIGHT_M + np.cumsum([0.0, *(width + UPRIGHT_M for width in self.widths_m)])
        return Rack(
            id=f"R{number}",
            level="L0",
            kind="pallet_rack",
            center=self.place(self.start_m + float(offsets[-1]) / 2, ROWS_Y_M[number]),
            base_z_m=0.0,
            yaw_rad=math.radians(self.yaw_deg),
            length_m=float(offsets[-1]),
            depth_m=DEPTH_M,
            height_m=4.2,
            upright_width_m=UPRIGHT_M,
            bays=tuple(
                Bay(offset_m=float(o), width_m=w) for o, w in zip(offsets[:-1], self.widths_m, strict=True)
            ),
            tiers=tuple(Tier(z_m=z, beam_height_m=0.12) for z in TIERS_M),
        )

    def _stock(self, rack: Rack, rng: np.random.Generator) -> list[Location]:
        stock = []
        for bay, tier, position in np.ndindex(len(rack.bays), len(TIERS_M) + 1, POSITIONS):
            center, size = location_box(rack, bay, tier, position + 1, POSITIONS)
            is_full = self.fill == "full" or (self.fill == "mixed" and rng.random() < 0.6)
            stock.append(
                Location(
                    id=f"{rack.id}-{bay}-{tier}-{position}",
                    rack=rack.id,
                    bay=bay,
                    tier=tier,
                    position=position + 1,
                    center=center,
                    size_m=size,
                    state="occupied" if is_full else "empty",
                    fill=0.75 if self.fill == "full" else rng.uniform(0.4, 0.95),
                )
            )
        return stock


@cache
def _scan(hall: AisleHall, xs: tuple[float, ...], range_m: float, step_deg: float) -> VirtualScan:
    mesh = facility_mesh(hall.facility())
    return scan_terrestrial(
        mesh.vertices,
        mesh.faces,
        mesh.face_element,
        [(*hall.place(x, AISLE_Y_M), EYE_M) for x in xs],
        scanner=TerrestrialScanner(step_deg=step_deg, range_to_m=range_m),
        seed=round(1000 * xs[0]),
    )


Seer = Callable[..., PosedPoints]


@pytest.fixture(scope="session")
def aisle_hall() -> Callable[..., AisleHall]:
    return AisleHall


@pytest.fixture(scope="session")
def see() -> Seer:
    """`see(hall, xs)`: the hall from the middle of its aisle at each x, no farther than `range_m`; all of it moved
    `by` (3,), as a wrong pose would. Without `eyes`, what the beams passed is not known.
    """

    def look(
        hall: AisleHall,
        xs: Sequence[float],
        *,
        by: npt.ArrayLike = (0.0, 0.0, 0.0),
        range_m: float = 30.0,
        step_deg: float = 0.5,
        eyes: bool = True,
    ) -> PosedPoints:
        scan = _scan(hall, tuple(xs), range_m, step_deg)
        points = scan.cloud.world_points() + by
        if not eyes:
            return PosedPoints(points)
        return PosedPoints(points, scan.cloud.station, dict(enumerate(scan.stations + by)))

    return look


@pytest.fixture(scope="session")
def ask(see: Seer) -> Callable[..., AliasVerdict]:
    """`ask(xs, bays)`: the verdict on a hall's second scan, posed `bays` too far along the row."""

    def run(
        xs: tuple[float, float],
        bays: float = 0,
        *,
        hall: dict[str, Any],
        restocked: bool = False,
        pitch_m: float = PITCH_M,
        look: dict[str, Any] | None = None,
        **options: Any,
    ) -> AliasVerdict:
        first = AisleHall(**hall)
        second = AisleHall(**hall, seed=99) if restocked else first
        plan = first.facility()
        return check_aliasing(
            see(first, xs[:1], **(look or {})),
            see(second, xs[1:], by=bays * pitch_m * first.along, **(look or {})),
            **{"rows": rows_from_facility(plan), "name_kinds": kinds_from_facility(plan), "floor_z": 0.0}
            | options,
        )

    return run
