"""The solid world of a truth file: every beam, post, deck, pallet and thing a box, the floor on its formula."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from hall_frame import Floats, Record, floor_z, turn
from hall_things import PALLET_M
from shapely import Polygon

from spatial.facility import Opening, Wall
from spatial.meshes.boxes import Boxes, box_triangles, join_boxes, make_boxes
from spatial.meshes.building_parts import door_boxes, outward_side, wall_boxes

PARTS = (
    "floor", "wall", "door", "roof", "column", "upright", "brace", "beam", "deck", "pallet", "load", "thing",
    "platform", "mover",
)  # fmt: skip
BEAM_DEPTH_M = 0.05
PALLET_DEPTH_M = 1.2
_FLOOR_CELL_M, _YARD_M = 0.5, 3.0
_Box: TypeAlias = tuple[float, float, float, float, float, float]
"""Middle u, v along and across, bottom w above the base; length, depth and height."""


@dataclass(frozen=True)
class Solid:
    """Triangles of a hall, metres: `vertices` (V, 3), `faces` (F, 3), `part` (F,) an index in PARTS."""

    vertices: Floats
    faces: npt.NDArray[np.int32]
    part: npt.NDArray[np.int32]

    def plus(self, other: Solid) -> Solid:
        return Solid(
            np.concatenate([self.vertices, other.vertices]),
            np.concatenate([self.faces, other.faces + np.int32(len(self.vertices))]),
            np.concatenate([self.part, other.part]),
        )


def hall_solid(truth: Record, rng: np.random.Generator) -> Solid:
    """The hall of a truth dict; `rng` decides how crooked the loads stand."""
    return _floor(truth).plus(_solid(join_boxes(list(_all_boxes(truth, rng)))))


def movers_solid(places: Iterable[Floats], truth: Record) -> Solid:
    """People who walk about, each where one station saw it."""
    people = [_person(place.tolist(), float(floor_z(truth, place)[0]), 0.0, "mover") for place in places]
    return _solid(join_boxes(people))


def _all_boxes(truth: Record, rng: np.random.Generator) -> Iterator[Boxes]:
    yield from _building(truth)
    slots: dict[int, list[list[float]]] = {rack["id"]: [] for rack in truth["racks"]}
    for slot in truth["slots"]:
        slots[int(slot[0])].append(slot)
    for rack in truth["racks"]:
        yield from _rack(rack, slots[rack["id"]], rng)
    for platform in truth["mezzanines"]:
        yield from _platform(platform, truth)
    for stack in truth["stacks"]:
        length, depth, height = stack["size"]
        yield _placed(stack, truth, [(0, 0, 0, length, depth, height)])
    for conveyor in truth["conveyors"]:
        yield _placed(conveyor, truth, list(_conveyor(conveyor["length"], conveyor["width"])))
    for thing in truth["clutter"]:
        yield _placed(thing, truth, _CLUTTER[thing["kind"]])


def _building(truth: Record) -> Iterator[Boxes]:
    outline = Polygon([wall["p0"] for wall in truth["walls"]])
    for record in truth["walls"]:
        openings = tuple(
            Opening(
                id=str(i), kind=o["type"], s0_m=o["s0"], s1_m=o["s1"], z0_m=o["z0"], z1_m=o["z1"],
                closed=o.get("closed", False),
            )
            for i, o in enumerate(record["openings"])
        )  # fmt: skip
        wall = Wall(
            id="W", level="L0", p0=tuple(record["p0"]), p1=tuple(record["p1"]), height_m=record["height"],
            thickness_m=record["thickness"], openings=openings,
        )  # fmt: skip
        base = float(floor_z(truth, np.linspace(record["p0"], record["p1"], 50)).min()) - 0.02
        side = outward_side(wall, outline)
        yield wall_boxes(wall, _part("wall"), base_z=base, outward=side)
        yield door_boxes(wall, [_part("door")] * len(openings), base_z=base, outward=side)
    (width, length), z = truth["extent"], truth["floor"]["z0"] + truth["height"]
    yaw = math.radians(truth["heading"])
    slab = [(width / 2, length / 2, z + 0.1, width + 1, length + 1, 0.2)]
    slab += [(width / 2, y, z - 0.2, width, 0.15, 0.4) for y in np.arange(3.0, length, 6.0)]
    middles = np.array([[x, y] for x, y, *_ in slab]) @ turn(truth["heading"]).T + truth["origin"]
    heights = np.array([box[2] for box in slab])
    yield make_boxes(np.column_stack([middles, heights]), [box[3:] for box in slab], yaw, _part("roof"))
    for column in truth["columns"]:
        base = float(floor_z(truth, column["centre"])[0])
        yield _boxes(
            column["centre"], column["yaw"], base, [(0, 0, 0, *column["size"], truth["height"])], "column"
        )


def _rack(rack: Record, slots: list[list[float]], rng: np.random.Generator) -> Iterator[Boxes]:
    def group(part: str, boxes: list[_Box]) -> Boxes:
        return _boxes(rack["centre"], rack["yaw"], rack["base_z"], boxes, part)

    depth, post, height = rack["depth"], rack["post"], rack["height"]
    frames = -rack["length"] / 2 + post / 2 + np.arange(rack["bays"] + 1) * (rack["bay_clear"] + post)
    is_shelving = rack["kind"] == "shelving"
    thick = post if is_shelving else 0.08
    sides = (-(depth - thick) / 2, (depth - thick) / 2)
    yield group("upright", [(u, v, 0, post, thick, height) for u in frames for v in sides])
    braces = [] if is_shelving else list(np.arange(0.2, height - 0.05, 0.9))
    inner = depth - 2 * thick
    yield group("brace", [(u, 0, z, 0.035, inner, 0.035) for u in frames for z in braces])
    beams: list[_Box] = []
    decks: list[_Box] = []
    for level, u in _carried(rack, frames):
        top, clear = rack["beam_z"][level], rack["bay_clear"]
        if is_shelving:
            decks.append((u, 0, top - rack["beam_h"], clear, depth, rack["beam_h"]))
            continue
        edge = (depth - BEAM_DEPTH_M) / 2
        beams += [(u, v, top - rack["beam_h"], clear, BEAM_DEPTH_M, rack["beam_h"]) for v in (-edge, edge)]
        decks += _deck(rack["deck"], u, top, clear, depth - 2 * BEAM_DEPTH_M)
    yield group("beam", beams)
    yield group("deck", decks)
    pallets, loads = [], []
    for slot in slots:
        if slot[4]:
            pallet, load = _load(rack, slot, frames, rng)
            pallets += pallet
            loads.append(load)
    yield group("pallet", pallets)
    yield group("load", loads)


def _carried(rack: Record, frames: Floats) -> Iterator[tuple[int, float]]:
    """Level and the bay's middle u, but for the missing beams."""
    for bay, (a, b) in enumerate(pairwise(frames)):
        for level in range(rack["levels"]):
            if [bay, level] not in rack["missing_beams"]:
                yield level, float(a + b) / 2


def _deck(kind: str, u: float, top: float, clear: float, inner: float) -> list[_Box]:
    if kind == "board":
        return [(u, 0, top - 0.022, clear, inner, 0.022)]
    return [(u + s * clear, 0, top - 0.04, 0.04, inner, 0.04) for s in (-0.25, 0.25)]


def _load(
    rack: Record, slot: list[float], frames: Floats, rng: np.random.Generator
) -> tuple[list[_Box], _Box]:
    """A pallet and what stands on it, a little askew; pallets stick out of shallow racks at both faces."""
    _, bay, tier, position, _, height = slot
    pitch = rack["bay_clear"] / rack["positions"]
    u = float(frames[int(bay)]) + rack["post"] / 2 + (position + 0.5) * pitch
    if rack["kind"] == "shelving":
        bottom = rack["beam_z"][int(tier)]
        length = pitch * float(rng.uniform(0.5, 0.9))
        depth = rack["depth"] * float(rng.uniform(0.5, 0.95))
        return [], (u, float(rng.uniform(-1, 1)) * (rack["depth"] - depth) / 2, bottom, length, depth, height)
    bottom = rack["beam_z"][int(tier) - 1] if tier else 0.0
    u, v = u + float(rng.normal(0, 0.012)), float(np.clip(rng.normal(0, 0.015), -0.03, 0.03))
    wide = min(pitch - 0.06, 1.2)
    deep = min(PALLET_DEPTH_M, rack["depth"] + 0.2)
    blocks = [(u, v + s * (deep - 0.1) / 2, bottom, wide, 0.1, PALLET_M - 0.022) for s in (-1, 0, 1)]
    board = (u, v, bottom + PALLET_M - 0.022, wide, deep, 0.022)
    shrink = 1 - 0.06 * float(rng.random())
    load = (u, v, bottom + PALLET_M, wide * shrink, deep * shrink, max(height - PALLET_M, 0.05))
    return [*blocks, board], load


def _platform(platform: Record, truth: Record) -> Iterator[Boxes]:
    corners = np.asarray(platform["polygon"])
    sides = corners[1] - corners[0], corners[3] - corners[0]
    yaw = math.degrees(math.atan2(sides[0][1], sides[0][0]))
    length, depth = (float(np.linalg.norm(side)) for side in sides)
    centre = corners.mean(axis=0).tolist()
    yield _boxes(centre, yaw, platform["top"], [(0, 0, -0.12, length, depth, 0.12)], "platform")
    for leg in platform["legs"]:
        base = float(floor_z(truth, leg)[0])
        yield _boxes(leg, yaw, base, [(0, 0, 0, 0.12, 0.12, platform["top"] - base - 0.1)], "platform")


def _conveyor(length: float, width: float) -> Iterator[_Box]:
    yield 0, 0, 0.68, length, width, 0.1
    for u in np.linspace(-length / 2 + 0.1, length / 2 - 0.1, max(2, round(length / 1.5))):
        for v in (-1, 1):
            yield float(u), v * (width - 0.06) / 2, 0, 0.06, 0.06, 0.68


_CLUTTER: dict[str, list[_Box]] = {
    "cart": [(0, 0, 0.12, 1.2, 0.7, 0.06), (0.05, 0, 0.18, 0.8, 0.6, 0.6), (-0.57, 0, 0.18, 0.05, 0.6, 0.85)],
    "forklift": [
        (-0.45, 0, 0.1, 1.9, 1.2, 1.0), (0.55, 0, 0.05, 0.12, 0.9, 2.2), (-0.4, 0, 1.1, 1.1, 1.1, 0.95),
        (1.0, 0.3, 0.05, 0.8, 0.12, 0.05), (1.0, -0.3, 0.05, 0.8, 0.12, 0.05),
    ],
    "person": [(0, 0, 0, 0.3, 0.5, 1.5), (0, 0, 1.5, 0.2, 0.18, 0.25)],
}  # fmt: skip


def _person(centre: list[float], base: float, yaw: float, part: str) -> Boxes:
    return _boxes(centre, yaw, base, _CLUTTER["person"], part)


def _placed(thing: Record, truth: Record, boxes: list[_Box]) -> Boxes:
    base = float(floor_z(truth, thing["centre"])[0])
    return _boxes(thing["centre"], thing["yaw"], base, boxes, "thing")


def _boxes(centre: list[float], yaw_deg: float, base: float, boxes: list[_Box], part: str) -> Boxes:
    """Boxes of something's own frame in the world."""
    u, v, w, *size = np.reshape(boxes, (-1, 6)).T
    plan = np.column_stack([u, v]) @ turn(yaw_deg).T + np.asarray(centre)
    middle = np.column_stack([plan, base + w + size[2] / 2])
    return make_boxes(middle, np.column_stack(size), math.radians(yaw_deg), _part(part))


def _floor(truth: Record) -> Solid:
    """The floor and a strip around it, seen through open doors."""
    width, length = truth["extent"]
    x = np.linspace(-_YARD_M, width + _YARD_M, math.ceil((width + 2 * _YARD_M) / _FLOOR_CELL_M) + 1)
    y = np.linspace(-_YARD_M, length + _YARD_M, math.ceil((length + 2 * _YARD_M) / _FLOOR_CELL_M) + 1)
    local = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    plan = local @ turn(truth["heading"]).T + truth["origin"]
    corner = (np.arange(len(y) - 1)[:, None] * len(x) + np.arange(len(x) - 1)).ravel()
    a, b, c, d = corner, corner + 1, corner + 1 + len(x), corner + len(x)
    faces = np.concatenate([np.column_stack([a, b, c]), np.column_stack([a, c, d])]).astype(np.int32)
    part = np.full(len(faces), _part("floor"), dtype=np.int32)
    return Solid(np.column_stack([plan, floor_z(truth, plan)]), faces, part)


def _solid(boxes: Boxes) -> Solid:
    vertices, faces = box_triangles(boxes)
    return Solid(vertices, faces, np.repeat(boxes.element, 12).astype(np.int32))


def _part(name: str) -> int:
    return PARTS.index(name)
