"""A warehouse as plain values: what a scan finds and what a layout plans are the same kind of thing.

World frame: right-handed, Z up, metres; yaw counter-clockwise from +X in (-π, π]. Field names are those of
`facility.json`, so that a value can be read beside its file. A measured length carries `sigma_m` (one
standard deviation of the estimate); a planned one has 0. Every element keeps, in `extra`, the fields of the
file that this version does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Point2: TypeAlias = tuple[float, float]
Point3: TypeAlias = tuple[float, float, float]

RackKind = Literal["pallet_rack", "shelving", "cantilever", "flow", "other"]
LocationState = Literal["occupied", "empty", "unseen"]
ObstacleKind = Literal["floor_stack", "conveyor", "machine", "mezzanine_leg", "vehicle", "unknown"]
StationKind = Literal["depot", "pack", "dock", "charge", "p_and_d"]

SCHEMA = "aisletwin.facility/1"


def _no_extra() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Georeference:
    """Where the world's origin lies on Earth: ENU origin in `crs`, and the yaw of +X against east."""

    crs: str
    enu_origin: Point3
    yaw_rad: float = 0.0
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Units and axes of the file; always metres and Z up."""

    units: Literal["m"] = "m"
    up: Literal["z"] = "z"
    georeference: Georeference | None = None
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """One source of the facility: a scan file, a layout file, a generator."""

    source: str
    sha256: str | None = None
    method: str
    at: str | None = None
    points: int | None = None
    seed: int | None = None
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class FloorHeights:
    """Height samples `points` (N, 3) of a floor, about `grid_m` apart; bilinear in between."""

    points: tuple[Point3, ...]
    grid_m: float
    sigma_m: float = 0.0
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class Level:
    """A floor: its outline inside the walls (counter-clockwise) and the holes in it."""

    id: str
    elevation_m: float
    outline: tuple[Point2, ...]
    holes: tuple[tuple[Point2, ...], ...] = ()
    floor: FloorHeights | None = None
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A door, gate or window; `s` runs along the wall from `p0`, `z` above the level."""

    id: str
    kind: str
    s0_m: float
    s1_m: float
    z0_m: float
    z1_m: float
    closed: bool | None = None
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class Wall:
    """A straight wall; `p0`–`p1` is its inner face where it bounds the floor, else its centre line."""

    id: str
    level: str
    p0: Point2
    p1: Point2
    height_m: float
    thickness_m: float | None = None
    sigma_m: float = 0.0
    openings: tuple[Opening, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class Column:
    """An upright of the building; `sigma_m` is that of its center, `size_sigma_m` that of its size if another."""

    id: str
    level: str
    center: Point2
    size_m: Point2
    yaw_rad: float = 0.0
    height_m: float = 0.0
    sigma_m: float = 0.0
    size_sigma_m: float | None = None
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class Bay:
    """The clear opening between two uprights, `offset_m` from the row's start (center − length/2); `sigma_m` is that
    of its width, where it was measured by itself.
    """

    offset_m: float
    width_m: float
    sigma_m: float | None = None
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A carried level of a rack: top of beam (or deck) above `base_z_m`. The floor tier is implied."""

    z_m: float
    beam_height_m: float = 0.1
    sigma_m: float = 0.0
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class Rack:
    """A rack row: `yaw_rad` is the heading of its long axis u; +v is to the left of it.

    `faces` lists the sides (+1 or −1 along v) that face an aisle, `back_to_back` the mate if any. `sigma_m` is that
    of the center across the row, where its faces are, and of every length that has none of its own: `along_sigma_m`
    of the center along the row, `base_sigma_m` of `base_z_m`, and so on.
    """

    id: str
    level: str
    kind: RackKind
    center: Point2
    base_z_m: float
    yaw_rad: float
    length_m: float
    depth_m: float
    height_m: float
    upright_width_m: float = 0.1
    bays: tuple[Bay, ...] = ()
    tiers: tuple[Tier, ...] = ()
    missing_beams: tuple[tuple[int, int], ...] = ()
    faces: tuple[int, ...] = (1,)
    back_to_back: str | None = None
    sigma_m: float = 0.0
    yaw_sigma_rad: float | None = None
    along_sigma_m: float | None = None
    length_sigma_m: float | None = None
    depth_sigma_m: float | None = None
    height_sigma_m: float | None = None
    base_sigma_m: float | None = None
    evidence_points: int | None = None
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class Location:
    """One addressable place: bay index, tier (0 stands on the floor, n on `tiers[n-1]`), position from 1."""

    id: str
    rack: str
    bay: int
    tier: int
    position: int = 1
    center: Point3
    size_m: Point3
    state: LocationState = "unseen"
    fill: float | None = None
    confidence: float | None = None
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """Anything on the floor that is no rack, wall or column; heights are above the level's floor."""

    id: str
    level: str
    kind: ObstacleKind
    footprint: tuple[Point2, ...]
    z0_m: float
    z1_m: float
    movable: bool = True
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class Aisle:
    """A lane between rack faces (or, with `cross`, one that joins aisles) along its centre line."""

    id: str
    level: str
    p0: Point2
    p1: Point2
    clear_width_m: float
    sigma_m: float = 0.0
    racks: tuple[str, ...] = ()
    cross: bool = False
    blocked: bool = False
    blocked_by: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class Station:
    """A work place with `servers` seats at `pose` (x, y, yaw)."""

    id: str
    level: str
    kind: StationKind
    pose: Point3
    servers: int = 1
    extra: Mapping[str, Any] = field(default_factory=_no_extra)


@dataclass(frozen=True, kw_only=True)
class Facility:
    """A building and what stands in it; changed by `dataclasses.replace`, never in place."""

    id: str
    name: str
    kind: Literal["as_built", "planned"]
    schema: str = SCHEMA
    frame: Frame = field(default_factory=Frame)
    provenance: tuple[Provenance, ...] = ()
    levels: tuple[Level, ...] = ()
    walls: tuple[Wall, ...] = ()
    columns: tuple[Column, ...] = ()
    racks: tuple[Rack, ...] = ()
    locations: tuple[Location, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    aisles: tuple[Aisle, ...] = ()
    stations: tuple[Station, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=_no_extra)
