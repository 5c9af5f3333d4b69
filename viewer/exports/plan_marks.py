"""What a plan is drawn with: areas, lines and words of elements, in the world's x, y, metres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from spatial.meshes.boxes import Boxes

Layer = Literal[
    "floor",
    "hole",
    "wall",
    "door",
    "column",
    "rack",
    "bay",
    "pick_face",
    "obstacle",
    "aisle",
    "station",
    "link",
]
Place = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Area:
    """A closed polygon of an element."""

    layer: Layer
    id: str
    points: Sequence[Place]
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """An open line of an element."""

    layer: Layer
    id: str
    points: Sequence[Place]


@dataclass(frozen=True, kw_only=True)
class Words:
    """A name or a remark in the middle of `at`, along `yaw_rad`; there is room for `length_m` × `height_m`.

    Where that is too little for the text, `brief` stands for it, then the id.
    """

    layer: Layer
    id: str
    text: str
    at: Place
    yaw_rad: float = 0.0
    length_m: float = math.inf
    height_m: float = math.inf
    brief: str = ""


def footprint(boxes: Boxes, i: int) -> list[Place]:
    """The corners of one of the boxes, seen from above."""
    half_u, half_v = boxes.size[i, :2] / 2
    c, s = math.cos(boxes.yaw[i]), math.sin(boxes.yaw[i])
    x, y = boxes.center[i, :2]
    corners = ((-half_u, -half_v), (half_u, -half_v), (half_u, half_v), (-half_u, half_v))
    return [(float(x + c * u - s * v), float(y + s * u + c * v)) for u, v in corners]
