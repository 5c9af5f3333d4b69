"""The solid parts of a rack row and of what stands in it, as boxes in the row's own frame.

The frame is that of `spatial.locations`: u along the row from its start, v to the left, w up from `base_z_m`.
Dimensions that a Facility does not carry are those of common make, named below; they make the picture and the
virtual scan lifelike and enter no figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from spatial.facility import Bay, Location, Rack, Tier
from spatial.locations import world_from_rack
from spatial.meshes.boxes import Boxes, make_boxes
from spatial.poses import transform_points

POST_DEPTH_M = 0.08
BRACE_M = 0.035
BRACE_SPACING_M = 1.2
BEAM_DEPTH_M = 0.05
CROSSBAR_M = 0.04
BOARD_M = 0.03
PALLET_M = 0.144
LOAD_GAP_M = 0.06
DEFAULT_FILL = 0.8
"""How much of its place a load takes when nobody measured it."""


def in_world(rack: Rack, boxes: Boxes) -> Boxes:
    """Boxes of the row's own frame, in the world frame."""
    center = transform_points(world_from_rack(rack), boxes.center)
    return Boxes(center, boxes.size, boxes.yaw + rack.yaw_rad, boxes.element)


def upright_boxes(rack: Rack, element: int = 0) -> Boxes:
    """Front and rear posts of every frame, and the level braces that join them."""
    width, depth = max(rack.upright_width_m, 0.02), min(POST_DEPTH_M, rack.depth_m / 2)
    along = _frame_middles(rack)
    heights = np.arange(0.15, rack.height_m, BRACE_SPACING_M)
    posts = [(u, v, rack.height_m / 2) for u in along for v in _edges(rack, depth)]
    braces = [(u, 0.0, w) for u in along for w in heights]
    sizes = [(width, depth, rack.height_m)] * len(posts)
    sizes += [(BRACE_M, rack.depth_m - 2 * depth, BRACE_M)] * len(braces)
    return make_boxes(posts + braces, np.reshape(sizes, (-1, 3)), 0.0, element)


def beam_boxes(rack: Rack, element: int = 0) -> Boxes:
    """Front and rear beams of every tier and bay, but for the missing ones; shelving has none."""
    beams = [
        (
            (bay.offset_m + bay.width_m / 2, v, tier.z_m - tier.beam_height_m / 2),
            (bay.width_m, BEAM_DEPTH_M, tier.beam_height_m),
        )
        for bay, tier in _carried(rack)
        for v in _edges(rack, BEAM_DEPTH_M)
        if rack.kind != "shelving"
    ]
    return _from_pairs(beams, element)


def deck_boxes(rack: Rack, element: int = 0) -> Boxes:
    """What spans the beams: a board on every tier of shelving, two crossbars per bay elsewhere."""
    inner = rack.depth_m - 2 * BEAM_DEPTH_M
    parts = []
    for bay, tier in _carried(rack):
        if rack.kind == "shelving":
            board = min(tier.beam_height_m or BOARD_M, BOARD_M)
            center = (bay.offset_m + bay.width_m / 2, 0.0, tier.z_m - board / 2)
            parts.append((center, (bay.width_m, rack.depth_m, board)))
        else:
            for share in (0.25, 0.75):
                center = (bay.offset_m + share * bay.width_m, 0.0, tier.z_m - CROSSBAR_M / 2)
                parts.append((center, (CROSSBAR_M, inner, CROSSBAR_M)))
    return _from_pairs(parts, element)


def load_boxes(rack: Rack, locations: Iterable[tuple[int, Location]]) -> tuple[Boxes, Boxes]:
    """Pallets and loads in the occupied ones of (element, location) pairs of this rack.

    A load fills `fill` of its place's height, pallet included, and keeps a small gap to its neighbours.
    Shelving carries loads without pallets.
    """
    rack_from_world = np.linalg.inv(world_from_rack(rack))
    pallets, loads, elements = [], [], []
    for element, location in locations:
        if location.state != "occupied":
            continue
        u, v, w = rack_from_world[:3, :3] @ location.center + rack_from_world[:3, 3]
        length, depth, height = location.size_m
        bottom = w - height / 2
        base = min(PALLET_M, height / 2) if rack.kind != "shelving" else 0.0
        top = max(height * (DEFAULT_FILL if location.fill is None else location.fill), base)
        plan = (max(length - LOAD_GAP_M, length / 2), max(depth - LOAD_GAP_M, depth / 2))
        pallets.append(((u, v, bottom + base / 2), (*plan, base)))
        loads.append(((u, v, bottom + (base + top) / 2), (*plan, top - base)))
        elements.append(element)
    return _from_pairs(pallets, elements), _from_pairs(loads, elements)


def _from_pairs(
    parts: list[tuple[tuple[float, float, float], tuple[float, float, float]]], element: list[int] | int
) -> Boxes:
    centers = np.reshape([center for center, _ in parts], (-1, 3))
    return make_boxes(centers, np.reshape([size for _, size in parts], (-1, 3)), 0.0, element)


def _edges(rack: Rack, thickness: float) -> tuple[float, float]:
    """V of the middle of a part of that thickness which is flush with the rear and the front face."""
    v = (rack.depth_m - thickness) / 2
    return -v, v


def _carried(rack: Rack) -> Iterator[tuple[Bay, Tier]]:
    missing = set(rack.missing_beams)
    for i, bay in enumerate(rack.bays):
        for j, tier in enumerate(rack.tiers):
            if (i, j) not in missing:
                yield bay, tier


def _frame_middles(rack: Rack) -> list[float]:
    """U of every frame: in the middle of the gap between two bays, and beside the first and the last."""
    half = rack.upright_width_m / 2
    if not rack.bays:
        return [half, rack.length_m - half]
    bays = sorted(rack.bays, key=lambda bay: bay.offset_m)
    ends = [bay.offset_m + bay.width_m for bay in bays]
    between = [(end + bay.offset_m) / 2 for end, bay in zip(ends, bays[1:], strict=False)]
    return [bays[0].offset_m - half, *between, ends[-1] + half]
