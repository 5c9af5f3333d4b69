"""From the parts of a plan to a Facility: names, heights, openings, and the floor."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import shapely

from layouts.drawings.dxf.openings import kind_of_opening
from layouts.drawings.dxf.rack_sides import sides_of
from layouts.drawings.dxf.racks import RackRow
from layouts.drawings.dxf.roles import PlanHeights
from layouts.drawings.dxf.shapes import Shape
from layouts.drawings.dxf.strokes import Points
from layouts.drawings.dxf.things import Box, Thing, box_of
from layouts.drawings.dxf.wall_ground import ring_of
from layouts.drawings.dxf.wall_runs import Fitting, Gap, Run
from spatial.facility import (
    Bay,
    Column,
    Location,
    Obstacle,
    ObstacleKind,
    Opening,
    Point2,
    Rack,
    RackKind,
    Station,
    StationKind,
    Tier,
    Wall,
)
from spatial.locations import location_box

LevelAt = Callable[[npt.ArrayLike], str]
"""The level at a place in plan."""

RACK_KINDS: tuple[tuple[RackKind, str], ...] = (
    ("cantilever", "cantilever|kragarm"),
    ("flow", "flow|durchlauf"),
    ("shelving", "shelv|shelf|fachboden|etagere|hylla|legbord"),
)
OBSTACLE_KINDS: tuple[tuple[ObstacleKind, str], ...] = (
    ("conveyor", "convey|foerder|förder|transportband|transportador|rollenbahn"),
    ("machine", "machine|maschine|maquina|máquina|macchina|equip|eqpm"),
)
STATION_KINDS: tuple[tuple[StationKind, str], ...] = (
    ("charge", "charg|lade"),
    ("dock", "dock|quai|laad"),
    ("depot", "depot"),
    ("p_and_d", "p.?&.?d|p_and_d|uebergabe|übergabe|transfer"),
)


@dataclass(frozen=True, kw_only=True)
class Label:
    """A text of the drawing and where it stands, by the index of its shape."""

    text: str
    at: Point2
    shape: int


def labels_of(texts: Iterable[tuple[int, Shape]]) -> list[Label]:
    """Labels of text shapes with their index."""
    return [Label(text=shape.text or "", at=_point(shape.points[0]), shape=k) for k, shape in texts]


class Names:
    """Names for elements: the text drawn on them where it is theirs alone, else a letter and a number."""

    def __init__(self, labels: Sequence[Label]) -> None:
        self.labels = labels
        self.used: set[int] = set()
        self.tree = shapely.STRtree([shapely.Point(label.at) for label in labels])

    def of(self, letter: str, grounds: Sequence[shapely.Geometry]) -> list[str]:
        """A name for each ground, none twice."""
        inside = [
            [self.labels[k] for k in sorted(self.tree.query(ground, predicate="intersects").tolist())]
            for ground in grounds
        ]
        said = [own[0].text if len(own) == 1 and len(own[0].text) <= 24 else "" for own in inside]
        names = []
        for i, (text, own) in enumerate(zip(said, inside, strict=True)):
            if text and said.count(text) == 1 and not re.fullmatch(rf"{letter}\d+", text):
                self.used.add(own[0].shape)
                names.append(text)
            else:
                names.append(f"{letter}{i + 1}")
        return names


def wall_elements(
    runs: Sequence[Run], fittings: Sequence[Fitting], heights: PlanHeights, level_at: LevelAt
) -> tuple[Wall, ...]:
    """Walls W1, W2, … with openings D1, D2, …; passages are as high as the wall."""
    numbers = iter(range(1, 1 + sum(len(run.gaps) for run in runs)))
    return tuple(
        Wall(
            id=f"W{i + 1}",
            level=level_at((run.piece.p0 + run.piece.p1) / 2),
            p0=_point(run.piece.p0),
            p1=_point(run.piece.p1),
            height_m=heights.wall_m,
            thickness_m=metres(run.piece.thickness) or None,
            openings=tuple(
                _opening(gap, f"D{next(numbers)}", run, fittings, heights)
                for gap in run.gaps
                if gap.s1 > gap.s0
            ),
        )
        for i, run in enumerate(runs)
    )


def _opening(gap: Gap, name: str, run: Run, fittings: Sequence[Fitting], heights: PlanHeights) -> Opening:
    kind = kind_of_opening(None if gap.fitting is None else fittings[gap.fitting], gap.s1 - gap.s0)
    tops = {"door": heights.door_m, "window": heights.window_head_m, "passage": heights.wall_m}
    top = min(tops.get(kind, heights.gate_m), heights.wall_m)
    return Opening(
        id=name,
        kind=kind,
        s0_m=metres(max(gap.s0, 0.0)),
        s1_m=metres(min(gap.s1, run.piece.length)),
        z0_m=min(heights.window_sill_m, top) if kind == "window" else 0.0,
        z1_m=top,
    )


def column_elements(
    boxes: Sequence[Box], heights: PlanHeights, names: Names, level_at: LevelAt
) -> tuple[Column, ...]:
    """Columns as high as the walls, unless told otherwise."""
    ids = names.of("C", [box.polygon() for box in boxes])
    return tuple(
        Column(
            id=name,
            level=level_at(box.center),
            center=_point(box.center),
            size_m=(metres(box.size[0]), metres(box.size[1])),
            yaw_rad=box.yaw,
            height_m=heights.column_m or heights.wall_m,
        )
        for name, box in zip(ids, boxes, strict=True)
    )


def rack_elements(
    rows: Sequence[RackRow],
    solids: Sequence[shapely.Geometry],
    heights: PlanHeights,
    names: Names,
    level_at: LevelAt,
) -> tuple[Rack, ...]:
    """Rack rows, with the tiers that `heights` give them."""
    ids = names.of("R", [row.box.polygon() for row in rows])
    sides = sides_of(rows, solids)
    return tuple(
        Rack(
            id=name,
            level=level_at(row.box.center),
            kind=_kind(row.names, RACK_KINDS, "pallet_rack"),
            center=_point(row.box.center),
            base_z_m=0.0,
            yaw_rad=row.box.yaw,
            length_m=metres(row.box.size[0]),
            depth_m=metres(row.box.size[1]),
            height_m=heights.rack_m,
            upright_width_m=metres(row.upright),
            bays=tuple(
                Bay(offset_m=metres(max(offset, 0.0)), width_m=metres(width)) for offset, width in row.bays
            ),
            tiers=tuple(Tier(z_m=z) for z in heights.rack_tiers_m),
            faces=faces,
            back_to_back=None if mate is None else ids[mate],
        )
        for name, row, (faces, mate) in zip(ids, rows, sides, strict=True)
    )


def location_elements(racks: Sequence[Rack], heights: PlanHeights) -> tuple[Location, ...]:
    """The empty places of racks with tiers, RACK-BAY-TIER-POSITION, all counted from 1; none without tiers."""
    return tuple(
        Location(
            id=f"{rack.id}-{bay + 1:02}-{tier + 1:02}-{position:02}",
            rack=rack.id,
            bay=bay,
            tier=tier,
            position=position,
            center=center,
            size_m=size,
            state="empty",
        )
        for rack in racks
        if rack.tiers
        for bay in range(len(rack.bays))
        for tier in range(len(rack.tiers) + 1)
        for position in range(1, heights.rack_positions + 1)
        for center, size in [location_box(rack, bay, tier, position, heights.rack_positions)]
    )


def obstacle_elements(
    things: Sequence[Thing], heights: PlanHeights, names: Names, level_at: LevelAt
) -> tuple[Obstacle, ...]:
    """Obstacles by their outlines, one for each separate part."""
    parts = [
        (part, thing)
        for thing in things
        for part in shapely.get_parts(thing.ground).tolist()
        if part.geom_type == "Polygon" and part.area > 0
    ]
    ids = names.of("O", [part for part, _ in parts])
    return tuple(
        Obstacle(
            id=name,
            level=level_at(shapely.get_coordinates(part.representative_point())[0]),
            kind=_kind(thing.names, OBSTACLE_KINDS, "unknown"),
            footprint=ring_of(shapely.geometry.polygon.orient(part).exterior),
            z0_m=0.0,
            z1_m=heights.obstacle_m,
            movable=False,
        )
        for name, (part, thing) in zip(ids, parts, strict=True)
    )


def station_elements(things: Sequence[Thing], names: Names, level_at: LevelAt) -> tuple[Station, ...]:
    """Stations in the middle of what is drawn."""
    ids = names.of("S", [thing.ground.buffer(0.3) for thing in things])
    return tuple(_station(name, thing, level_at) for name, thing in zip(ids, things, strict=True))


def _station(name: str, thing: Thing, level_at: LevelAt) -> Station:
    box = box_of(thing.ground)
    x, y = _point(thing.points.mean(axis=0) if box is None else box.center)
    kind = _kind(f"{thing.names} {name}", STATION_KINDS, "pack")
    return Station(id=name, level=level_at((x, y)), kind=kind, pose=(x, y, 0.0 if box is None else box.yaw))


_Kind = TypeVar("_Kind", bound=str)


def _kind(names: str, kinds: Sequence[tuple[_Kind, str]], otherwise: _Kind) -> _Kind:
    return next((kind for kind, words in kinds if re.search(words, names.lower())), otherwise)


def _point(xy: Points) -> Point2:
    return metres(xy[0]), metres(xy[1])


def metres(length: float) -> float:
    """A length to the micrometre; never −0."""
    return round(float(length), 6) + 0.0


def solids_of(
    runs: Sequence[Run], columns: Sequence[Box], obstacles: Sequence[Thing]
) -> Iterator[shapely.Geometry]:
    """The ground that walls, columns and obstacles take."""
    for run in runs:
        yield (
            run.body() if run.piece.thickness else shapely.LineString(np.array([run.piece.p0, run.piece.p1]))
        )
    for box in columns:
        yield box.polygon()
    for thing in obstacles:
        yield thing.ground
