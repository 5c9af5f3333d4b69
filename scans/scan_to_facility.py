"""From the points of a scan to a Facility: the whole method, step by step."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon
from threadpoolctl import threadpool_limits

from scans.groups import occupied_cells
from scans.levelled_scan import LevelledScan, level
from scans.readers.scan_set import ScanSet
from scans.recognition import as_built
from scans.recognition.building.fine_floor import fine_floor
from scans.recognition.building.openings import find_openings
from scans.recognition.building.outline import floor_outline
from scans.recognition.building.walls import find_walls
from scans.recognition.column_map import column_map
from scans.recognition.levels.parts import levels_of, locations_of, rows_of, shelved_of, things_of
from scans.recognition.levels.platforms import find_platforms
from scans.recognition.levels.storeys import storeys_of
from scans.recognition.racks.rows import FoundRow
from scans.recognition.registered import with_registration
from scans.registration_report import FilePoints, ambiguous_warnings, ask_files, entries
from scans.scan_report import ScanReport, StageClock
from scans.thinning import gather
from scans.voxels import VoxelCloud
from spatial.facility import Facility, Frame, Provenance, Station
from spatial.poses import Matrix4
from spatial.progress import Progress, silent
from spatial.tasks.workers import Workers


@dataclass(frozen=True)
class Scanned:
    """What a scan gave: the facility, the points it was made from (world frame), and how it went.

    `world_from_scan` takes points as they are read from the files to the world. `eyes` (3,) are where the sensor
    of each station stood, as far as that is known.
    """

    facility: Facility
    cloud: VoxelCloud
    report: ScanReport
    world_from_scan: Matrix4 = field(default_factory=lambda: np.eye(4))
    eyes: Mapping[int, npt.NDArray[np.float64]] = field(default_factory=dict)


def scan_to_facility(
    scans: ScanSet,
    *,
    name: str,
    stations: Sequence[Station] = (),
    seed: int = 0,
    check_aliasing: bool | None = None,
    taken_at: str | None = None,
    progress: Progress = silent,
    workers: Workers | None = None,
    scratch: Path | None = None,
) -> Scanned:
    """Recognise the facility in `scans`, taken at an instant, ISO 8601 in UTC, if that is known.

    `stations` are work places to add, in the world frame: a scan does not show where tours start.
    `check_aliasing` tells whether each file is asked if it could stand bays further on, by default if they are few
    (`registration_report.MOST_FILES`). `workers` and `scratch` are as in `gather`. Raises BadDataError for a broken
    file and UndecidedError where no floor was scanned.
    """
    # products of a few numbers: threads but wait for each other
    with threadpool_limits(limits=1, user_api="blas"):
        found = _recognised(scans, name, stations, seed, check_aliasing, progress, workers, scratch)
    provenance = tuple(replace(each, at=taken_at) for each in found.facility.provenance)
    return replace(found, facility=replace(found.facility, provenance=provenance))


def _recognised(
    scans: ScanSet,
    name: str,
    stations: Sequence[Station],
    seed: int,
    check_aliasing: bool | None,
    progress: Progress,
    workers: Workers | None,
    scratch: Path | None,
) -> Scanned:
    clock, files = StageClock(), FilePoints(scans, is_wanted=check_aliasing)
    with clock.stage("read"):
        cloud = gather(
            scans,
            lambda share: progress("read", 0.4 * share),
            sampler=files.some_of,
            keep=files.keep,
            workers=workers,
            scratch=scratch,
        )
    progress("floor", 0.4)
    with clock.stage("floor"):
        hall = level(scans, cloud, seed=seed)
        del cloud
    hall.let_go()
    progress("walls", 0.5)
    with clock.stage("walls"):
        columns = column_map(hall.points, hall.heights, cell_m=0.1, top_m=hall.roof_m)
        walls = find_walls(columns, hall.points, hall.heights, hall.roof_m)
        outline = floor_outline(walls, hall.floor_points())
        floor = fine_floor(hall.points, hall.cloud.counts, hall.plane, outline.bounds) or hall.floor
        openings = [find_openings(w, hall.points, hall.heights) for w in walls]
    hall.let_go()
    progress("levels", 0.58)
    with clock.stage("levels"):
        storeys = storeys_of(hall, floor, outline, walls, find_platforms(hall, outline))
    hall.let_go()
    progress("racks", 0.6)
    with clock.stage("racks"):
        rows = rows_of(storeys)
    hall.let_go()
    progress("aisles", 0.8)
    with clock.stage("aisles"):
        shelved = shelved_of(storeys, rows)
    progress("obstacles", 0.85)
    with clock.stage("obstacles"):
        pillars, obstacles = things_of(storeys, rows)
    hall.let_go()
    progress("locations", 0.9)
    with clock.stage("locations"):
        locations = locations_of(hall, storeys, shelved)
    facility = Facility(
        id=name,
        name=name,
        kind="as_built",
        frame=Frame(georeference=hall.georeference),
        provenance=tuple(_provenance(scan.file.path, scan.file.point_count, seed) for scan in scans.scans),
        levels=levels_of(storeys),
        walls=tuple(
            as_built.wall(number, line, doors, hall.roof_m, shelved.racks)
            for number, (line, doors) in enumerate(zip(walls, openings, strict=True), start=1)
        ),
        columns=pillars,
        racks=shelved.racks,
        locations=locations,
        obstacles=obstacles,
        aisles=as_built.aisles(shelved.lanes, shelved.lane_levels, obstacles, pillars),
        stations=tuple(stations),
    )
    hall.let_go()
    words = None
    if not files.unasked:
        progress("aliasing", 0.95)
        with clock.stage("aliasing"):
            words = ask_files(files, facility, hall.world_from_scan)
    progress("done", 1.0)
    registration = entries(scans, words, files.unasked)
    facility = with_registration(facility, [each["sigma_m"] for each in registration])
    report = _report(scans, clock, hall, facility, shelved.rows, outline, registration)
    return Scanned(facility, hall.cloud, report, hall.world_from_scan, hall.stations)


def _provenance(path: Path, points: int, seed: int) -> Provenance:
    digest = hashlib.sha256()
    # an RGB-D recording is a folder
    for part in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        with part.open("rb") as file:
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
    registration: tuple[dict[str, Any], ...],
) -> ScanReport:
    frames = sum(len(r.posts) for r in rows)
    states = [location.state for location in facility.locations]
    return ScanReport(
        points_read=hall.points_read,
        points_kept=len(hall.cloud),
        stages=clock.stages,
        registration=registration,
        world_from_scan=tuple(hall.world_from_scan.ravel().tolist()),
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
        notes=scans.notes,
        warnings=(*_warnings(hall, facility), *ambiguous_warnings(registration)),
    )


def _floor_seen(hall: LevelledScan, outline: Polygon) -> float:
    """Share of the outline's quarter-metre cells in which the floor was seen."""
    cells = (occupied_cells(hall.floor_points(), 0.25) + 0.5) * 0.25
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
    if len(facility.levels) > 1:
        warnings.append(
            f"{len(facility.levels)} levels found: what links them is not told: draw stairs and lifts in the layout"
        )
    if hall.georeference is not None:
        warnings.append("large coordinates: the world's origin was moved to the georeference's enu_origin")
    return warnings
