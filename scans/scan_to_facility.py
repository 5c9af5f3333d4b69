"""From the points of a scan to a Facility: the whole method, step by step."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely import Polygon
from threadpoolctl import threadpool_limits

from scans.levelled_scan import LevelledScan, gather, level
from scans.readers.scan_set import ScanSet
from scans.recognition import as_built
from scans.recognition.aisles import find_aisles
from scans.recognition.building.openings import find_openings
from scans.recognition.building.outline import floor_outline
from scans.recognition.building.walls import WallLine, find_walls
from scans.recognition.column_map import column_map
from scans.recognition.obstacles import find_obstacles
from scans.recognition.places.contents import beams_of
from scans.recognition.places.locations import find_locations
from scans.recognition.racks.choice import footprint
from scans.recognition.racks.find_racks import find_racks
from scans.recognition.racks.rows import FoundRow
from scans.recognition.sight import look_around
from scans.scan_report import ScanReport, StageClock
from scans.voxels import VoxelCloud
from spatial.facility import Facility, Frame, Provenance, Station
from spatial.progress import Progress, silent

_WALL_SKIN_M = 0.08


@dataclass(frozen=True)
class Scanned:
    """What a scan gave: the facility, the points it was made from (world frame), and how it went."""

    facility: Facility
    cloud: VoxelCloud
    report: ScanReport


def scan_to_facility(
    scans: ScanSet,
    *,
    name: str,
    stations: Sequence[Station] = (),
    seed: int = 0,
    progress: Progress = silent,
) -> Scanned:
    """Recognise the facility in `scans`.

    `stations` are work places to add, in the world frame: a scan does not show where tours start. Raises
    BadDataError for a broken file and UndecidedError where no floor was scanned.
    """
    # products of a few numbers: threads but wait for each other
    with threadpool_limits(limits=1, user_api="blas"):
        return _recognised(scans, name, stations, seed, progress)


def _recognised(
    scans: ScanSet, name: str, stations: Sequence[Station], seed: int, progress: Progress
) -> Scanned:
    clock = StageClock()
    with clock.stage("read"):
        cloud = gather(scans, lambda share: progress("read", 0.4 * share))
    progress("floor", 0.4)
    with clock.stage("floor"):
        hall = level(scans, cloud, seed=seed)
    progress("walls", 0.5)
    with clock.stage("walls"):
        columns = column_map(hall.points, hall.heights, cell_m=0.1, top_m=hall.roof_m)
        walls = find_walls(columns, hall.points, hall.heights, hall.roof_m)
        outline = floor_outline(walls, hall.points[np.abs(hall.heights) < 0.05, :2])
        openings = [find_openings(w, hall.points, hall.heights) for w in walls]
    progress("racks", 0.6)
    with clock.stage("racks"):
        rows = _rack_rows(hall, walls)
    progress("aisles", 0.8)
    with clock.stage("aisles"):
        lanes, faces, mates = find_aisles(rows, walls)
        racks = tuple(
            as_built.rack(i + 1, row, hall.floor, faces[i], mates[i] + 1 if i in mates else None)
            for i, row in enumerate(rows)
        )
    progress("obstacles", 0.85)
    with clock.stage("obstacles"):
        low = column_map(hall.points, hall.heights, cell_m=0.05, top_m=hall.roof_m)
        above_floor = np.column_stack([hall.points[:, :2], hall.heights])
        sight = look_around(
            above_floor, hall.cloud.station, hall.eyes_above_floor, low.origin, low.bits.shape, low.cell_m
        )
        things = find_obstacles(low, sight, outline, walls, [footprint(r) for r in rows], hall.roof_m)
        pillars, obstacles = as_built.things(things)
    progress("locations", 0.9)
    with clock.stage("locations"):
        beams = beams_of(hall.points, hall.cloud.station, hall.stations)
        side_aisles = as_built.aisle_of_sides(lanes)
        locations = tuple(find_locations(rows, racks, lanes, side_aisles, hall.points, beams))
    progress("done", 1.0)
    facility = Facility(
        id=name,
        name=name,
        kind="as_built",
        frame=Frame(georeference=hall.georeference),
        provenance=tuple(_provenance(scan.file.path, scan.file.point_count, seed) for scan in scans.scans),
        levels=(as_built.level(outline, hall.floor),),
        walls=tuple(
            as_built.wall(number, line, doors, hall.roof_m)
            for number, (line, doors) in enumerate(zip(walls, openings, strict=True), start=1)
        ),
        columns=pillars,
        racks=racks,
        locations=locations,
        obstacles=obstacles,
        aisles=as_built.aisles(lanes, obstacles, pillars),
        stations=tuple(stations),
    )
    return Scanned(facility, hall.cloud, _report(scans, clock, hall, facility, rows, outline))


def _rack_rows(hall: LevelledScan, walls: Sequence[WallLine]) -> tuple[FoundRow, ...]:
    """The rack rows among what is neither floor nor wall."""
    kept = hall.heights > 0.05
    for wall in walls:
        station = (hall.points[:, :2] - wall.p0) @ wall.along
        beside = (station > -0.5) & (station < wall.length_m + 0.5)
        kept &= ~(beside & (wall.depths(hall.points[:, :2]) < _WALL_SKIN_M))
    points, heights = hall.points[kept], hall.heights[kept]
    return find_racks(points, heights, hall.roof_m)


def _provenance(path: Path, points: int, seed: int) -> Provenance:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return Provenance(source=path.name, sha256=digest.hexdigest(), method="scan", points=points, seed=seed)


def _report(
    scans: ScanSet,
    clock: StageClock,
    hall: LevelledScan,
    facility: Facility,
    rows: Sequence[FoundRow],
    outline: Polygon,
) -> ScanReport:
    frames = sum(len(r.posts) for r in rows)
    states = [location.state for location in facility.locations]
    return ScanReport(
        points_read=hall.points_read,
        points_kept=len(hall.cloud),
        stages=clock.stages,
        registration=tuple(
            {"scan": path.name, "method": "as_posed", "sigma_m": None, "aliasing": "not_checked"}
            for path in scans.paths
        ),
        tilt_deg=round(math.degrees(hall.tilt_rad), 3),
        levelled=hall.levelled,
        coverage={
            "floor": round(_floor_seen(hall, outline), 3),
            "rack_frames": round(sum(r.seen_posts for r in rows) / frames, 3) if frames else 0.0,
            "locations": round(sum(s != "unseen" for s in states) / len(states), 3) if states else 0.0,
        },
        found={
            kind: len(getattr(facility, kind))
            for kind in ("walls", "columns", "racks", "locations", "obstacles", "aisles")
        },
        warnings=tuple(_warnings(hall, facility)),
    )


def _floor_seen(hall: LevelledScan, outline: Polygon) -> float:
    """Share of the outline's quarter-metre cells in which the floor was seen."""
    xy = hall.points[np.abs(hall.heights) < 0.05, :2]
    cells = (np.unique(np.floor(xy / 0.25).astype(np.int64), axis=0) + 0.5) * 0.25
    seen_m2 = 0.0625 * int(np.count_nonzero(shapely.contains_xy(outline, cells)))
    return min(1.0, seen_m2 / max(float(outline.area), 1e-9))


def _warnings(hall: LevelledScan, facility: Facility) -> list[str]:
    warnings = []
    if hall.levelled:
        warnings.append(f"the floor tilts {math.degrees(hall.tilt_rad):.2f}° in the scan's frame: levelled")
    if len(facility.walls) < 3:
        warnings.append(
            f"{len(facility.walls)} walls found: the floor's outline is the hull of what was seen"
        )
    if not facility.racks:
        warnings.append("no racks found: nothing can be picked here")
    elif not hall.stations:
        warnings.append(
            "station positions are unknown: a location without content is 'unseen', never 'empty'"
        )
    if hall.georeference is not None:
        warnings.append("large coordinates: the world's origin was moved to the georeference's enu_origin")
    return warnings
