"""A model light enough for a phone: few meshes, no extensions, about its own origin, within a triangle budget.

Google's Scene Viewer asks for at most 100,000 triangles and few materials; Apple's Quick Look is no stronger.
Detail is given up in steps, the least missed first, and lengths never change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from spatial.facility import Facility, Location, Rack
from spatial.meshes.boxes import (
    Boxes,
    Float64s,
    Triangles,
    box_triangles,
    join_boxes,
    make_boxes,
    solid_boxes,
)
from spatial.meshes.facility_scene import Scene
from spatial.meshes.rack_parts import beam_boxes, deck_boxes, in_world, load_boxes, upright_boxes
from viewer.exports.surface import PART_COLOURS, facility_surface
from viewer.exports.thinned import thinned

TRIANGLES = 100_000
RESIDUAL_SHARE = 0.25
"""At least this share of the budget is left to what the scan saw and no element explains."""

RackParts = Mapping[str, Boxes]
Detail = Callable[[Rack, list[Location]], RackParts]


@dataclass(frozen=True, kw_only=True)
class PhoneModel:
    """Triangles by part, metres, Z up, about `origin` (x, y, z) of the world: the middle of the floor.

    `detail` names the step of DETAILS that it keeps; `residual_left_out` tells that it had to go altogether.
    """

    parts: Mapping[str, Triangles]
    origin: tuple[float, float, float]
    detail: str
    residual_left_out: bool = False

    @property
    def triangles(self) -> int:
        """How many there are."""
        return sum(len(faces) for _, faces in self.parts.values())


def phone_model(
    facility: Facility, residual: Triangles | None = None, *, triangles: int = TRIANGLES
) -> PhoneModel:
    """The most detailed model of at most so many triangles. Raises ValueError where none is so small."""
    building = _building(facility)
    kept = 0 if residual is None else min(len(residual[1]), int(RESIDUAL_SHARE * triangles))
    taken = kept + sum(len(faces) for _, faces in building.values())
    detail, racks = _most_detailed(facility, taken=taken, triangles=triangles)
    parts = {**building, **{part: box_triangles(boxes) for part, boxes in racks.items()}}
    left = triangles - taken + kept - _count(racks)
    seen = None if residual is None else thinned(residual, left)
    if seen is not None:
        parts["residual"] = seen
    origin = _origin(facility, parts)
    return PhoneModel(
        parts={part: (vertices - origin, faces) for part, (vertices, faces) in parts.items() if len(faces)},
        origin=origin,
        detail=detail,
        residual_left_out=residual is not None and seen is None,
    )


def add_phone_model(scene: Scene, model: PhoneModel) -> None:
    """Put the model into a scene: a node for each part."""
    for part, (vertices, faces) in model.parts.items():
        scene.add_mesh(part, vertices, faces, PART_COLOURS[part], {"id": part, "kind": part})


def _everything(rack: Rack, stock: list[Location]) -> RackParts:
    pallets, loads = load_boxes(rack, list(enumerate(stock)))
    return {
        "upright": upright_boxes(rack),
        "beam": beam_boxes(rack),
        "deck": deck_boxes(rack),
        "pallet": pallets,
        "load": loads,
    }


def _without_decks(rack: Rack, stock: list[Location]) -> RackParts:
    """Loads stand where their pallets stood, and boards carry nothing that is seen from the aisle."""
    parts = _everything(rack, stock)
    goods = _goods(parts)
    return {"upright": parts["upright"], "beam": parts["beam"], "load": _hulls(goods, goods.element)}


def _loads_by_bay(rack: Rack, stock: list[Location]) -> RackParts:
    """Loads beside each other in one opening are one."""
    parts = _everything(rack, stock)
    goods = _goods(parts)
    loads = _hulls(goods, _openings(stock, bays=1)[goods.element])
    return {"upright": parts["upright"], "beam": parts["beam"], "load": loads}


def _without_braces(rack: Rack, stock: list[Location]) -> RackParts:
    """Of the frames only the posts are left."""
    parts = _loads_by_bay(rack, stock)
    frames = parts["upright"]
    posts = frames.size[:, 2] >= rack.height_m
    return {**parts, "upright": make_boxes(frames.center[posts], frames.size[posts])}


def _bays_as_one(bays: int, rack: Rack, stock: list[Location]) -> RackParts:
    """So many bays beside each other are drawn as one: their loads, their beams, and only the posts between."""
    parts = _without_braces(rack, stock)
    posts, beams, goods = parts["upright"], parts["beam"], _goods(_everything(rack, stock))
    frame = np.arange(len(posts)) // 2  # two posts each
    is_kept = (frame % bays == 0) | (frame == frame.max(initial=0))
    bay = np.searchsorted(sorted(bay.offset_m for bay in rack.bays), beams.center[:, 0]) - 1
    _, height = np.unique(np.round(beams.center[:, 2], 3), return_inverse=True)
    side = beams.center[:, 1] > 0
    return {
        "upright": make_boxes(posts.center[is_kept], posts.size[is_kept]),
        "beam": _hulls(beams, ((bay // bays) * (len(rack.tiers) + 1) + height) * 2 + side),
        "load": _hulls(goods, _openings(stock, bays=bays)[goods.element]),
    }


def _rows(rack: Rack, _stock: list[Location]) -> RackParts:
    """A row is one block."""
    return {"upright": row_block(rack, rack.height_m)}


DETAILS: Mapping[str, Detail] = {
    "everything": _everything,
    "no decks": _without_decks,
    "loads by bay": _loads_by_bay,
    "no braces": _without_braces,
    **{f"{bays} bays as one": partial(_bays_as_one, bays) for bays in (2, 4, 8, 16, 32)},
    "rows as blocks": _rows,
}
"""From the most detailed on."""


def _most_detailed(facility: Facility, *, taken: int, triangles: int) -> tuple[str, dict[str, Boxes]]:
    """The first of DETAILS whose racks find room beside the triangles that are taken, and these racks by part."""
    needed = 0
    for name, detail in DETAILS.items():
        racks = _racks(facility, detail)
        needed = taken + _count(racks)
        if needed <= triangles:
            return name, racks
    raise ValueError(
        f"{triangles} triangles are too few, {needed} are needed: allow more, or export one level alone"
    )


def _count(racks: Mapping[str, Boxes]) -> int:
    return 12 * sum(map(len, racks.values()))


def _goods(parts: RackParts) -> Boxes:
    """Pallets and loads; `element` is a place in the stock."""
    return join_boxes([parts["pallet"], parts["load"]])


def _openings(stock: list[Location], *, bays: int) -> npt.NDArray[np.int64]:
    """A number (S,) for the group of `bays` bays and the tier that each location is in."""
    keys = [(each.bay // bays, each.tier) for each in stock]
    number = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    return np.array([number[key] for key in keys], dtype=np.int64)


def _building(facility: Facility) -> dict[str, Triangles]:
    """Triangles by part of all but racks and their stock, in the world; of floors what is seen from above."""
    surface = facility_surface(facility)
    kept = ~np.isin(
        surface.element, [i for i, kind in enumerate(surface.kinds) if kind in ("rack", "location")]
    )
    parts: dict[str, Triangles] = {}
    for part, colour in enumerate(PART_COLOURS):
        chosen = kept & (surface.part == part)
        if colour == "floor":
            chosen[chosen] = _faces_up(surface.vertices, surface.faces[chosen])
        used, faces = np.unique(surface.faces[chosen], return_inverse=True)
        if len(used):
            parts[colour] = surface.vertices[used], faces.reshape(-1, 3).astype(np.int32)
    return parts


def _faces_up(vertices: Float64s, faces: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """Which of the faces (F, 3) are seen from above."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    return np.asarray(np.cross(b - a, c - a)[:, 2] > 0)


def _racks(facility: Facility, detail: Detail) -> dict[str, Boxes]:
    """World boxes of all rows by part."""
    stock: dict[str, list[Location]] = defaultdict(list)
    for location in facility.locations:
        stock[location.rack].append(location)
    groups: dict[str, list[Boxes]] = defaultdict(list)
    for rack in facility.racks:
        for part, boxes in detail(rack, stock[rack.id]).items():
            groups[part].append(in_world(rack, solid_boxes(boxes)))
    return {part: join_boxes(boxes) for part, boxes in groups.items()}


def row_block(rack: Rack, height_m: float) -> Boxes:
    """One box over the row's footprint, in the row's own frame."""
    return make_boxes((rack.length_m / 2, 0.0, height_m / 2), (rack.length_m, rack.depth_m, height_m))


def _hulls(boxes: Boxes, groups: npt.NDArray[np.integer[Any]]) -> Boxes:
    """The box around all boxes of each group (B,)."""
    found, place = np.unique(groups, return_inverse=True)
    low, high = np.full((len(found), 3), np.inf), np.full((len(found), 3), -np.inf)
    np.minimum.at(low, place, boxes.center - boxes.size / 2)
    np.maximum.at(high, place, boxes.center + boxes.size / 2)
    return make_boxes((low + high) / 2, high - low)


def _origin(facility: Facility, parts: Mapping[str, Triangles]) -> tuple[float, float, float]:
    """The middle of everything, at the height of the lowest floor; rounded to centimetres."""
    points: Float64s = np.concatenate([vertices for vertices, _ in parts.values()] or [np.zeros((1, 3))])
    low, high = points.min(axis=0), points.max(axis=0)
    floor = min((level.elevation_m for level in facility.levels), default=float(low[2]))
    x, y = ((low + high) / 2).tolist()[:2]
    return round(x, 2), round(y, 2), round(floor, 2)
