"""Bodies of IFC elements as triangles, from ifcopenshell's geometry kernel."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from layouts.drawings.ifc.kernel import ifc, log_lines
from layouts.drawings.ifc.raw_model import Float64s, Int32s
from layouts.drawings.ifc.representations import keep_bodies
from layouts.drawings.ifc.telling import counted
from spatial.progress import Progress

CHORD_M = 0.0005
"""Curved faces become flat ones that are nowhere farther from them than this."""


@dataclass(frozen=True, kw_only=True)
class Body:
    """Triangles in metres in the file's own frame, the heading of the local x axis, and what went wrong."""

    vertices: Float64s
    faces: Int32s
    heading_rad: float = 0.0
    problem: str = ""


NO_BODY = Body(
    vertices=np.empty((0, 3)), faces=np.empty((0, 3), dtype=np.int32), problem="it has no body in the file"
)


def make_bodies(
    model: Any, products: Sequence[Any], metres: float, progress: Progress
) -> tuple[dict[int, Body], tuple[str, ...]]:
    """The body of every product by record number, and what the kernel complained of.

    Openings are cut out of slabs only: a wall's outline is wanted whole. Elements that the kernel passes over
    are tried one by one, so that each has its own reason.
    """
    bodies: dict[int, Body] = {}
    complaints: list[str] = []
    made = 0
    with_body = keep_bodies(products)
    for each in products:
        bodies[each.id()] = NO_BODY
    for cut in (False, True):
        group = [each for each in with_body if bool(each.is_a("IfcSlab")) == cut]
        if not group:
            continue
        settings = _settings(cut=cut)
        ifc.get_log()
        for shape in _shapes(settings, model, group):
            bodies[shape.id] = _body(shape, metres)
            made += 1
            progress(f"bodies {made} of {len(with_body)}", 0.1 + 0.8 * made / len(with_body))
        complaints += log_lines(ifc.get_log(), "error", "fatal")
        for each in group:
            if bodies[each.id()] is NO_BODY:
                bodies[each.id()] = _single(settings, each, metres)
    return bodies, counted(f"geometry: {line}" for line in complaints)


def _settings(*, cut: bool) -> Any:
    settings = ifc.geom.settings()
    settings.set("convert-back-units", True)  # the unit is ours to apply: see lengths.py
    settings.set("mesher-linear-deflection", CHORD_M)
    settings.set("disable-opening-subtractions", not cut)
    return settings


def _shapes(settings: Any, model: Any, products: Sequence[Any]) -> Iterator[Any]:
    shapes = ifc.geom.iterator(
        settings, model, 1, include=list(products)
    )  # more threads cost more than they gain
    if shapes.initialize():
        yield shapes.get()
        while shapes.next():
            yield shapes.get()


def _single(settings: Any, product: Any, metres: float) -> Body:
    ifc.get_log()
    problem = NO_BODY.problem
    try:
        shape = ifc.geom.create_shape(settings, product)
    except (RuntimeError, ValueError) as error:
        said = list(log_lines(ifc.get_log(), "error", "fatal"))
        problem = f"no body can be made of it: {said[0] if said else error}"
    else:
        if hasattr(shape, "geometry"):
            return _body(shape, metres)
    return replace(NO_BODY, problem=problem)


def _body(shape: Any, metres: float) -> Body:
    vertices = np.array(shape.geometry.verts, dtype=np.float64).reshape(-1, 3)
    faces = np.array(shape.geometry.faces, dtype=np.int32).reshape(-1, 3)
    world_from_local = np.array(shape.transformation.matrix, dtype=np.float64).reshape(4, 4).T
    vertices = vertices @ world_from_local[:3, :3].T + world_from_local[:3, 3]
    return Body(
        vertices=vertices * metres,
        faces=faces,
        heading_rad=math.atan2(world_from_local[1, 0], world_from_local[0, 0]),
        problem="" if len(faces) else "its body has no faces",
    )
