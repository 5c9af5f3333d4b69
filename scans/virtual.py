"""A virtual terrestrial scanner: what a scan of a known mesh would look like, with the truth beside it.

The beam is cast as a ray through the middle of its footprint. Where neighbouring beams end on different
triangles the footprint may straddle an edge: a second ray at its rim tells, and if it ends on another
surface, a share of such beams returns a range between the two (a mixed pixel), as real scanners do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scans.cloud import PointCloud
from scans.ray_scene import Hits, RayScene
from spatial.whole_files import write_whole

MIXED = -1
"""The element of a point that lies on no surface."""

_STRIP_RAYS = 1_500_000
_FULL_SCALE = 65535.0
_MIXED_STEP_M = 0.02
_REFERENCE_RANGE_M = 20.0


@dataclass(frozen=True, kw_only=True)
class TerrestrialScanner:
    """A scanner on a tripod; the defaults are those of a common phase-shift scanner."""

    step_deg: float = 0.1
    """Between beams in azimuth and elevation, degrees, above 0 and at most 10."""
    elevation_from_deg: float = -60.0
    """Lowest beam, at least −90; below it the tripod stands."""
    elevation_to_deg: float = 90.0
    """Highest beam, at most 90."""
    noise_m: float = 0.003
    """Standard deviation of a range, metres, at least 0."""
    beam_divergence_mrad: float = 1.0
    """Half angle that the beam fills, its width at the exit included, milliradians, 0 to 10."""
    mixed_share: float = 0.5
    """Share of the beams across an edge that return a range between its two surfaces, 0 to 1."""
    range_from_m: float = 0.4
    """Nearest range, metres, above 0."""
    range_to_m: float = 120.0
    """Farthest range, metres, above `range_from_m`."""
    half_signal_m: float = 250.0
    """Where half of the beams that meet a wall head-on return, metres, above 0; inf for no dropouts."""

    def __post_init__(self) -> None:
        limits = (
            ("step_deg", 0 < self.step_deg <= 10, "above 0 and at most 10"),
            ("elevation_from_deg", self.elevation_from_deg >= -90, "at least -90"),
            (
                "elevation_to_deg",
                self.elevation_from_deg < self.elevation_to_deg <= 90,
                "above from, at most 90",
            ),
            ("noise_m", 0 <= self.noise_m < math.inf, "at least 0"),
            ("beam_divergence_mrad", 0 <= self.beam_divergence_mrad <= 10, "0 to 10"),
            ("mixed_share", 0 <= self.mixed_share <= 1, "0 to 1"),
            ("range_from_m", 0 < self.range_from_m < math.inf, "above 0"),
            ("range_to_m", self.range_from_m < self.range_to_m < math.inf, "above range_from_m"),
            ("half_signal_m", self.half_signal_m > 0, "above 0"),
        )
        for name, holds, bound in limits:
            if not holds:
                raise ValueError(f"{name} {getattr(self, name)} is not {bound}")


@dataclass(frozen=True, eq=False)
class VirtualScan:
    """A scan with its truth: `element` (N,) int32 of every point, MIXED where it lies on none, and `range_m`
    (N,) float32, how far the surface truly is along the beam. `stations` (S, 3) are the scanner's positions;
    a point's `station` in the cloud is the row there.
    """

    cloud: PointCloud
    element: npt.NDArray[np.int32]
    range_m: npt.NDArray[np.float32]
    stations: npt.NDArray[np.float64]


def scan_terrestrial(
    vertices: npt.ArrayLike,
    faces: npt.ArrayLike,
    face_element: npt.ArrayLike,
    positions: npt.ArrayLike,
    *,
    scanner: TerrestrialScanner | None = None,
    seed: int = 0,
) -> VirtualScan:
    """Scan the mesh `vertices` (V, 3), `faces` (F, 3) from `positions` (S, 3), all world metres.

    `face_element` (F,) holds the element of each face. Every station draws from its own stream of random
    numbers: the same seed gives the same bytes, and a station more leaves the others as they are. Beams that
    meet nothing give no point. Raises ValueError for arrays of another shape.
    """
    scanner = scanner or TerrestrialScanner()
    scene = RayScene(vertices, faces)
    element_of = np.asarray(face_element, dtype=np.int32)
    if element_of.shape != (len(np.asarray(faces)),):
        raise ValueError(f"face_element of shape {element_of.shape} is not (F,) with one entry a face")
    stations = np.asarray(positions, dtype=np.float64)
    if stations.ndim != 2 or stations.shape[1] != 3 or len(stations) == 0:
        raise ValueError(f"positions of shape {stations.shape} are no (S, 3) with S > 0")
    strips = [
        _scan_strip(scene, element_of, scanner, number, position, azimuths, rng)
        for number, (position, rng) in enumerate(zip(stations, _streams(seed, len(stations)), strict=True))
        for azimuths in _strips_of_azimuth(scanner)
    ]
    points, intensity, station, element, range_m = (
        np.concatenate(column) for column in zip(*strips, strict=True)
    )
    cloud = PointCloud(points=points, origin=scene.origin, intensity=intensity, station=station)
    return VirtualScan(cloud=cloud, element=element, range_m=range_m, stations=stations)


def _streams(seed: int, count: int) -> list[np.random.Generator]:
    return [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(count)]


def _elevations(scanner: TerrestrialScanner) -> npt.NDArray[np.float64]:
    span = scanner.elevation_to_deg - scanner.elevation_from_deg
    count = math.floor(span / scanner.step_deg + 1e-9) + 1
    degrees = scanner.elevation_from_deg + scanner.step_deg * np.arange(count, dtype=np.float64)
    return degrees * (math.pi / 180)


def _strips_of_azimuth(scanner: TerrestrialScanner) -> list[npt.NDArray[np.float64]]:
    """All azimuths in strips that keep the memory bounded, however fine the step is."""
    columns = max(1, round(360 / scanner.step_deg))
    azimuths = np.arange(columns, dtype=np.float64) * (2 * math.pi / columns)
    width = max(2, _STRIP_RAYS // len(_elevations(scanner)))
    return [azimuths[first : first + width] for first in range(0, columns, width)]


_Strip = tuple[
    npt.NDArray[np.float32],
    npt.NDArray[np.float32],
    npt.NDArray[np.int32],
    npt.NDArray[np.int32],
    npt.NDArray[np.float32],
]


def _scan_strip(
    scene: RayScene,
    element_of: npt.NDArray[np.int32],
    scanner: TerrestrialScanner,
    number: int,
    position: npt.NDArray[np.float64],
    azimuths: npt.NDArray[np.float64],
    rng: np.random.Generator,
) -> _Strip:
    """Points (N, 3), intensity, station, element and true range of the beams at these azimuths."""
    elevations = _elevations(scanner)
    directions = _directions(azimuths, elevations)
    hits = scene.cast(position, directions)
    cosine = np.abs(np.einsum("ij,ij->i", hits.normal, directions))

    kept = _returns(hits.distance, cosine, scanner, rng)
    range_m = hits.distance.astype(np.float64)
    straddling = np.flatnonzero(kept & _beside_an_edge(hits.face, len(azimuths)))
    mixed, between = _mixed_ranges(scene, position, directions, hits, straddling, scanner, rng)
    element = np.where(hits.face >= 0, element_of[hits.face], np.int32(MIXED))
    range_m[mixed] = between
    element[mixed] = MIXED

    measured = range_m[kept] + rng.normal(0.0, scanner.noise_m, int(kept.sum()))
    points = (position - scene.origin) + directions[kept] * measured[:, None]
    return (
        points.astype(np.float32),
        _intensity(measured, cosine[kept], rng),
        np.full(len(points), number, dtype=np.int32),
        element[kept],
        range_m[kept].astype(np.float32),
    )


def _directions(
    azimuths: npt.NDArray[np.float64], elevations: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """Unit vectors (A · E, 3), one column of elevations after the other."""
    flat = np.cos(elevations)
    directions = np.empty((len(azimuths), len(elevations), 3), dtype=np.float32)
    directions[..., 0] = np.cos(azimuths)[:, None] * flat
    directions[..., 1] = np.sin(azimuths)[:, None] * flat
    directions[..., 2] = np.sin(elevations)
    return directions.reshape(-1, 3)


def _returns(
    distance: npt.NDArray[np.float32],
    cosine: npt.NDArray[np.float32],
    scanner: TerrestrialScanner,
    rng: np.random.Generator,
) -> npt.NDArray[np.bool_]:
    """Which beams come back: the signal falls with the cosine of incidence and the square of the range."""
    in_range = (distance >= scanner.range_from_m) & (distance <= scanner.range_to_m)
    drawn = rng.random(len(distance), dtype=np.float32)
    if math.isinf(scanner.half_signal_m):
        return in_range
    # signal / (1 + signal) > drawn, without dividing by a range of zero or infinity
    noise = np.square(np.where(in_range, distance, np.float32(1)) / np.float32(scanner.half_signal_m))
    return in_range & (cosine * (1 - drawn) > drawn * noise)


def _beside_an_edge(face: npt.NDArray[np.int64], columns: int) -> npt.NDArray[np.bool_]:
    """Whether one of the four neighbours in the raster ends on another face."""
    raster = face.reshape(columns, -1)
    beside = np.zeros(raster.shape, dtype=bool)
    for axis in (0, 1):
        differs = np.diff(raster, axis=axis) != 0
        near, far = (slice(None, -1), slice(1, None))
        beside[(near, slice(None)) if axis == 0 else (slice(None), near)] |= differs
        beside[(far, slice(None)) if axis == 0 else (slice(None), far)] |= differs
    return beside.ravel()


def _mixed_ranges(
    scene: RayScene,
    position: npt.NDArray[np.float64],
    directions: npt.NDArray[np.float32],
    hits: Hits,
    straddling: npt.NDArray[np.int64],
    scanner: TerrestrialScanner,
    rng: np.random.Generator,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Of the beams `straddling`, those that return a range between two surfaces, and that range."""
    rim = _rim(directions[straddling], scanner.beam_divergence_mrad * 1e-3, rng)
    weight = rng.random(len(straddling))
    drawn = rng.random(len(straddling))
    if len(straddling) == 0:
        return straddling, weight
    second = scene.cast(position, rim)
    first_range = hits.distance[straddling].astype(np.float64)
    second_range = np.where(np.isfinite(second.distance), second.distance, first_range)
    # off the plane of the first surface, not only farther along a slanted one
    apart = directions[straddling] * first_range[:, None] - rim * second_range[:, None]
    step = np.abs(np.einsum("ij,ij->i", hits.normal[straddling], apart))
    is_mixed = (second.face >= 0) & (step > _MIXED_STEP_M) & (drawn < scanner.mixed_share)
    between = weight * first_range + (1 - weight) * second_range
    return straddling[is_mixed], between[is_mixed]


def _rim(
    directions: npt.NDArray[np.float32], half_angle: float, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Each direction (N, 3) turned by the half angle towards a random side."""
    level = np.stack([-directions[:, 1], directions[:, 0], np.zeros(len(directions), np.float32)], axis=1)
    level[np.abs(directions[:, 2]) > 0.99999] = (1, 0, 0)
    level /= np.linalg.norm(level, axis=1, keepdims=True)
    upward = np.cross(directions, level)
    turn = rng.uniform(0, 2 * math.pi, len(directions))[:, None]
    aside = np.cos(turn) * level + np.sin(turn) * upward
    rim: npt.NDArray[np.float64] = directions + math.tan(half_angle) * aside
    rim /= np.linalg.norm(rim, axis=1, keepdims=True)
    return rim.astype(np.float32)


def _intensity(
    range_m: npt.NDArray[np.float64], cosine: npt.NDArray[np.float32], rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """0 to 65535: a grey surface, darker with range and slant, with 3 % of speckle."""
    received = 0.5 * cosine / (1 + np.square(range_m / _REFERENCE_RANGE_M))
    speckled: npt.NDArray[np.float64] = received * (1 + 0.03 * rng.standard_normal(len(range_m)))
    return np.round(np.clip(speckled, 0, 1) * _FULL_SCALE).astype(np.float32)


def write_truth(path: Path, scan: VirtualScan) -> None:
    """Write the truth beside a scan as `.npz`: `element` (N,), `range_m` (N,), `stations` (S, 3)."""
    with write_whole(path) as aside:
        np.savez_compressed(aside, element=scan.element, range_m=scan.range_m, stations=scan.stations)
