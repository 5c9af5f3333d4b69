"""Walls of a facility from walls of an IFC model, with their openings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from layouts.drawings.ifc.floors import Floor, sides_inside
from layouts.drawings.ifc.plans import Solid
from layouts.drawings.ifc.raw_model import RawElement
from layouts.drawings.ifc.roles import door_kind
from layouts.drawings.ifc.strips import Strip, strips_of
from spatial.facility import Opening, Wall

GAP_BELOW_M = 0.05
"""A wall that begins higher above its floor leaves an opening below it."""

THROUGH_M = 0.002
"""An opening that ends this far inside a wall's face is a niche."""

_FACE_M = 0.002
_LEAST_M, _LEAST_M2 = 0.001, 1e-5
_SLENDER = 5.0


@dataclass(frozen=True, kw_only=True)
class WallPiece:
    """A straight piece of a wall on its level, without openings yet."""

    solid: Solid
    strip: Strip
    wall: Wall
    base_z_m: float


@dataclass(frozen=True, kw_only=True)
class Hole:
    """What voids a wall, with the doors and windows in it; a door that stands in a wall by itself is its own hole."""

    solid: Solid
    fillings: tuple[RawElement, ...] = ()


def wall_strips(solid: Solid) -> tuple[Strip, ...]:
    """The straight pieces of a wall; none when any area of its plan is no strip.

    A curtain wall is its frame and panels, with gaps: it is taken as a whole when it is straight.
    """
    heading = solid.element.heading_rad
    if solid.element.ifc_class == "IfcCurtainWall":
        whole = strips_of(shapely.minimum_rotated_rectangle(solid.plan), heading)
        if len(whole) == 1 and math.dist(whole[0].p0, whole[0].p1) > _SLENDER * whole[0].thickness_m:
            return whole
    found = [strips_of(outline, heading) for outline in solid.outlines]
    return tuple(strip for strips in found for strip in strips) if all(found) else ()


def wall_of_strip(strip: Strip, floor: Floor) -> Wall:
    """The wall along a strip: the inner face of an outer wall, with the room to its left; else its centre line."""
    sides = sides_inside(strip, floor.footprint)
    if len(sides) != 1:
        return Wall(id="", level="", p0=strip.p0, p1=strip.p1, height_m=0.0, thickness_m=strip.thickness_m)
    aside = sides[0] * strip.thickness_m / 2
    corners = shapely.get_coordinates(strip.body) - strip.p0
    on_face = np.abs(corners @ strip.left - aside) < _FACE_M
    u = (corners @ strip.along)[on_face] if on_face.any() else np.array([0.0, math.dist(strip.p0, strip.p1)])
    ends = [strip.p0 + each * strip.along + aside * strip.left for each in (u.min(), u.max())]
    p0, p1 = ((float(x), float(y)) for x, y in (ends if sides[0] > 0 else ends[::-1]))
    return Wall(id="", level="", p0=p0, p1=p1, height_m=0.0, thickness_m=strip.thickness_m)


def opening_in(piece: WallPiece, hole: Hole) -> Opening | None:
    """The opening that a hole makes in a piece of wall, without id: its span along the line, heights above the floor.

    None where the two do not meet, and for a niche, unless a door or window fills it.
    """
    p0, p1 = np.asarray(piece.wall.p0), np.asarray(piece.wall.p1)
    length = float(np.linalg.norm(p1 - p0))
    along = (p1 - p0) / length
    common = hole.solid.plan.intersection(piece.strip.body)
    if common.area < _LEAST_M2:
        return None
    corners = shapely.get_coordinates(common)
    u = (corners - p0) @ along
    s0, s1 = np.clip([u.min(), u.max()], 0.0, length)
    v = (corners - piece.strip.p0) @ piece.strip.left
    half = piece.strip.thickness_m / 2 - THROUGH_M
    is_through = v.min() < -half and v.max() > half
    z0 = max(hole.solid.z0_m, piece.solid.z0_m) - piece.base_z_m
    z1 = min(hole.solid.z1_m, piece.solid.z1_m) - piece.base_z_m
    if s1 - s0 < _LEAST_M or z1 - z0 < _LEAST_M or not (is_through or hole.fillings):
        return None
    kind = opening_kind(hole.fillings[0] if hole.fillings else None, float(s1 - s0))
    return Opening(id="", kind=kind, s0_m=float(s0), s1_m=float(s1), z0_m=z0, z1_m=z1)


def opening_kind(filling: RawElement | None, width_m: float) -> str:
    """door, gate, dock_door or window; "opening" for one that nothing fills."""
    if filling is None:
        return "opening"
    return "window" if filling.role == "window" else door_kind(filling.words, filling.operation, width_m)


def gap_below(piece: WallPiece) -> Opening | None:
    """The opening below a wall that hangs, as over a row of docks."""
    bottom = piece.solid.z0_m - piece.base_z_m
    if bottom <= GAP_BELOW_M:
        return None
    length = math.dist(piece.wall.p0, piece.wall.p1)
    return Opening(id=f"{piece.wall.id}-below", kind="opening", s0_m=0.0, s1_m=length, z0_m=0.0, z1_m=bottom)


def with_openings(wall: Wall, openings: Sequence[Opening]) -> Wall:
    """The wall with its openings in their order along it."""
    return replace(wall, openings=tuple(sorted(openings, key=lambda each: (each.s0_m, each.z0_m, each.id))))
