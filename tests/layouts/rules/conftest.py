"""Halls small enough to draw, for the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from layouts.rules.finding import Finding
from spatial.facility import Aisle, Bay, Facility, Level, Obstacle, Opening, Point2, Rack, Tier, Wall

Maker = Callable[..., Any]


def draw_room(
    width: float = 10.0,
    depth: float = 8.0,
    *,
    doors: Sequence[Opening] = (),
    sigma_m: float = 0.0,
    height_m: float = 6.0,
    walls: bool = True,
    **more: Any,
) -> Facility:
    """An empty hall from (0, 0) to (width, depth); its doors are in the lower wall, from the left."""
    corners: tuple[Point2, ...] = ((0.0, 0.0), (width, 0.0), (width, depth), (0.0, depth))
    sides = tuple(
        Wall(
            id=f"W{k}",
            level="L0",
            p0=corners[k],
            p1=corners[(k + 1) % 4],
            height_m=height_m,
            thickness_m=0.2,
            sigma_m=sigma_m,
            openings=tuple(doors) if k == 0 else (),
        )
        for k in range(4)
    )
    told = {
        "kind": "planned",
        "levels": (Level(id="L0", elevation_m=0.0, outline=corners),),
        "walls": sides if walls else (),
        **more,
    }
    return Facility(id="ROOM", name="room", **told)


def draw_door(
    middle: float, width: float = 1.0, *, high: float = 2.1, kind: str = "door", name: str = "X1"
) -> Opening:
    return Opening(
        id=name, kind=kind, s0_m=middle - width / 2, s1_m=middle + width / 2, z0_m=0.0, z1_m=high, closed=True
    )


def draw_box(
    x0: float, y0: float, x1: float, y1: float, *, z0: float = 0.0, z1: float = 1.5, name: str = "O1"
) -> Obstacle:
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return Obstacle(id=name, level="L0", kind="floor_stack", footprint=corners, z0_m=z0, z1_m=z1)


def draw_rack(
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    *,
    tiers: Iterable[float] = (1.5,),
    name: str = "R1",
    **more: Any,
) -> Rack:
    """A row along x."""
    told = {
        "height_m": 5.0,
        "bays": (Bay(offset_m=0.1, width_m=x1 - x0 - 0.2),),
        "tiers": tuple(Tier(z_m=z, beam_height_m=0.1) for z in tiers),
        **more,
    }
    return Rack(
        id=name,
        level="L0",
        kind="pallet_rack",
        center=((x0 + x1) / 2, (y0 + y1) / 2),
        base_z_m=0.0,
        yaw_rad=0.0,
        length_m=x1 - x0,
        depth_m=y1 - y0,
        **told,
    )


def draw_aisle(p0: Point2, p1: Point2, width: float, *, name: str = "A1", **more: Any) -> Aisle:
    return Aisle(id=name, level="L0", p0=p0, p1=p1, clear_width_m=width, **more)


@pytest.fixture
def room() -> Maker:
    return draw_room


@pytest.fixture
def door() -> Maker:
    return draw_door


@pytest.fixture
def box() -> Maker:
    return draw_box


@pytest.fixture
def rack() -> Maker:
    return draw_rack


@pytest.fixture
def aisle() -> Maker:
    return draw_aisle


def find_only(findings: Iterable[Finding], rule: str, element: str | None = None) -> Finding:
    """The one finding of that rule (on that element)."""
    (found,) = (f for f in findings if f.rule == rule and element in (None, f.elements[0]))
    return found


@pytest.fixture
def only() -> Maker:
    return find_only
