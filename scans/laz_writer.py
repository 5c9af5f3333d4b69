"""Clouds as LAZ files: `point_source_id` is the station."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import laspy
import numpy as np

from scans.cloud import PointCloud
from spatial.whole_files import write_whole

_STEP_M = 0.0001
# the format wants a day; today's would make every file differ
_DAY = date(2000, 1, 1)
_ROWS = 1_000_000
_LARGEST_ID = 65535


def write_laz(path: Path, clouds: PointCloud | Iterable[PointCloud]) -> None:
    """Write one cloud, or chunks of one that share what they hold, in steps of 0.1 mm.

    The same points give the same bytes. Raises ValueError for stations outside 0 to 65535, for points too far
    from the first origin (200 km), and for no chunk at all.
    """
    chunks = iter([clouds] if isinstance(clouds, PointCloud) else clouds)
    first = next(chunks, None)
    if first is None:
        raise ValueError("no cloud to write")
    header = laspy.LasHeader(version="1.4", point_format=6 if first.colour is None else 7)
    header.scales, header.offsets = np.full(3, _STEP_M), first.origin
    header.creation_date = _DAY
    header.system_identifier = header.generating_software = "aisletwin"
    with write_whole(path) as aside, laspy.open(aside, mode="w", header=header) as writer:
        for cloud in _with(first, chunks):
            for start in range(0, len(cloud), _ROWS):
                writer.write_points(_records(cloud, slice(start, start + _ROWS), header))


def _with(first: PointCloud, rest: Iterable[PointCloud]) -> Iterable[PointCloud]:
    yield first
    yield from rest


def _records(cloud: PointCloud, rows: slice, header: Any) -> Any:
    points = cloud.points[rows].astype(np.float64) + (cloud.origin - header.offsets)
    steps = np.round(points / _STEP_M)
    if not (np.abs(steps) < 2**31).all():
        raise ValueError(
            "points lie more than 200 km from the origin, or are not finite: give a nearer origin"
        )
    record = laspy.ScaleAwarePointRecord.zeros(len(points), header=header)
    record.X, record.Y, record.Z = steps.astype(np.int32).T
    record.return_number = record.number_of_returns = np.ones(len(points), np.uint8)
    if cloud.intensity is not None:
        record.intensity = np.clip(cloud.intensity[rows], 0, 65535).astype(np.uint16)
    if cloud.time_s is not None:
        record.gps_time = cloud.time_s[rows]
    if cloud.station is not None:
        record.point_source_id = _station_ids(cloud, rows)
    if cloud.colour is not None:
        # 255 becomes 65535
        record.red, record.green, record.blue = cloud.colour[rows].T.astype(np.uint16) * np.uint16(257)
    return record


def _station_ids(cloud: PointCloud, rows: slice) -> Any:
    station = cloud.station[rows] if cloud.station is not None else np.empty(0, np.int32)
    if len(station) and (station.min() < 0 or station.max() > _LARGEST_ID):
        raise ValueError(f"stations {station.min()} to {station.max()} are not within 0 to {_LARGEST_ID}")
    return station.astype(np.uint16)
