"""One entity of a drawing as strokes: its lines as points, curves cut into chords."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import ezdxf.path
import numpy as np
import numpy.typing as npt
from ezdxf.math import OCS, Vec2, bulge_to_arc

Points: TypeAlias = npt.NDArray[np.float64]

MOST_CHORDS = 5000
"""Of one curve; a tighter sagitta than that allows is not kept."""


def _no_arcs() -> Points:
    return np.empty((0, 4, 3))


@dataclass(frozen=True, kw_only=True)
class Stroke:
    """A line through `points` (N, 3); `arcs` (K, 4, 3) are centre, start, middle and end of its circular parts.

    `is_chord` (N,) tells of each point whether the line from it to the next one stands for a curve.
    """

    points: Points
    closed: bool = False
    is_chord: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    arcs: Points = field(default_factory=_no_arcs)
    width: float = 0.0

    def moved(self, matrix: Points) -> Stroke:
        """The stroke under a (4, 4) matrix that multiplies rows from the right."""
        scale = math.sqrt(abs(float(np.linalg.det(matrix[:2, :2]))))
        return Stroke(
            points=_moved(self.points, matrix),
            closed=self.closed,
            is_chord=self.is_chord,
            arcs=_moved(self.arcs.reshape(-1, 3), matrix).reshape(-1, 4, 3),
            width=self.width * scale,
        )


def _moved(points: Points, matrix: Points) -> Points:
    return np.asarray(points @ matrix[:3, :3] + matrix[3, :3])


def strokes_of(entity: Any, sagitta: float) -> list[Stroke] | None:
    """The strokes of one entity in world coordinates of where it is defined; None for a kind that has none.

    Curves stay within `sagitta` of their chords. Entities that are drawn by others, as multilines are by
    lines, give the strokes of those.
    """
    reader = _READERS.get(entity.dxftype())
    return None if reader is None else [each for each in reader(entity, sagitta) if len(each.points)]


def _line(entity: Any, _: float) -> Iterator[Stroke]:
    yield _straight([entity.dxf.start, entity.dxf.end], closed=False)


def _point(entity: Any, _: float) -> Iterator[Stroke]:
    yield _straight([entity.dxf.location], closed=False)


def _straight(points: Iterable[Any], *, closed: bool) -> Stroke:
    array = np.array([tuple(point) for point in points], dtype=np.float64).reshape(-1, 3)
    if closed and len(array) > 1 and np.array_equal(array[0], array[-1]):
        array = array[:-1]
    return Stroke(points=array, closed=closed, is_chord=np.zeros(len(array), bool))


def _curve(points: Iterable[Any], *, closed: bool, arcs: Points | None = None) -> Stroke:
    line = _straight(points, closed=closed)
    chords = np.ones(len(line.points), bool)
    return Stroke(
        points=line.points, closed=closed, is_chord=chords, arcs=_no_arcs() if arcs is None else arcs
    )


def _circle(entity: Any, sagitta: float) -> Iterator[Stroke]:
    radius = abs(entity.dxf.radius)
    yield _curve(entity.flattening(_reachable(sagitta, radius)), closed=True)


def _arc(entity: Any, sagitta: float) -> Iterator[Stroke]:
    dxf, ocs = entity.dxf, entity.ocs()
    first, last = math.radians(dxf.start_angle), math.radians(dxf.end_angle)
    yield _arc_between(dxf.center, abs(dxf.radius), first, last, ocs, sagitta)


def _arc_between(center: Any, radius: float, first: float, last: float, ocs: OCS, sagitta: float) -> Stroke:
    """Counter-clockwise from `first` to `last` in the plane of `ocs`."""
    sweep = (last - first) % math.tau or math.tau
    angles = first + np.linspace(0.0, sweep, _chords(radius, sweep, sagitta) + 1)
    ring = _on_circle(center, radius, angles)
    marks = np.vstack([[tuple(center)], _on_circle(center, radius, first + sweep * np.array([0, 0.5, 1]))])
    return _curve(_in_world(ring, ocs), closed=False, arcs=_in_world(marks, ocs)[None])


def _on_circle(center: Any, radius: float, angles: Points) -> Points:
    z = np.full(len(angles), center[2])
    return np.column_stack([center[0] + radius * np.cos(angles), center[1] + radius * np.sin(angles), z])


def _in_world(points: Points, ocs: OCS) -> Points:
    if not ocs.transform:
        return points
    return np.array([tuple(point) for point in ocs.points_to_wcs(points)]).reshape(-1, 3)


def _chords(radius: float, sweep: float, sagitta: float) -> int:
    step = 2 * math.acos(max(1.0 - sagitta / radius, 0.5)) if radius > sagitta else math.pi / 3
    return int(min(max(math.ceil(sweep / step), 2), MOST_CHORDS))


def _reachable(sagitta: float, radius: float) -> float:
    """The sagitta, or the one that takes MOST_CHORDS around a whole circle."""
    return max(sagitta, radius * (1 - math.cos(math.pi / MOST_CHORDS)), 1e-12)


def _ellipse(entity: Any, sagitta: float) -> Iterator[Stroke]:
    sweep = (entity.dxf.end_param - entity.dxf.start_param) % math.tau
    closed = math.isclose(sweep, 0.0, abs_tol=1e-9) or math.isclose(sweep, math.tau, abs_tol=1e-9)
    distance = _reachable(sagitta, entity.dxf.major_axis.magnitude)
    yield _curve(entity.flattening(distance), closed=closed)


def _spline(entity: Any, sagitta: float) -> Iterator[Stroke]:
    yield _curve(entity.flattening(sagitta), closed=bool(entity.closed))


def _lwpolyline(entity: Any, sagitta: float) -> Iterator[Stroke]:
    rows = [(x, y, bulge) for x, y, _, _, bulge in entity.get_points()]
    widths = {width for _, _, *both, _ in entity.get_points() for width in both}
    width = entity.dxf.const_width or (widths.pop() if len(widths) == 1 else 0.0)
    yield _bulged(rows, entity.dxf.elevation, bool(entity.closed), entity.ocs(), sagitta, width)


def _polyline(entity: Any, sagitta: float) -> Iterator[Stroke]:
    if entity.is_polygon_mesh or entity.is_poly_face_mesh:
        for face in entity.virtual_entities():
            yield from _faces(face, sagitta)
    elif entity.is_2d_polyline:
        drawn = [each.dxf for each in entity.vertices if not each.dxf.flags & 16]
        rows = [(dxf.location.x, dxf.location.y, dxf.get("bulge", 0.0)) for dxf in drawn]
        width = entity.dxf.get("default_start_width", 0.0)
        width = width if width == entity.dxf.get("default_end_width", 0.0) else 0.0
        elevation = entity.dxf.get("elevation", (0, 0, 0))[2]
        yield _bulged(rows, elevation, entity.is_closed, entity.ocs(), sagitta, width)
    else:
        drawn3 = [each.dxf.location for each in entity.vertices if not each.dxf.flags & 16]
        yield _straight(drawn3, closed=entity.is_closed)


def _bulged(
    rows: Sequence[tuple[float, float, float]],
    elevation: float,
    closed: bool,
    ocs: OCS,
    sagitta: float,
    width: float,
) -> Stroke:
    """A polyline of x, y, bulge in its plane; a bulge is the tangent of a quarter of the arc's angle."""
    pieces: list[Points] = []
    chord: list[bool] = []
    arcs: list[Points] = []
    count = len(rows)
    for i, (x, y, bulge) in enumerate(rows):
        pieces.append(np.array([[x, y, elevation]]))
        chord.append(False)
        is_last = i == count - 1
        following = rows[(i + 1) % count]
        if not bulge or (is_last and not closed) or (x, y) == following[:2]:
            continue
        center, first, last, radius = bulge_to_arc((x, y), following[:2], bulge)
        arc = _arc_between(Vec2(center).vec3.replace(z=elevation), radius, first, last, OCS(), sagitta)
        run = arc.points if bulge > 0 else arc.points[::-1]
        pieces.append(run[1:-1])
        chord[-1:] = [True] * (len(run) - 1)
        arcs.append(arc.arcs[0])
    points = _in_world(np.vstack(pieces), ocs) if pieces else np.empty((0, 3))
    marks = _in_world(np.reshape(arcs, (-1, 3)), ocs).reshape(-1, 4, 3) if arcs else _no_arcs()
    return Stroke(points=points, closed=closed, is_chord=np.array(chord), arcs=marks, width=float(width))


def _faces(entity: Any, _: float) -> Iterator[Stroke]:
    yield _straight(entity.wcs_vertices(), closed=True)


def _mesh(entity: Any, _: float) -> Iterator[Stroke]:
    vertices = [tuple(vertex) for vertex in entity.vertices]
    for face in entity.faces:
        yield _straight([vertices[i] for i in face], closed=True)


def _drawn_by_others(entity: Any, sagitta: float) -> Iterator[Stroke]:
    for part in entity.virtual_entities():
        yield from strokes_of(part, sagitta) or ()


def _hatch(entity: Any, sagitta: float) -> Iterator[Stroke]:
    """The boundaries; those given by a polyline or by lines and arcs exactly, others as their path."""
    ocs, elevation = entity.ocs(), entity.dxf.elevation[2]
    for boundary in entity.paths:
        if hasattr(boundary, "vertices"):
            yield _bulged(list(boundary.vertices), elevation, True, ocs, sagitta, 0.0)
            continue
        edges = list(_edges(boundary.edges, elevation, sagitta))
        if len(edges) == len(boundary.edges):
            yield _curve(_in_world(np.vstack(edges), ocs), closed=True)
            continue
        path = ezdxf.path.from_hatch_edge_path(boundary, ocs, elevation)
        for part in path.sub_paths():
            yield _curve(part.flattening(sagitta / 2), closed=True)


def _edges(edges: Iterable[Any], elevation: float, sagitta: float) -> Iterator[Points]:
    for edge in edges:
        if hasattr(edge, "start") and hasattr(edge, "end"):
            yield np.array([[edge.start.x, edge.start.y, elevation], [edge.end.x, edge.end.y, elevation]])
        elif type(edge).__name__ == "ArcEdge":
            first, last = math.radians(edge.start_angle), math.radians(edge.end_angle)
            center = Vec2(edge.center).vec3.replace(z=elevation)
            arc = _arc_between(center, edge.radius, first, last, OCS(), sagitta).points
            yield arc if edge.ccw else arc[::-1]


_READERS: Mapping[str, Callable[[Any, float], Iterator[Stroke]]] = {
    "LINE": _line,
    "POINT": _point,
    "CIRCLE": _circle,
    "ARC": _arc,
    "ELLIPSE": _ellipse,
    "SPLINE": _spline,
    "LWPOLYLINE": _lwpolyline,
    "POLYLINE": _polyline,
    "SOLID": _faces,
    "TRACE": _faces,
    "3DFACE": _faces,
    "MESH": _mesh,
    "MLINE": _drawn_by_others,
    "HATCH": _hatch,
    "MPOLYGON": _hatch,
}


def text_of(entity: Any) -> tuple[str, Points] | None:
    """The words of a text entity in one line and where they stand (3,); None for every other entity."""
    kind = entity.dxftype()
    if kind not in ("TEXT", "MTEXT", "ATTRIB"):
        return None
    said = entity.plain_text()
    place = np.array([tuple(entity.dxf.insert)], dtype=np.float64)
    if kind != "MTEXT":
        place = _in_world(place, entity.ocs())
    return " ".join(str(said).split()), place[0]
