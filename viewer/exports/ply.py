"""Binary PLY whose faces know their element; the header's comments are the table of elements. Z up, metres."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from viewer.exports.surface import PART_COLOURS, PARTS, Surface, srgb

_FACE = np.dtype(
    [("count", "u1"), ("vertices", "<i4", 3), ("element", "<i4"), ("part", "u1"), ("colour", "u1", 3)]
)


def ply_bytes(surface: Surface) -> bytes:
    """The PLY: float64 vertices, and faces with `element`, `part` and colour.

    A comment `element N {"id": …, "kind": …, "level": …}` tells what element N is, `part N name` what part N is.
    """
    faces = np.zeros(len(surface.faces), _FACE)
    faces["count"] = 3
    faces["vertices"] = surface.faces
    faces["element"] = surface.element
    faces["part"] = surface.part
    colours = np.array([srgb(PART_COLOURS[part]) for part in PARTS])
    faces["colour"] = np.round(colours * 255).astype(np.uint8)[surface.part]
    header = "".join(f"{line}\n" for line in _header(surface))
    return header.encode("ascii") + surface.vertices.astype("<f8").tobytes() + faces.tobytes()


def _header(surface: Surface) -> Iterator[str]:
    yield "ply"
    yield "format binary_little_endian 1.0"
    yield "comment aisletwin: metres, Z up"
    for number, element in enumerate(zip(surface.ids, surface.kinds, surface.levels, strict=True)):
        yield f"comment element {number} {json.dumps(dict(zip(('id', 'kind', 'level'), element, strict=True)))}"
    for number, part in enumerate(PARTS):
        yield f"comment part {number} {part}"
    yield f"element vertex {len(surface.vertices)}"
    yield from (f"property double {axis}" for axis in "xyz")
    yield f"element face {len(surface.faces)}"
    yield "property list uchar int vertex_indices"
    yield "property int element"
    yield "property uchar part"
    yield from (f"property uchar {colour}" for colour in ("red", "green", "blue"))
    yield "end_header"
