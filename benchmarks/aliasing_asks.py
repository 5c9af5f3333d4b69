"""The aliasing guard asked about poses that are whole bays off, in aisles of empty, full and 60 % filled racks.

Two rows of equal bays along an aisle, scanned twice from its middle. In a short aisle both scans see the rows' ends,
in a long one neither does: there nothing tells, and `unique` would be a guess.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from scans.registration.alias_kinds import kinds_from_facility
from scans.registration.alias_rows import rows_from_facility
from scans.registration.alias_sight import PosedPoints
from scans.registration.aliasing import check_aliasing
from scans.virtual import TerrestrialScanner, scan_terrestrial
from spatial.facility import Bay, Facility, Level, Location, Rack, Tier, Wall
from spatial.locations import location_box
from spatial.meshes.mesh import facility_mesh
from spatial.poses import pose_from_xyz_yaw, transform_points

FILLS = {"empty": 0.0, "full": 1.0, "60 % filled": 0.6}
_BAY_M, _POST_M, _DEPTH_M, _AISLE_M, _YAW = 2.7, 0.1, 1.1, 2.7, math.radians(17.0)
_PITCH_M = _BAY_M + _POST_M
_TIERS_M, _POSITIONS = (1.5, 3.0), 3
_SHORT, _LONG = 6, 10
"""Bays of the rows."""


@dataclass(frozen=True)
class Asked:
    """How often one of the poses `off` was accepted without a word, and one of the `right` ones was `unique`."""

    accepted: int
    off: int
    unique: int
    right: int


def ask_aliasing(seeds: Sequence[int], bays: Sequence[int] = (-2, -1, 1, 2)) -> Asked:
    """Each fill, in both aisles, loads as they were and all of them moved, by each of `bays` and by none."""
    counts = {True: [0, 0], False: [0, 0]}
    for shift, is_unique in _asks(seeds, [0, *bays]):
        counts[shift == 0][0] += is_unique
        counts[shift == 0][1] += 1
    return Asked(*counts[False], *counts[True])


def _asks(seeds: Sequence[int], bays: Sequence[int]) -> Iterator[tuple[int, bool]]:
    along = np.array([math.cos(_YAW), math.sin(_YAW), 0.0])
    for seed, share, count, restocked in itertools.product(
        seeds, FILLS.values(), (_SHORT, _LONG), (False, True)
    ):
        first = _hall(count, share, seed)
        second = _hall(count, share, seed + 100) if restocked else first
        middle, reach_m = count * _PITCH_M / 2 + 4.0, 30.0 if count == _SHORT else 8.0
        fixed = _seen(first, middle - 1.2, reach_m, seed)
        for shift in bays:
            moving = _seen(second, middle + 1.3, reach_m, seed + 50, tuple(shift * _PITCH_M * along))
            found = check_aliasing(
                fixed,
                moving,
                rows=rows_from_facility(first),
                name_kinds=kinds_from_facility(first),
                floor_z=0.0,
            )
            yield shift, found.verdict == "unique"


@cache
def _hall(count: int, share: float, seed: int) -> Facility:
    length, depth = count * _PITCH_M + 8.0, 2 * _DEPTH_M + _AISLE_M + 4.0
    pose = pose_from_xyz_yaw(30.0, -20.0, 0.0, _YAW)

    def place(x: float, y: float) -> tuple[float, float]:
        at = transform_points(pose, [[x, y, 0.0]])[0]
        return float(at[0]), float(at[1])

    corners = (place(0, 0), place(length, 0), place(length, depth), place(0, depth))
    racks = tuple(
        Rack(
            id=f"R{k}", level="L0", kind="pallet_rack", center=place(length / 2, y), base_z_m=0.0, yaw_rad=_YAW,
            length_m=count * _PITCH_M + _POST_M, depth_m=_DEPTH_M, height_m=4.2, upright_width_m=_POST_M,
            bays=tuple(Bay(offset_m=_POST_M + b * _PITCH_M, width_m=_BAY_M) for b in range(count)),
            tiers=tuple(Tier(z_m=z, beam_height_m=0.12) for z in _TIERS_M),
        )
        for k, y in enumerate((2.0 + _DEPTH_M / 2, depth - 2.0 - _DEPTH_M / 2))
    )  # fmt: skip
    rng = np.random.default_rng(seed)
    walls = tuple(
        Wall(id=f"W{i}", level="L0", p0=corners[i], p1=corners[(i + 1) % 4], height_m=6.0) for i in range(4)
    )
    hall = Facility(
        id="H",
        name="hall",
        kind="planned",
        levels=(Level(id="L0", elevation_m=0.0, outline=corners),),
        walls=walls,
        racks=racks,
    )
    return replace(hall, locations=tuple(_stock(racks, share, rng)))


def _stock(racks: Sequence[Rack], share: float, rng: np.random.Generator) -> Iterator[Location]:
    for rack in racks:
        for bay, tier, position in np.ndindex(len(rack.bays), len(_TIERS_M) + 1, _POSITIONS):
            center, size = location_box(rack, bay, tier, position + 1, _POSITIONS)
            yield Location(
                id=f"{rack.id}-{bay}-{tier}-{position}", rack=rack.id, bay=bay, tier=tier, position=position + 1,
                center=center, size_m=size, state="occupied" if rng.random() < share else "empty",
                fill=0.75 if share == 1.0 else float(rng.uniform(0.4, 0.95)),
            )  # fmt: skip


def _seen(
    hall: Facility, x: float, reach_m: float, seed: int, by: tuple[float, ...] = (0.0, 0.0, 0.0)
) -> PosedPoints:
    """What a scan from the middle of the aisle shows, all of it moved `by` (3,), as a wrong pose would."""
    pose = pose_from_xyz_yaw(30.0, -20.0, 0.0, _YAW)
    eye = transform_points(pose, [[x, 2.0 + _DEPTH_M + _AISLE_M / 2, 1.6]])
    mesh = facility_mesh(hall)
    scanner = TerrestrialScanner(step_deg=0.5, range_to_m=reach_m)
    scan = scan_terrestrial(mesh.vertices, mesh.faces, mesh.face_element, eye, scanner=scanner, seed=seed)
    return PosedPoints(
        scan.cloud.world_points() + by, scan.cloud.station, dict(enumerate(scan.stations + by))
    )
