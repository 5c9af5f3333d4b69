"""The kinds of generated halls: how large, which blocks of rows at which headings, and how they are scanned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import shapely
from hall_frame import Record, rectangle
from hall_rows import Block
from shapely import Polygon

WALL_GAP_M, CROSS_AISLE_M = 0.25, 3.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Blocks of rows, the open floor at the docks, other ways about the blocks, and a platform if there is one."""

    blocks: list[Block]
    yard: Polygon
    ways: list[Polygon]
    platform: Polygon | None = None


Layout: TypeAlias = Callable[[float, float, float, np.random.Generator], Plan]
"""Width, length, height of the roof, random numbers."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of hall; kinds with one `layout` and size are the same hall for the same seed, scanned otherwise."""

    layout: Layout
    width_m: tuple[float, float] = (20.0, 30.0)
    length_m: tuple[float, float] = (30.0, 40.0)
    clutter_share: float = 0.04
    """Floor that things cover, by the floor that racks cover."""
    points: int = 4_000_000
    noise_m: float = 0.003
    station_spacing_m: float = 8.0
    every_aisle: int = 1
    """The scanner stood in every so many-th aisle."""


def straight(width: float, length: float, roof: float, rng: np.random.Generator) -> Plan:
    """Pallet racks in one direction, with a cross-aisle through long rows."""
    start, end = float(rng.uniform(6, 9)), length - CROSS_AISLE_M
    along_y = bool(rng.random() < 0.6)
    side = WALL_GAP_M if along_y else CROSS_AISLE_M
    region = shapely.box(side, start, width - side, end)
    parts, way = _halves(region, along_y) if rng.random() < 0.5 else ([region], [])
    yaw = 90.0 if along_y else 0.0
    blocks = [Block(region=part, yaw=yaw, kind="pallet_rack", lowest_roof_m=roof) for part in parts]
    return _plan(blocks, width, length, start, way)


def shelves(width: float, length: float, roof: float, rng: np.random.Generator) -> Plan:
    """Shelving in two blocks crosswise, and pallet racks behind them."""
    start = float(rng.uniform(5, 7))
    middle = start + 0.55 * (length - start)
    split = float(rng.uniform(0.4, 0.6)) * width
    blocks = [
        Block(region=shapely.box(1.5, start, split - 1, middle - 1.5), yaw=90.0, kind="shelving"),
        Block(region=shapely.box(split + 1, start, width - 1.5, middle - 1.5), yaw=0.0, kind="shelving"),
        Block(
            region=shapely.box(CROSS_AISLE_M, middle + 1.5, width - CROSS_AISLE_M, length - CROSS_AISLE_M),
            yaw=0.0,
            kind="pallet_rack",
            lowest_roof_m=roof,
        ),
    ]
    ways = [
        shapely.box(split - 1, start, split + 1, middle - 1.5),
        shapely.box(0.6, middle - 1.5, width - 0.6, middle + 1.5),
    ]
    return _plan(blocks, width, length, start, ways)


def fishbone(width: float, length: float, roof: float, rng: np.random.Generator) -> Plan:
    """Two blocks that lean away from a middle aisle, and a straight one behind them."""
    start = float(rng.uniform(5, 7))
    middle, lean = start + 0.68 * (length - start), float(rng.uniform(25, 50))
    halves = [
        shapely.box(0.8, start, width / 2 - 1.6, middle - 1.5),
        shapely.box(width / 2 + 1.6, start, width - 0.8, middle - 1.5),
    ]
    yaws = 90 + lean, 90 - lean * float(rng.uniform(0.6, 1.0))
    blocks = [
        Block(region=half, yaw=yaw, kind="pallet_rack", lowest_roof_m=roof)
        for half, yaw in zip(halves, yaws, strict=True)
    ]
    behind = shapely.box(CROSS_AISLE_M, middle + 1.5, width - CROSS_AISLE_M, length - 1.0)
    blocks.append(Block(region=behind, yaw=0.0, kind="pallet_rack", lowest_roof_m=roof))
    ways = [
        shapely.box(width / 2 - 1.6, start, width / 2 + 1.6, middle - 1.5),
        shapely.box(0.6, middle - 1.5, width - 0.6, middle + 1.5),
    ]
    return _plan(blocks, width, length, start, ways)


def mezzanine(width: float, length: float, roof: float, rng: np.random.Generator) -> Plan:
    """Shelving below a platform and, crosswise, on top of it; pallet racks beside it."""
    start, end, top = float(rng.uniform(6, 8)), length - CROSS_AISLE_M, float(rng.uniform(2.6, 3.0))
    edge = float(rng.uniform(8, 10))
    platform = shapely.box(0.3, start, edge, end)
    inner = platform.buffer(-0.4, join_style="mitre")
    blocks = [
        Block(region=inner, yaw=90.0, kind="shelving", lowest_roof_m=top - 0.3),
        Block(region=inner, yaw=0.0, kind="shelving", base_z=top),
        Block(
            region=shapely.box(edge + 2.0, start, width - WALL_GAP_M, end),
            yaw=90.0,
            kind="pallet_rack",
            lowest_roof_m=roof,
        ),
    ]
    return replace(_plan(blocks, width, length, start), platform=platform)


def many_blocks(width: float, length: float, roof: float, rng: np.random.Generator) -> Plan:
    """Twelve blocks, along or across as it falls."""
    start = 14.0
    blocks = []
    across, deep = (width - 2.0) / 3, (length - start - 2.0) / 4
    for i in range(12):
        x, y = 1.0 + (i % 3) * across, start + (i // 3) * deep
        region = shapely.box(x + 1.8, y + 1.8, x + across - 1.8, y + deep - 1.8)
        kind = "shelving" if i == 2 else "pallet_rack"
        blocks.append(Block(region=region, yaw=float(rng.choice([0, 90])), kind=kind, lowest_roof_m=roof))
    ways = [shapely.box(0.6, y - 1.8, width - 0.6, y + 1.8) for y in (start + i * deep for i in (1, 2, 3))]
    return _plan(blocks, width, length, start, ways)


def _plan(
    blocks: list[Block], width: float, length: float, start: float, ways: Sequence[Polygon] = ()
) -> Plan:
    """The blocks between a yard up to `start` and a cross-aisle at the back wall."""
    yard = shapely.box(0.6, 0.6, width - 0.6, start - 1.5)
    back = shapely.box(0.6, length - CROSS_AISLE_M + 0.4, width - 0.6, length - 0.6)
    return Plan(blocks=blocks, yard=yard, ways=[back, *ways])


def _halves(region: Polygon, along_y: bool) -> tuple[list[Polygon], list[Polygon]]:
    """The region in two, and the cross-aisle between them."""
    x0, y0, x1, y1 = region.bounds
    x, y, half = (x0 + x1) / 2, (y0 + y1) / 2, CROSS_AISLE_M / 2
    if along_y:
        low, way, high = (x0, y0, x1, y - half), (x0, y - half, x1, y + half), (x0, y + half, x1, y1)
    else:
        low, way, high = (x0, y0, x - half, y1), (x - half, y0, x + half, y1), (x + half, y0, x1, y1)
    return [shapely.box(*low), shapely.box(*high)], [shapely.box(*way)]


_DENSE = Kind(layout=straight)
KINDS: dict[str, Kind] = {
    "dense": _DENSE,
    "shelving": Kind(layout=shelves),
    "fishbone": Kind(layout=fishbone),
    "mezzanine": Kind(layout=mezzanine),
    "thin": replace(_DENSE, points=600_000, station_spacing_m=25.0, every_aisle=2),
    "clutter": replace(_DENSE, clutter_share=0.34),
    "noisy": replace(_DENSE, noise_m=0.010),
    "sparse": replace(_DENSE, points=_DENSE.points // 16),
    "big": Kind(
        layout=many_blocks,
        width_m=(120.0, 120.0),
        length_m=(200.0, 200.0),
        points=12_000_000,
        station_spacing_m=20.0,
        every_aisle=2,
    ),
}


def walls(width: float, length: float, height: float, rng: np.random.Generator) -> list[Record]:
    """Four walls of a hall in its own frame, counter-clockwise from the dock side, with docks and doors."""
    corners = [(0.0, 0.0), (width, 0.0), (width, length), (0.0, length)]
    docks = [
        {"type": "dock", "s0": s, "s1": s + 2.8, "z0": 0.0, "z1": 3.2, "closed": bool(rng.random() < 0.6)}
        for s in np.arange(2.0, width - 4.0, float(rng.uniform(4.5, 7.0))).tolist()
    ]
    s = float(rng.uniform(0.3, 0.6)) * length
    exit_door = {
        "type": "door",
        "s0": s,
        "s1": s + 1.1,
        "z0": 0.0,
        "z1": 2.1,
        "closed": bool(rng.random() < 0.7),
    }
    openings: list[list[Record]] = [docks, [exit_door], [], []]
    return [
        {
            "p0": corners[i],
            "p1": corners[(i + 1) % 4],
            "height": height,
            "thickness": 0.2,
            "openings": openings[i],
        }
        for i in range(4)
    ]


def legs(platform: Polygon, racks: list[Record]) -> list[tuple[float, float]]:
    """Posts under a platform, about 4 m apart, where no rack below stands."""
    x0, y0, x1, y1 = platform.bounds
    places = [
        (float(x), float(y))
        for x in np.linspace(x0 + 0.1, x1 - 0.1, 3)
        for y in np.linspace(y0 + 0.1, y1 - 0.1, max(2, round((y1 - y0) / 4)))
    ]
    taken = shapely.unary_union(
        [rectangle(r["centre"], r["length"], r["depth"], r["yaw"]) for r in racks if r["base_z"] is None]
    ).buffer(0.12)
    return [place for place in places if not shapely.contains_xy(taken, *place)]
