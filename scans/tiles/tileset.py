"""tileset.json: 3D Tiles 1.1, one glTF a tile, refinement by addition."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from scans.tiles.columns import NO_DATA, Columns
from scans.tiles.octree import Tile
from spatial.poses import Matrix4

TILESET = "tileset.json"
_STEP = 1e4  # bounds are written in tenths of a millimetre, rounded outwards


def tileset_dict(
    root: Tile,
    *,
    root_edge_m: float,
    columns: Columns,
    ranges: Mapping[str, tuple[float, float]],
    world_from_cloud: Matrix4,
    version: str,
) -> dict[str, Any]:
    """The content of tileset.json.

    The root's transform, in float64, takes the cloud's local frame to the world, Z up. A tile's `geometricError` is
    the spacing [m] of its points with those of the tiles above it: in leaves too, where it tells how dense the scan
    is. `extras.points` lets a viewer keep to a budget before it loads anything.
    """
    low, high = columns.attributes, ranges
    return {
        "asset": {"version": "1.1", "tilesetVersion": version, "generator": "aisletwin"},
        "geometricError": root_edge_m,
        "extras": {
            "points": sum(tile.count for tile in root.everything()),
            "has_colour": columns.has_colour,
            "no_data": NO_DATA,
            "numbers": [
                {"name": name, "attribute": low[name], "low": high[name][0], "high": high[name][1]}
                for name in columns.numbers
                if name in high
            ],
        },
        "root": {"transform": world_from_cloud.T.ravel().tolist(), "refine": "ADD", **_tile_dict(root)},
    }


def _tile_dict(tile: Tile) -> dict[str, Any]:
    told: dict[str, Any] = {
        "boundingVolume": {"box": _box(tile.low, tile.high)},
        "geometricError": float(f"{tile.spacing_m:.4g}"),
        "extras": {"points": tile.count},
    }
    if tile.count:
        told["content"] = {"uri": f"{tile.name}.glb"}
    if tile.children:
        told["children"] = [_tile_dict(child) for child in tile.children]
    return told


def _box(low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> list[float]:
    """Centre and half axes."""
    ends = [(math.floor(a * _STEP), math.ceil(b * _STEP)) for a, b in zip(low, high, strict=True)]
    centre = [(a + b) / 2 / _STEP for a, b in ends]
    # a flat box is grown, so that no viewer divides by nothing
    half = [max(b - a, 10) / 2 / _STEP for a, b in ends]
    return [*centre, half[0], 0, 0, 0, half[1], 0, 0, 0, half[2]]
