"""Rack rows from the cells that are drawn: bays beside each other, with their uprights."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import shapely

from layouts.drawings.dxf.shapes import Shape
from layouts.drawings.dxf.strokes import Points
from layouts.drawings.dxf.things import Box, Thing, box_of, outline_of
from layouts.drawings.dxf.walls import straight_segments

NEXT_M = 0.2
"""Bays of one row are no further apart, the width of an upright."""

ALIKE_M = 0.005
"""Bays of one row are as deep, and in line, up to this."""

SQUARE = 0.002
"""How far, as a sine, edges of a cell may be turned against it; and lines against the row."""

LONGEST_BAY_M = 4.5
"""A longer cell is a row whose bays are not drawn."""

DEEPEST_M, ACROSS = 1.6, 3
"""A cell whose longer side is its depth is at most so deep, and one of so many in its row."""

UPRIGHT_M = 0.2
"""A cell shorter than this along the row is an upright."""

NEARLY_M, SLIVER_M = 0.002, 0.01
"""Lines that miss each other by less meet; cells narrower than a sliver are none."""


@dataclass(frozen=True, kw_only=True)
class RackRow:
    """A row as drawn: its box along the row (`size` = length, depth), clear bays from its start, uprights."""

    box: Box
    bays: tuple[tuple[float, float], ...]
    upright: float
    is_divided: bool
    names: str
    first: int
    """The first of its shapes, by which rows keep the order in which they are drawn."""


@dataclass(frozen=True, kw_only=True)
class _Cell:
    box: Box
    thing: int


def find_racks(
    things: Sequence[Thing], shapes: Mapping[int, Shape], *, upright_m: float
) -> tuple[list[RackRow], list[Thing]]:
    """Rack rows, and the things that no row could be made of.

    1. The lines of a thing along and across its main direction part it into rectangular cells; symbols drawn
       over them, as diagonals, do not count.
    2. Cells that are in line, equally deep and at most an upright apart are a row, along the direction in
       which more of them follow each other; a single one lies along its longer side.
    3. Narrow cells are uprights. Where bays meet in a line, half an upright of `upright_m` stands on each side;
       where both outer bays are drawn longer by one half, it is theirs: the row ends with whole uprights.
    """
    cells: list[_Cell] = []
    left: list[Thing] = []
    for k, thing in enumerate(things):
        own = _cells_of(thing, shapes)  # 1
        cells += [_Cell(box=box, thing=k) for box in own]
        if not own:
            left.append(thing)
    rows = [_row(chain, things, upright_m) for chain in _chains(_without_inner(cells))]  # 2, 3
    return sorted(rows, key=lambda row: row.first), left


def _cells_of(thing: Thing, shapes: Mapping[int, Shape]) -> list[Box]:
    segments = np.concatenate([np.empty((0, 2, 2)), *(straight_segments(shapes[k]) for k in thing.shapes)])
    lengths = np.linalg.norm(segments[:, 1] - segments[:, 0], axis=1)
    segments, lengths = segments[lengths > 1e-6], lengths[lengths > 1e-6]
    if not len(segments):
        return []
    along = _main_direction(segments, lengths)
    sines = np.abs((segments[:, 1] - segments[:, 0]) @ np.array([-along[1], along[0]])) / lengths
    straight = segments[(sines <= SQUARE) | (sines >= math.sqrt(1 - SQUARE**2))]
    if len(straight) == 4 and (alone := _alone(thing, shapes)) is not None:
        return [alone]
    lines = shapely.union_all(shapely.linestrings(_lengthened(straight)), grid_size=1e-6)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))).tolist()
    boxes = [box for face in faces if (box := _rectangle(shapely.Polygon(face.exterior))) is not None]
    boxes = [box for box in boxes if box.size[1] > SLIVER_M]
    ground = shapely.union_all([box.polygon() for box in boxes])
    envelope = box_of(thing.ground)
    if envelope is not None and ground.area < 0.5 * thing.ground.area:
        outlines = [outline_of(shapes[k]) for k in thing.shapes]
        is_solid = any(outline is not None and _rectangle(outline) is not None for outline in outlines)
        return [envelope] if is_solid or thing.ground.area > 0.9 * envelope.size[0] * envelope.size[1] else []
    return boxes


def _alone(thing: Thing, shapes: Mapping[int, Shape]) -> Box | None:
    """The one rectangle that a thing is, whatever is drawn across it."""
    outlines = [outline for k in thing.shapes if (outline := outline_of(shapes[k])) is not None]
    return _rectangle(outlines[0]) if len(outlines) == 1 else None


def _lengthened(segments: Points) -> Points:
    """Segments a little longer at both ends, so that lines meet that nearly do."""
    edges = segments[:, 1] - segments[:, 0]
    more = NEARLY_M * edges / np.linalg.norm(edges, axis=1, keepdims=True)
    return np.stack([segments[:, 0] - more, segments[:, 1] + more], axis=1)


def _main_direction(segments: Points, lengths: Points) -> Points:
    """The direction, or the one across it, that most of the length has."""
    angles = np.arctan2(*(segments[:, 1] - segments[:, 0]).T[::-1]) % (math.pi / 2)
    best = max(
        range(len(angles)),
        key=lambda k: (
            round(float(lengths[np.abs(np.sin(2 * (angles - angles[k]))) < 2 * SQUARE].sum()), 4),
            round(float(lengths[k]), 4),
            -k,
        ),
    )
    edge = segments[best, 1] - segments[best, 0]
    return np.asarray(edge / lengths[best])


def _rectangle(face: shapely.Polygon) -> Box | None:
    box = box_of(face)
    if box is None or face.area < (1 - 2 * SQUARE) * box.size[0] * box.size[1]:
        return None
    return box


def _without_inner(cells: Sequence[_Cell]) -> list[_Cell]:
    """Without cells that lie in larger ones, as pallets in a bay; but a row's outline around its bays goes."""
    polygons = np.array([cell.box.polygon() for cell in cells], dtype=object)
    if not len(polygons):
        return []
    areas = shapely.area(polygons)
    tree = shapely.STRtree(polygons)
    inside, around = tree.query(shapely.buffer(polygons, -0.003, join_style="mitre"), predicate="covered_by")
    drop: set[int] = set()
    for i in sorted(set(around.tolist()), key=lambda k: -areas[k]):
        parts = [j for j in inside[around == i].tolist() if j != i and areas[j] < 0.98 * areas[i]]
        twins = [j for j in inside[around == i].tolist() if j > i and areas[j] >= 0.98 * areas[i]]
        drop.update(twins)
        if not parts or i in drop:
            continue
        covered = float(shapely.area(shapely.union_all(polygons[parts])))
        full = [j for j in parts if _spans_depth(cells[j].box, cells[i].box)]
        if len(full) >= 2 and covered >= 0.7 * areas[i]:
            drop.add(i)
        else:
            drop.update(parts)
    return [cell for k, cell in enumerate(cells) if k not in drop]


def _spans_depth(inner: Box, outer: Box) -> bool:
    local = _local(outer, np.asarray(inner.polygon().exterior.coords))
    return bool(np.ptp(local[:, 1]) >= 0.95 * outer.size[1])


def _local(box: Box, points: Points) -> Points:
    c, s = math.cos(box.yaw), math.sin(box.yaw)
    return np.asarray((points - box.center) @ np.array([[c, -s], [s, c]]))


def _turned(box: Box) -> Box:
    """The same rectangle, told along its other side."""
    yaw = math.remainder(box.yaw + math.pi / 2, math.pi)
    return Box(center=box.center, size=box.size[::-1], yaw=yaw)


def _chains(cells: Sequence[_Cell]) -> Iterator[list[_Cell]]:
    """Cells by row, each told along the row, in order.

    A cell lies along its longer side, or across it when its longer side is no deeper than racks are and that
    makes a row of ACROSS and more. The rows with most ground come first and take their cells.
    """
    near = _neighbours(cells)
    chains: list[list[tuple[int, Box]]] = []
    seen: set[tuple[int, bool]] = set()
    for k, cell in enumerate(cells):
        for turned in (False, True):
            if (k, turned) in seen or (turned and cell.box.size[0] > DEEPEST_M):
                continue
            frame = _turned(cell.box) if turned else cell.box
            found = _chain(k, frame, cells, near)
            seen.update((j, box.size[0] < box.size[1]) for j, box in found)
            if not turned or len(found) >= ACROSS:
                chains.append(found)
    left = set(range(len(cells)))
    for chain in sorted(chains, key=lambda chain: (-_ground(chain), chain[0][0])):
        chosen = [(j, box) for j, box in chain if j in left]
        left.difference_update(j for j, _ in chosen)
        if chosen:
            yield [replace(cells[j], box=box) for j, box in chosen]


def _neighbours(cells: Sequence[_Cell]) -> list[list[int]]:
    """For each cell those at most an upright away."""
    polygons = np.array([cell.box.polygon() for cell in cells], dtype=object)
    near: list[list[int]] = [[] for _ in cells]
    if len(polygons):
        a, b = shapely.STRtree(polygons).query(polygons, predicate="dwithin", distance=NEXT_M)
        for i, j in sorted(zip(a.tolist(), b.tolist(), strict=True)):
            near[i].append(j)
    return near


def _ground(chain: Sequence[tuple[int, Box]]) -> float:
    return round(sum(box.size[0] * box.size[1] for _, box in chain), 4)


def _chain(
    start: int, frame: Box, cells: Sequence[_Cell], near: Sequence[Sequence[int]]
) -> list[tuple[int, Box]]:
    """The cells in line with one along `frame`, by how far along they are, each told along it."""
    found = {start: (0.0, frame)}
    queue = [start]
    while queue:
        for j in near[queue.pop()]:
            if j not in found and (seen := _in_line(frame, cells[j].box)) is not None:
                found[j] = seen
                queue.append(j)
    ordered = sorted(found.items(), key=lambda item: (round(item[1][0], 6), item[0]))
    return [(j, box) for j, (_, box) in ordered]


def _in_line(frame: Box, box: Box) -> tuple[float, Box] | None:
    for one in (box, _turned(box)):
        center = _local(frame, one.center[None])[0]
        is_parallel = abs(math.sin(one.yaw - frame.yaw)) <= SQUARE
        if is_parallel and abs(center[1]) <= ALIKE_M and abs(one.size[1] - frame.size[1]) <= ALIKE_M:
            return float(center[0]), replace(one, yaw=frame.yaw)
    return None


def _row(chain: Sequence[_Cell], things: Sequence[Thing], upright_m: float) -> RackRow:
    frame = chain[0].box
    spans = []
    for cell in chain:
        at = float(_local(frame, cell.box.center[None])[0, 0])
        spans.append((at - cell.box.size[0] / 2, at + cell.box.size[0] / 2))
    start, end = min(low for low, _ in spans), max(high for _, high in spans)
    drawn = [span for span in spans if span[1] - span[0] > UPRIGHT_M] or spans
    uprights = [high - low for low, high in spans if high - low <= UPRIGHT_M]
    gaps = [b[0] - a[1] for a, b in pairwise(drawn)]
    if uprights or (gaps and min(gaps) > ALIKE_M):
        upright = float(np.median(uprights or gaps))
        bays = tuple((low - start, high - low) for low, high in drawn)
    else:
        upright = upright_m if min(high - low for low, high in drawn) > 2 * upright_m else 0.0
        half = _half_in_ends(drawn)
        if half:
            upright, drawn = 2 * half, _shortened(drawn, half)
        bays = tuple((low - start + upright / 2, high - low - upright) for low, high in drawn)
    c, s = math.cos(frame.yaw), math.sin(frame.yaw)
    center = frame.center + (start + end) / 2 * np.array([c, s])
    members = sorted({cell.thing for cell in chain})
    return RackRow(
        box=Box(center=center, size=(end - start, frame.size[1]), yaw=frame.yaw),
        bays=bays,
        upright=upright,
        is_divided=len(drawn) > 1 or end - start <= LONGEST_BAY_M,
        names=" ".join(dict.fromkeys(things[k].names for k in members)),
        first=min(things[k].shapes[0] for k in members),
    )


def _half_in_ends(drawn: Sequence[tuple[float, float]]) -> float:
    """How much longer than those between both outer bays are drawn, at most half an upright; 0 if they are not."""
    if len(drawn) < 3:
        return 0.0
    first, *inner, last = (high - low for low, high in drawn)
    more = sorted(outer - float(np.median(inner)) for outer in (first, last))
    is_half = more[0] > ALIKE_M and more[1] <= UPRIGHT_M / 2 and more[1] - more[0] <= ALIKE_M
    return sum(more) / 2 if is_half else 0.0


def _shortened(drawn: Sequence[tuple[float, float]], by: float) -> list[tuple[float, float]]:
    """The spans without `by` at the start of the first and at the end of the last."""
    (low, first), (last, high) = drawn[0], drawn[-1]
    return [(low + by, first), *drawn[1:-1], (last, high - by)]
