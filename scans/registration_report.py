"""What a scan's report says of the place of each file: how it was posed, how well, and whether bays further on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from scans.cloud import PointCloud
from scans.readers.scan_set import ScanSet
from scans.recognition.racks_and_walls import racks_and_walls
from scans.registration.alias_kinds import kinds_from_facility
from scans.registration.alias_rows import rows_from_facility
from scans.registration.alias_sight import PosedPoints
from scans.registration.guarded import WORDS, Aliasing, Guarded, ask_all
from scans.up_axis import world_from_up
from spatial.facility import Facility
from spatial.poses import Matrix4, transform_points

MOST_FILES = 3
"""More files are asked on request alone: each takes two to four seconds."""
_MOST_POINTS = 250_000
_SINGLE = "a single scan cannot be held against another"
_UNWANTED = "it was not wanted"
_NO_STATIONS = "where the scanner of each file stood is unknown: give --poses"


class FilePoints:
    """Some points of each file of a set, kept as its chunks pass: at most 250,000, evenly taken.

    Nothing is kept where nothing is asked, and `unasked` says why: of a single file, where the station of some file
    is unknown, if `is_wanted` is false, and if it is None and files are more than MOST_FILES.
    """

    def __init__(self, scans: ScanSet, *, is_wanted: bool | None = None) -> None:
        self._scans = scans
        self._first = [scan.first_station or 0 for scan in scans.scans]
        self._kept: list[list[PointCloud]] = [[] for _ in scans.scans]
        self.unasked = self._why_unasked(is_wanted)

    def some_of(self, chunk: PointCloud) -> PointCloud | None:
        """Some points of `chunk`, which is of one file, for `keep`; None where nothing is asked."""
        if self.unasked or chunk.station is None:
            return None
        step = math.ceil(self._scans.scans[self._number(chunk)].file.point_count / _MOST_POINTS)
        return PointCloud(points=chunk.points[::step], origin=chunk.origin, station=chunk.station[::step])

    def keep(self, some: PointCloud) -> None:
        """Keep some points of a file."""
        self._kept[self._number(some)].append(some)

    def sides(self, world_from_scan: Matrix4) -> list[PosedPoints]:
        """Each file's points and stations in the world of the facility."""
        eyes = {
            number: transform_points(world_from_scan, eye[None])[0]
            for number, eye in self._scans.stations.items()
        }
        return [
            PosedPoints(
                transform_points(world_from_scan, np.vstack([some.world_points() for some in kept])),
                np.concatenate([some.station for some in kept if some.station is not None]),
                {station: eye for station, eye in eyes.items() if self._file_of(station) == number},
            )
            for number, kept in enumerate(self._kept)
        ]

    def _number(self, points: PointCloud) -> int:
        return 0 if points.station is None else self._file_of(int(points.station[0]))

    def _why_unasked(self, is_wanted: bool | None) -> str:
        count = len(self._scans.scans)
        if count == 1:
            return _SINGLE
        if not self._has_stations():
            return _NO_STATIONS
        if is_wanted is None and count > MOST_FILES:
            return f"{count} files are more than {MOST_FILES}: pass --check-aliasing"
        return _UNWANTED if is_wanted is False else ""

    def _has_stations(self) -> bool:
        numbered = all(scan.first_station is not None for scan in self._scans.scans)
        return numbered and {self._file_of(n) for n in self._scans.stations} == set(range(len(self._first)))

    def _file_of(self, station: int) -> int:
        return int(np.searchsorted(self._first, station, side="right")) - 1


def ask_files(files: FilePoints, facility: Facility, world_from_scan: Matrix4) -> list[Aliasing]:
    """The guard's word on each file, by the rows and kinds of the `facility` that all files together show or, if a
    file that stands wrong smears its racks, that the largest shows.
    """
    sides = files.sides(world_from_scan)
    largest = max(sides, key=lambda side: len(side.points))
    shown = facility if facility.racks else racks_and_walls(largest.points)
    boxes = [(side.points.min(0), side.points.max(0)) for side in sides]
    return ask_all(
        [Guarded(side) for side in sides],
        lambda i, j: _meet(boxes[i], boxes[j]),
        rows_from_facility(shown) if shown else (),
        name_kinds=kinds_from_facility(shown) if shown else None,
    )


_Box = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def _meet(one: _Box, other: _Box) -> bool:
    return bool((one[0] <= other[1]).all() and (other[0] <= one[1]).all())


def entries(scans: ScanSet, told: Sequence[Aliasing] | None, unasked: str) -> tuple[dict[str, Any], ...]:
    """The report's `registration`: an entry for each file, with the word of the poses file where none is `told`."""
    turn = np.eye(3) if scans.up is None else world_from_up(scans.up)[:3, :3]
    found = []
    for number, scan in enumerate(scans.scans):
        origin = scan.pose_origin
        word = told[number] if told is not None else Aliasing(reason=unasked)
        if told is None and origin.aliasing in WORDS:
            word = Aliasing(origin.aliasing, "as the poses file says")
        sigma_m = origin.horizontal_sigma_m(turn)
        found.append(
            {
                "scan": scan.file.path.name,
                "method": "registered" if origin.verdict == "registered" else "as_posed",
                "sigma_m": None if sigma_m is None else round(sigma_m, 6),
                **word.as_json(),
            }
        )
    return tuple(found)


def ambiguous_warnings(registration: Sequence[dict[str, Any]]) -> list[str]:
    """A sentence for each file that could stand whole bays further on."""
    return [
        f"{entry['scan']}: its place is ambiguous: {entry['aliasing_reason']}"
        for entry in registration
        if entry["aliasing"] == "ambiguous"
    ]
