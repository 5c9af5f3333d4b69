"""Where the levels of an Open-RMF building map lie: from its coordinates to metres, y up.

`reference_image` maps are pixels with y down: `measurements` give the scale of the reference level, common
`fiducials` place the other levels over it. `cartesian_meters` are metres with y up. `wgs84` are longitude and
latitude, placed here in the plane east and north of their first vertex.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from statistics import fmean

import numpy as np
import numpy.typing as npt

from spatial.exchange.alignment import least_squares, rotation
from spatial.exchange.record import Record
from spatial.exchange.rmf_parts import index_pair, parameters, position
from spatial.exchange.source_frame import SourceFrame
from spatial.facility import Point2

DISAGREE = 0.02
"""Measurements of one level that differ by more than this share of their mean give a warning."""

FIDUCIALS_MISS_M = 0.1
"""Fiducials of two levels that lie farther apart once fitted give a warning."""

EARTH_A_M, EARTH_F = 6378137.0, 1 / 298.257223563
"""WGS 84's ellipsoid: semi-major axis and flattening."""

Place = Callable[[float, float], Point2]


def level_frames(
    building: Record, levels: Mapping[str, Record], frame: SourceFrame
) -> dict[str, tuple[Place, float]]:
    """For each level where a point (x, y) of the file lies in metres, and its metres per unit.

    Raises BadDataError for a level whose scale nothing tells, or a coordinate system that is not read.
    """
    system = building.text("coordinate_system", "reference_image")
    if system == "cartesian_meters":
        return {name: (lambda x, y: (x, y), 1.0) for name in levels}
    if system == "wgs84":
        place = _tangent_plane(levels)
        return dict.fromkeys(levels, (place, 1.0))
    if system != "reference_image":
        building.draft.fail(
            building.at("coordinate_system"),
            f"'{system}' is not read: save the map as reference_image, cartesian_meters or wgs84",
        )
    return _picture_frames(building, levels, frame)


def _picture_frames(
    building: Record, levels: Mapping[str, Record], frame: SourceFrame
) -> dict[str, tuple[Place, float]]:
    reference = building.text("reference_level_name", "") or next(iter(levels), "")
    if reference not in levels:
        building.draft.fail(building.at("reference_level_name"), f"'{reference}' is none of {[*levels]}")
    scale = frame.metres_per_unit or measured_scale(levels[reference])
    frames = {reference: (_scaled(scale), scale)}
    home = _fiducials(levels[reference])
    for name, level in levels.items():
        if name != reference:
            frames[name] = _over_reference(level, home, scale, frame)
    return frames


def measured_scale(level: Record) -> float:
    """Metres per pixel: the mean over the level's measurements of distance by length.

    BadDataError names the option to pass when the level has none.
    """
    vertices = [position(item, path, level) for item, path in level.items("vertices")]
    scales = []
    for item, path in level.items("measurements"):
        i, j = index_pair(item, path, level, below=len(vertices))
        told = parameters(item[2] if len(item) > 2 else None, level, f"{path}[2]")
        distance, length = told.number("distance"), math.dist(vertices[i], vertices[j])
        if distance <= 0 or length == 0:
            level.draft.fail(path, f"a measurement of {distance} m over {length} pixels tells no scale")
        scales.append(distance / length)
    if not scales:
        level.draft.fail(level.at("measurements"), "none, so the scale is unknown: pass metres_per_unit=…")
    mean = fmean(scales)
    if max(scales) - min(scales) > DISAGREE * mean:
        level.draft.warn(
            level.at("measurements"),
            f"scales from {min(scales):.6f} to {max(scales):.6f} m per pixel: their mean {mean:.6f} is used",
        )
    return mean


def _over_reference(
    level: Record, home: Mapping[str, Point2], home_scale: float, frame: SourceFrame
) -> tuple[Place, float]:
    """The level's place by the fiducials it shares with the reference level, else by its own scale alone.

    As the traffic editor does, the scale comes from the fiducials too.
    """
    here = _fiducials(level)
    shared = [name for name in here if name in home]
    source = np.array([here[name] for name in shared], np.float64).reshape(-1, 2)
    target = home_scale * np.array([home[name] for name in shared], np.float64).reshape(-1, 2)
    if len(shared) < 2 or not np.ptp(source, axis=0).any():
        own = frame.metres_per_unit or measured_scale(level)
        level.draft.warn(
            level.at("fiducials"),
            "shares fewer than 2 fiducials with the reference level: its own corner is its origin",
        )
        return _scaled(own), own
    scale, yaw, shift = least_squares(source, target, True)
    turn = scale * rotation(yaw)
    miss = float(np.linalg.norm(source @ turn.T + shift - target, axis=1).max())
    if miss > FIDUCIALS_MISS_M:
        level.draft.warn(level.at("fiducials"), f"lie up to {miss:.2f} m from those of the reference level")

    def place(x: float, y: float) -> Point2:
        at = turn @ (x, -y) + shift
        return float(at[0]), float(at[1])

    return place, scale


def _fiducials(level: Record) -> dict[str, Point2]:
    """The level's fiducials by name, in pixels with y up."""
    found: dict[str, Point2] = {}
    for item, path in level.items("fiducials"):
        x, y = position(item, path, level)
        if len(item) < 3 or not isinstance(item[2], str):
            level.draft.fail(path, "expected [x, y, name]")
        found[item[2]] = x, -y
    return found


def _scaled(scale: float) -> Place:
    return lambda x, y: (x * scale, -y * scale)


def _tangent_plane(levels: Mapping[str, Record]) -> Place:
    """Longitude and latitude in degrees to metres east and north of the map's first vertex.

    By way of earth-centred coordinates (WGS 84), so that lengths are true to the plane: over 1 km the
    curvature costs less than 0.1 mm.
    """
    first = next(
        ((level, *level.items("vertices")[0]) for level in levels.values() if level.items("vertices")), None
    )
    if first is None:
        return lambda x, y: (x, y)
    level, item, path = first
    lon, lat = position(item, path, level)
    level.draft.warn(
        path, f"x is metres east and y metres north of this vertex (longitude {lon}, latitude {lat})"
    )
    origin, (phi, lam) = _earth_centred(lon, lat), (math.radians(lat), math.radians(lon))
    east = np.array([-math.sin(lam), math.cos(lam), 0.0])
    north = np.array([-math.sin(phi) * math.cos(lam), -math.sin(phi) * math.sin(lam), math.cos(phi)])

    def place(x: float, y: float) -> Point2:
        offset = _earth_centred(x, y) - origin
        return float(east @ offset), float(north @ offset)

    return place


def _earth_centred(lon_deg: float, lat_deg: float) -> npt.NDArray[np.float64]:
    """Earth-centred coordinates (3,) of a point on WGS 84's ellipsoid, metres."""
    phi, lam = math.radians(lat_deg), math.radians(lon_deg)
    e2 = EARTH_F * (2 - EARTH_F)
    normal = EARTH_A_M / math.sqrt(1 - e2 * math.sin(phi) ** 2)
    flat = normal * math.cos(phi)
    return np.array([flat * math.cos(lam), flat * math.sin(lam), normal * (1 - e2) * math.sin(phi)])
