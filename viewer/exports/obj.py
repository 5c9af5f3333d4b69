"""Wavefront OBJ with its MTL: a group for each element, named by its id; Z up, metres."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from viewer.exports.surface import PART_COLOURS, PARTS, Surface, solids, srgb


def obj_text(surface: Surface, mtl_name: str) -> str:
    """The OBJ, which takes its materials from `mtl_name`; coordinates to the micrometre."""
    return "\n".join(_obj_lines(surface, mtl_name)) + "\n"


def mtl_text() -> str:
    """The materials, one for each of PARTS."""
    return "\n".join(line for part in PARTS for line in _material(part)) + "\n"


def group_name(element_id: str) -> str:
    """An id as one word: spaces, which would part it into several groups, are percent-encoded."""
    return re.sub(r"[\s%]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), element_id)


def _obj_lines(surface: Surface, mtl_name: str) -> Iterator[str]:
    yield "# aisletwin: metres, Z up; a group for each element"
    yield f"mtllib {mtl_name}"
    yield "s off"
    before, last = 1, -1
    for solid in solids(surface):
        if solid.element != last:
            yield f"g {group_name(surface.ids[solid.element])}"
            last = solid.element
        yield f"usemtl {solid.part}"
        yield from map("v %.6f %.6f %.6f".__mod__, map(tuple, (np.round(solid.vertices, 6) + 0.0).tolist()))
        yield from map("f %d %d %d".__mod__, map(tuple, (solid.faces + before).tolist()))
        before += len(solid.vertices)


def _material(part: str) -> Iterator[str]:
    colour = PART_COLOURS[part]
    red, green, blue = srgb(colour)
    yield f"newmtl {part}"
    yield f"Kd {red:.4f} {green:.4f} {blue:.4f}"
    yield f"d {colour[3]:g}"
    yield "illum 1"
