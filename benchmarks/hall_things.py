"""What a generated hall holds: stock in its racks, columns, stacks, carts, conveyors, people, the scanner."""

from __future__ import annotations

import math
from itertools import count

import numpy as np
import shapely
from hall_frame import Floats, Record, rectangle, turn
from shapely import LineString, Polygon

PALLET_M = 0.144
_FILLS = (0.0, 0.3, 0.6, 0.85, 1.0)
_WAY_M = 1.3
"""Clutter in an aisle leaves at least this much beside it."""
_SIZES = {"cart": (1.2, 0.7), "person": (0.3, 0.5), "forklift": (2.8, 1.2)}
_TRIES = 3000


def footprint(thing: Record) -> Polygon:
    """The ground that a rack, column, stack, conveyor or piece of clutter covers."""
    if "size" in thing:
        length, depth = thing["size"][:2]
    else:
        length, depth = thing["length"], thing.get("depth") or thing["width"]
    return rectangle(thing["centre"], length, depth, thing["yaw"])


def lane(aisle: Record) -> Polygon:
    """The ground between the faces of an aisle."""
    line: Polygon = LineString([aisle["p0"], aisle["p1"]]).buffer(aisle["width"] / 2, cap_style="flat")
    return line


def stock(racks: list[Record], rng: np.random.Generator) -> list[list[float]]:
    """`[rack, bay, tier, position, occupied, height]` of every slot; a row is empty, full or between."""
    slots: list[list[float]] = []
    for rack in racks:
        fill = float(rng.choice(_FILLS))
        has_floor = rack["kind"] == "pallet_rack"
        missing = {(bay, level) for bay, level in rack["missing_beams"]}
        for bay in range(rack["bays"]):
            for tier in range(rack["levels"] + has_floor):
                clear = _clear(rack, tier - has_floor)
                for position in range(rack["positions"]):
                    full = rng.random() < fill and (bay, tier - has_floor) not in missing and clear > 0.3
                    height = _load_height(clear, rng)
                    slots.append([rack["id"], bay, tier, position, int(full), height if full else 0.0])
    return slots


def _clear(rack: Record, level: int) -> float:
    """Height for a load on beam `level` (−1 is the floor) up to where the next beam belongs."""
    bottom = rack["beam_z"][level] if level >= 0 else 0.0
    if level + 1 < rack["levels"]:
        return float(rack["beam_z"][level + 1] - rack["beam_h"] - bottom)
    return 1.6 if rack["kind"] == "pallet_rack" else 0.4


def _load_height(clear: float, rng: np.random.Generator) -> float:
    lowest = min(0.45, 0.3 * clear)
    return round(float(rng.uniform(lowest, max(lowest + 0.02, min(clear - 0.06, 2.0)))), 3)


def columns(planned: list[Record], yard: Polygon, ids: count[int], rng: np.random.Generator) -> list[Record]:
    """In the flues of the pairs, and two on the open floor."""
    by_id = {rack["id"]: rack for rack in planned}
    found = []
    spacing = float(rng.uniform(6, 12))
    for rack in planned:
        if rack["mate"] is None or rack["mate"] < rack["id"] or rack["kind"] != "pallet_rack":
            continue
        mate = by_id[rack["mate"]]
        middle = (np.asarray(rack["centre"]) + mate["centre"]) / 2
        gap = float(np.linalg.norm(np.subtract(rack["centre"], mate["centre"]))) - rack["depth"]
        along = turn(rack["yaw"])[:, 0]
        places = np.arange(-rack["length"] / 2 + 2.0, rack["length"] / 2 - 1.0, spacing)
        found += [(middle + u * along, round(gap - 0.04, 3), rack["yaw"]) for u in places]
    x0, y0, x1, y1 = yard.bounds
    found += [(np.array([x0 + share * (x1 - x0), (y0 + y1) / 2]), 0.3, 0.0) for share in (0.33, 0.71)]
    return [{"id": next(ids), "centre": c.tolist(), "size": [s, s], "yaw": yaw} for c, s, yaw in found]


def block_aisle(aisle: Record, ids: count[int], rng: np.random.Generator) -> tuple[list[Record], Record]:
    """Pallets side by side across the aisle; and the difference from the plan that they are."""
    p0, p1 = np.asarray(aisle["p0"]), np.asarray(aisle["p1"])
    along = (p1 - p0) / np.linalg.norm(p1 - p0)
    left = np.array([-along[1], along[0]])
    middle = p0 + float(rng.uniform(0.25, 0.75)) * (p1 - p0)
    several = max(1, int((aisle["width"] - 0.1) / 0.85))
    identity, yaw, height = (
        next(ids),
        math.degrees(math.atan2(left[1], left[0])),
        round(float(rng.uniform(0.9, 1.6)), 3),
    )
    stacks = [
        {"id": identity, "centre": (middle + left * 0.85 * (i - (several - 1) / 2)).tolist(), "yaw": yaw,
         "size": [0.8, 1.2, height]}
        for i in range(several)
    ]  # fmt: skip
    aisle["blocked"] = True
    return stacks, {"type": "aisle_blocked", "aisle": aisle["id"], "at": middle.tolist()}


def scatter(
    hall: Polygon, yard: Polygon, taken: list[Polygon], lanes: list[Polygon], area_m2: float, ids: count[int],
    rng: np.random.Generator,
) -> dict[str, list[Record]]:  # fmt: skip
    """Stacks, carts, forklifts, people and conveyors until they cover `area_m2`, in the yard twice as often.

    None touches another thing, and none leaves less than a way in an aisle. Gives less where no more fits.
    """
    things: dict[str, list[Record]] = {"stacks": [], "clutter": [], "conveyors": []}
    kept = list(taken)
    covered = 0.0
    for _ in range(_TRIES):
        if covered >= area_m2:
            break
        kind, thing = _thing(yard if rng.random() < 0.67 else hall, rng)
        ground = footprint(thing)
        near = ground.buffer(0.06)
        if not hall.contains(ground) or any(near.intersects(other) for other in kept):
            continue
        if not all(_leaves_way(other, ground) for other in lanes):
            continue
        kept.append(ground)
        covered += ground.area
        things[kind].append({"id": next(ids), **thing})
    return things


def _thing(where: Polygon, rng: np.random.Generator) -> tuple[str, Record]:
    x0, y0, x1, y1 = where.bounds
    centre = [float(rng.uniform(x0, x1)), float(rng.uniform(y0, y1))]
    yaw = float(rng.uniform(-180, 180))
    drawn = rng.random()
    if drawn < 0.45:
        layers = int(rng.integers(1, 4))
        height = round(layers * float(rng.uniform(0.6, 1.0)), 3)
        square = float(rng.integers(0, 4)) * 90 + float(rng.normal(0, 2))
        return "stacks", {"centre": centre, "yaw": square, "size": [1.2, 0.8, height]}
    if drawn < 0.55:
        length = round(float(rng.uniform(3, 9)), 2)
        return "conveyors", {
            "centre": centre,
            "yaw": float(rng.choice([0, 90])),
            "length": length,
            "width": 0.6,
        }
    kind = str(rng.choice(list(_SIZES)))
    return "clutter", {"kind": kind, "centre": centre, "yaw": yaw, "size": list(_SIZES[kind])}


def _leaves_way(lane_: Polygon, ground: Polygon) -> bool:
    if not lane_.intersects(ground):
        return True
    corners = shapely.get_coordinates(lane_.minimum_rotated_rectangle)[:4]
    sides = sorted((np.linalg.norm(corners[i + 1] - corners[i]), i) for i in (0, 1))
    across = (corners[sides[0][1] + 1] - corners[sides[0][1]]) / sides[0][0]
    d = (shapely.get_coordinates(ground) - corners[sides[0][1]]) @ across
    return bool(max(d.min(), sides[0][0] - d.max()) >= _WAY_M)


def stations(
    aisles: list[Record], areas: list[Polygon], taken: list[Polygon], spacing_m: float, every: int,
    rng: np.random.Generator,
) -> list[tuple[Floats, float | None]]:  # fmt: skip
    """Places (2,) of the scanner and the height of the platform under it, None for the floor.

    They lie along every `every`-th aisle and along the middle of each area, about `spacing_m` apart, clear of what
    is `taken`.
    """
    lines = [(aisle["p0"], aisle["p1"], aisle["base_z"]) for aisle in aisles[::every]]
    lines += [(*_middle_line(area), None) for area in areas]
    solid = shapely.unary_union(taken).buffer(0.45)
    places = []
    for p0, p1, base_z in lines:
        several = max(1 if every > 1 else 2, round(math.dist(p0, p1) / spacing_m))
        shares = (np.arange(several) + 0.5 + rng.uniform(-0.15, 0.15, several)) / several
        along = np.asarray(p0) + shares[:, None] * np.subtract(p1, p0)
        is_clear = np.full(several, base_z is not None) | ~shapely.contains_xy(solid, along)
        places += [(place, base_z) for place in along[is_clear]]
    return places


def _middle_line(area: Polygon) -> tuple[Floats, Floats]:
    """From one end of a rectangle to the other along its middle."""
    x0, y0, x1, y1 = area.bounds
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    ends = [(x0 + 1, y), (x1 - 1, y)] if x1 - x0 > y1 - y0 else [(x, y0 + 1), (x, y1 - 1)]
    return np.array(ends[0]), np.array(ends[1])
