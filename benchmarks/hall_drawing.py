"""Draw a generated hall: its plan, what became of it, its stock and what stands about; first in its own frame."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from zlib import crc32

import numpy as np
import shapely
from hall_changes import as_built
from hall_frame import Floats, HallFrame, Record, floor_z
from hall_plans import Kind, Plan, legs, walls
from hall_rows import aisle_between, rows_of
from hall_things import block_aisle, columns, footprint, lane, scatter, stations, stock

_SCANNER_M = 1.6
_ROOF_ABOVE_RACKS_M = 1.8
_PLACES = ("centre", "p0", "p1", "at")


@dataclass(frozen=True, eq=False)
class Drawing:
    """`truth`, `plan` and `deviations` as scan_bench has them, world metres; `poses` (S, 3) of the scanner."""

    truth: Record
    plan: Record
    deviations: list[Record]
    poses: Floats


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Random numbers of one purpose: what one draws leaves the others as they are."""
    return np.random.default_rng([seed, crc32(purpose.encode())])


def draw_hall(kind: str, rules: Kind, seed: int, size_m: tuple[float, float] | None = None) -> Drawing:
    """The hall of a kind and a seed; `size_m` is its width and length where they are not to be drawn."""
    rng, ids = stream(seed, "hall"), count(1)
    drawn = [round(float(rng.uniform(*span)), 2) for span in (rules.width_m, rules.length_m)]
    width, length = size_m or drawn
    plan = rules.layout(width, length, float(rng.uniform(5.5, 11.0)), rng)
    planned, lanes = _racks_and_lanes(plan, ids, rng)
    racks, deviations, unplanned = as_built(planned, rng)
    aisles = _remeasured(lanes, racks)
    height = round(max(rack["height"] + (rack["base_z"] or 0.0) for rack in racks) + _ROOF_ABOVE_RACKS_M, 3)
    shell = [{"id": next(ids), **wall} for wall in walls(width, length, height, rng)]
    pillars = columns(planned, plan.yard, ids, rng)
    blocking, blocked = _blocked(aisles, ids, stream(seed, "blocked"))
    named = {"size": kind, "seed": seed}
    truth = named | {
        "extent": [width, length], "height": height, "racks": racks, "walls": shell, "columns": pillars,
        "aisles": aisles, "stacks": blocking, "clutter": [], "conveyors": [],
        "mezzanines": _platforms(plan, racks, ids), "blocked_aisles": blocked,
        "slots": stock(racks, stream(seed, "stock")), "scan_path": [],
    }  # fmt: skip
    _clutter(truth, plan, rules.clutter_share, ids, stream(seed, "clutter"))
    standing = _standing(truth)
    rng = stream(seed, "stations")
    areas = [plan.yard, *plan.ways]
    places = stations(aisles, areas, standing, rules.station_spacing_m, rules.every_aisle, rng)
    known = [rack for rack in planned if rack["id"] not in unplanned]
    as_planned = named | {"racks": known, "walls": shell, "columns": pillars, "aisles": lanes}
    world = _World(seed)
    return Drawing(
        truth=world.records(truth) | world.truth,
        plan=world.records(as_planned),
        deviations=[world.record(entry) for entry in [*deviations, *blocked]],
        poses=np.array([world.eye(place, base) for place, base in places]),
    )


def _racks_and_lanes(
    plan: Plan, ids: count[int], rng: np.random.Generator
) -> tuple[list[Record], list[Record]]:
    racks: list[Record] = []
    lanes: list[Record] = []
    for number, block in enumerate(plan.blocks):
        more, between = rows_of(block, number, ids, rng)
        racks += more
        lanes += between
    return racks, [{"id": i, **aisle} for i, aisle in enumerate(lanes)]


def _remeasured(lanes: list[Record], racks: list[Record]) -> list[Record]:
    """The aisles between racks that have moved."""
    by_id = {rack["id"]: rack for rack in racks}
    measured = (aisle_between(*(by_id[i] for i in aisle["racks"])) for aisle in lanes)
    return [aisle | (now or {}) for aisle, now in zip(lanes, measured, strict=True)]


def _blocked(
    aisles: list[Record], ids: count[int], rng: np.random.Generator
) -> tuple[list[Record], list[Record]]:
    """One aisle in six that a truck could use is blocked."""
    wide = [aisle for aisle in aisles if aisle["width"] > 2.0]
    stacks: list[Record] = []
    entries = []
    for i in rng.permutation(len(wide))[: max(1, len(wide) // 6)]:
        more, entry = block_aisle(wide[i], ids, rng)
        stacks += more
        entries.append(entry)
    return stacks, entries


def _clutter(truth: Record, plan: Plan, share: float, ids: count[int], rng: np.random.Generator) -> None:
    width, length = truth["extent"]
    hall = shapely.box(0.3, 0.3, width - 0.3, length - 0.3)
    lanes = [lane(aisle) for aisle in truth["aisles"] if aisle["base_z"] is None]
    wanted_m2 = share * sum(rack["length"] * rack["depth"] for rack in truth["racks"])
    for kind, things in scatter(hall, plan.yard, _standing(truth), lanes, wanted_m2, ids, rng).items():
        truth[kind] += things


def _standing(truth: Record) -> list[shapely.Polygon]:
    """What the floor carries."""
    keys = ("racks", "columns", "stacks", "clutter", "conveyors")
    return [footprint(thing) for key in keys for thing in truth[key] if thing.get("base_z") is None]


def _platforms(plan: Plan, racks: list[Record], ids: count[int]) -> list[Record]:
    if plan.platform is None:
        return []
    x0, y0, x1, y1 = plan.platform.bounds
    top = next(block.base_z for block in plan.blocks if block.base_z is not None)
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return [{"id": next(ids), "top": top, "polygon": corners, "legs": legs(plan.platform, racks)}]


class _World:
    """Takes records from the hall's frame to the world, where its floor slopes and waves."""

    def __init__(self, seed: int) -> None:
        rng = stream(seed, "world")
        origin = float(rng.uniform(-40, 40)), float(rng.uniform(-40, 40))
        self._frame = HallFrame(origin, float(rng.uniform(-180, 180)))
        waves = [
            [
                float(rng.uniform(0.001, 0.005)),
                *rng.uniform(-0.6, 0.6, 2).tolist(),
                float(rng.uniform(0, 6.28)),
            ]
            for _ in range(3)
        ]
        slope = rng.uniform(-0.0012, 0.0012, 2).tolist()
        floor = {"z0": float(rng.uniform(-0.6, 0.6)), "sx": slope[0], "sy": slope[1], "waves": waves}
        self.truth: Record = {"origin": list(origin), "heading": self._frame.heading, "floor": floor}

    def records(self, named: Record) -> Record:
        """A whole truth or plan: every list of records in it."""
        return {
            key: [self.record(entry) for entry in value] if _is_records(value) else value
            for key, value in named.items()
        }

    def record(self, entry: Record) -> Record:
        moved = deepcopy(entry)
        moved |= {key: self._frame.place(entry[key]) for key in _PLACES if key in entry}
        moved |= {
            key: [self._frame.place(p) for p in entry[key]] for key in ("polygon", "legs") if key in entry
        }
        if "yaw" in entry:
            moved["yaw"] = self._frame.yaw(entry["yaw"])
        if "base_z" in entry:
            place = moved["centre"] if "centre" in entry else moved["p0"]
            moved["base_z"] = self._base(entry["base_z"], place)
        if "top" in entry:
            moved["top"] += self.truth["floor"]["z0"]
        return moved

    def eye(self, place: Floats, base_z: float | None) -> list[float]:
        """The scanner on its tripod."""
        xy = self._frame.place(place)
        return [*xy, self._base(base_z, xy) + _SCANNER_M]

    def _base(self, above_z0: float | None, xy: list[float]) -> float:
        z0 = self.truth["floor"]["z0"]
        return float(floor_z(self.truth, xy)[0]) if above_z0 is None else float(z0 + above_z0)


def _is_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)
