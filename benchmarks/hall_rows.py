"""Rack rows of a generated hall: a convex region is filled with rows at one heading, an aisle before each face.

Everything is in the hall's frame; the records have the keys of scan_bench's truth files.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, pairwise

import numpy as np
import shapely
from hall_frame import Floats, Record, turn
from shapely import LineString, Polygon
from shapely.affinity import rotate

BAY_WIDTHS_M = {1.4: 2, 1.8: 2, 2.7: 3, 3.6: 4}
"""Clear bay widths of pallet racks and the pallets that stand in them side by side."""
_SINGLE_SHARE, _OTHER_TIERS_SHARE, _BOARD_SHARE = 0.25, 0.3, 0.25


@dataclass(frozen=True, kw_only=True)
class Block:
    """A convex `region` (hall frame) that rows at `yaw` degrees fill; on a platform it lies `base_z` up."""

    region: Polygon
    yaw: float
    kind: str
    base_z: float | None = None
    lowest_roof_m: float = 12.0


@dataclass(frozen=True, kw_only=True)
class Make:
    """What the racks of one block have in common; metres."""

    kind: str
    depth: float
    bay_clear: float
    positions: int
    post: float
    beam_h: float
    aisle: float
    flue: float
    tiers: int
    roof: float


def make_of(block: Block, rng: np.random.Generator) -> Make:
    """Sizes on the market, drawn for one block."""
    if block.kind == "shelving":
        return Make(
            kind="shelving", depth=float(rng.choice([0.4, 0.5, 0.6])), bay_clear=float(rng.choice([0.9, 1.0, 1.2])),
            positions=2, post=0.04, beam_h=0.035, aisle=round(float(rng.uniform(1.1, 1.6)), 3),
            flue=0.04, tiers=int(rng.integers(4, 7)), roof=min(2.4, block.lowest_roof_m),
        )  # fmt: skip
    bay = float(rng.choice(list(BAY_WIDTHS_M)))
    return Make(
        kind="pallet_rack", depth=float(rng.choice([0.8, 0.9, 1.0, 1.1, 1.2])), bay_clear=bay,
        positions=BAY_WIDTHS_M[bay], post=float(rng.choice([0.08, 0.09, 0.1, 0.12])),
        beam_h=float(rng.choice([0.1, 0.12, 0.14])), aisle=round(float(rng.uniform(2.5, 4.0)), 3),
        flue=float(rng.choice([0.26, 0.32, 0.4])), tiers=int(rng.integers(2, 6)), roof=block.lowest_roof_m,
    )  # fmt: skip


def rows_of(
    block: Block, number: int, ids: count[int], rng: np.random.Generator
) -> tuple[list[Record], list[Record]]:
    """Racks and the aisles between them."""
    make = make_of(block, rng)
    local = rotate(block.region, -block.yaw, origin=(0, 0))
    usual = _tiers(make, rng)
    groups: list[list[Record]] = []
    for edges, faces in _across(local, make, rng):
        span = _span(local, edges[0], edges[-1] + make.depth, make)
        if span is None:
            continue
        group = [
            _rack(make, block, number, next(ids), span, v, face, usual, rng)
            for v, face in zip(edges, faces, strict=True)
        ]
        if len(group) == 2:
            group[0]["mate"], group[1]["mate"] = group[1]["id"], group[0]["id"]
        groups.append(group)
    racks = [rack for group in groups for rack in group]
    return racks, [
        aisle
        for before, behind in pairwise(groups)
        if (aisle := aisle_between(before[-1], behind[0])) is not None
    ]


def aisle_between(low: Record, high: Record) -> Record | None:
    """The lane from the left face of `low` to the right face of `high`, over the length that both have."""
    along, left = turn(low["yaw"]).T
    ends = [[np.dot(r["centre"], along) + s * r["length"] / 2 for s in (-1, 1)] for r in (low, high)]
    u0, u1 = max(ends[0][0], ends[1][0]), min(ends[0][1], ends[1][1])
    v0 = float(np.dot(low["centre"], left)) + low["depth"] / 2
    v1 = float(np.dot(high["centre"], left)) - high["depth"] / 2
    if u1 - u0 < 1.5 or v1 - v0 > 5.0:
        return None
    middle = left * (v0 + v1) / 2
    return {
        "p0": (along * u0 + middle).tolist(), "p1": (along * u1 + middle).tolist(), "width": v1 - v0,
        "block": low["block"], "blocked": False, "racks": [low["id"], high["id"]], "base_z": low["base_z"],
    }  # fmt: skip


def _across(local: Polygon, make: Make, rng: np.random.Generator) -> list[tuple[list[float], list[int]]]:
    """Lower edges v of single rows and pairs from the region's low side to its high one, and their faces."""
    _, v, _, top = local.bounds
    groups: list[tuple[list[float], list[int]]] = [([v], [1])]
    v += make.depth
    while v + make.aisle + make.depth <= top:
        v += make.aisle
        pair = 2 * make.depth + make.flue
        is_last = v + pair + make.aisle + make.depth > top
        if is_last or rng.random() < _SINGLE_SHARE:
            groups.append(([v], [-1]))
            v += make.depth
        else:
            groups.append(([v, v + make.depth + make.flue], [-1, 1]))
            v += pair
    return groups


def _span(local: Polygon, v0: float, v1: float, make: Make) -> tuple[float, int] | None:
    """Where the row from v0 to v1 starts within a convex region, and how many bays it has."""
    left, _, right, _ = local.bounds
    cuts = [local.intersection(LineString([(left - 1, v), (right + 1, v)])) for v in (v0 + 1e-6, v1 - 1e-6)]
    if any(cut.is_empty for cut in cuts):
        return None
    ends = np.array([shapely.get_coordinates(cut)[:, 0][[0, -1]] for cut in cuts])
    start, end = float(ends.min(axis=1).max()), float(ends.max(axis=1).min())
    bays = int((end - start - make.post) / (make.bay_clear + make.post))
    return (start, bays) if bays >= 2 else None


def _tiers(make: Make, rng: np.random.Generator) -> list[float]:
    if make.kind == "shelving":
        step = min(float(rng.uniform(0.33, 0.48)), (make.roof - 0.2) / max(make.tiers - 1, 1))
        return [round(0.12 + step * i, 3) for i in range(make.tiers)]
    heights = np.cumsum([rng.uniform(1.35, 1.9), *rng.uniform(1.15, 1.9, make.tiers - 1)])
    return [round(float(z), 3) for z in heights if z + 0.9 < make.roof]


def _rack(
    make: Make, block: Block, number: int, identity: int, span: tuple[float, int], v: float, face: int,
    usual: list[float], rng: np.random.Generator,
) -> Record:  # fmt: skip
    start, bays = span
    tiers = _tiers(make, rng) if rng.random() < _OTHER_TIERS_SHARE else usual
    length = bays * (make.bay_clear + make.post) + make.post
    middle: Floats = turn(block.yaw) @ np.array([start + length / 2, v + make.depth / 2])
    top = 0.05 if make.kind == "shelving" else float(rng.uniform(0.15, 0.9))
    return {
        "id": identity, "kind": make.kind, "block": number, "centre": middle.tolist(), "base_z": block.base_z,
        "yaw": block.yaw, "length": length, "depth": make.depth, "height": round(tiers[-1] + top, 3), "bays": bays,
        "bay_clear": make.bay_clear, "post": make.post, "levels": len(tiers), "beam_z": list(tiers),
        "beam_h": make.beam_h, "face": face, "mate": None, "missing_beams": [], "positions": make.positions,
        "deck": "board" if rng.random() < _BOARD_SHARE else "bars",
    }  # fmt: skip
