"""The facility's mesh as 3D Tiles 1.1: its shell first, rows as blocks from afar, rows in full from near.

Tiles hold GLB without extensions, Y up as glTF is; the tileset and its volumes are Z up, in metres of the world's
frame (OGC 22-025r4). The root has no transform to the Earth.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spatial.facility import Facility, Rack
from spatial.meshes.boxes import Float64s, Triangles, join_boxes
from spatial.meshes.facility_scene import COLOURS, add_facility
from spatial.meshes.rack_parts import in_world
from viewer.exports.glb import FlatScene
from viewer.exports.phone_model import row_block

TILESET = "tileset.json"
FILES = r"tileset\.json|shell\.glb|rows-\d+(-blocks)?\.glb"
"""What the files are called."""

LOCATIONS_PER_TILE = 2_000
BLOCK_ERROR_M = 0.5
"""How far a row drawn as a block is from the row itself: about half the depth of a load."""

SHELL_ERROR_M = 8.0
"""What the shell alone is short of: whole rows, as high as this."""

SLACK_M = 0.001
"""Volumes are wider by this, so that what float32 rounds stays inside."""

Tile = dict[str, Any]


@dataclass(frozen=True)
class _Content:
    """A GLB, and the lowest and highest corner (2, 3) of what is in it."""

    uri: str
    glb: bytes
    bounds: Float64s


def tileset_files(facility: Facility, residual: Triangles | None = None) -> Iterator[tuple[str, bytes]]:
    """The files of the tileset by name, one after the other, `tileset.json` last.

    Raises ValueError for a facility without anything that could be seen.
    """
    shell = _facility_content("shell.glb", replace(facility, racks=(), locations=()), residual)
    yield from _files(shell)
    tiles, bounds = [], [shell.bounds] if shell else []
    for number, rows in enumerate(_row_groups(facility)):
        blocks = _block_content(f"rows-{number}-blocks.glb", rows)
        full = _facility_content(f"rows-{number}.glb", _alone(facility, rows))
        assert full is not None  # a row has uprights
        yield from (*_files(blocks), *_files(full))
        bounds.append(_around([blocks.bounds, full.bounds]))
        tiles.append(_row_tile(blocks, full, bounds[-1]))
    if not bounds:
        raise ValueError(f"facility '{facility.id}' has nothing to be seen: give it a floor or racks")
    root: Tile = {
        "boundingVolume": _volume(_around(bounds)),
        "geometricError": SHELL_ERROR_M,
        "refine": "ADD",
        **({"content": {"uri": shell.uri}} if shell else {}),
        **({"children": tiles} if tiles else {}),
    }
    asset = {"version": "1.1", "generator": "aisletwin"}
    tileset = {"asset": asset, "geometricError": 4 * SHELL_ERROR_M, "root": root}
    yield TILESET, (json.dumps(tileset, indent=1) + "\n").encode()


def _row_groups(facility: Facility) -> list[tuple[Rack, ...]]:
    """Rows near each other, with at most LOCATIONS_PER_TILE locations unless one row alone has more."""
    stock = Counter(location.rack for location in facility.locations)

    def split(racks: Sequence[Rack]) -> Iterator[tuple[Rack, ...]]:
        if len(racks) == 1 or sum(stock[rack.id] for rack in racks) <= LOCATIONS_PER_TILE:
            yield tuple(racks)
            return
        middles = np.array([rack.center for rack in racks])
        axis = int(np.ptp(middles, axis=0).argmax())
        order = np.argsort(middles[:, axis], kind="stable")
        half = len(racks) // 2
        for chosen in (order[:half], order[half:]):
            yield from split([racks[i] for i in sorted(chosen.tolist())])

    return [*split(facility.racks)] if facility.racks else []


def _alone(facility: Facility, rows: Sequence[Rack]) -> Facility:
    """These rows and what stands in them."""
    names = {rack.id for rack in rows}
    return Facility(
        id=facility.id,
        name=facility.name,
        kind=facility.kind,
        racks=tuple(rows),
        locations=tuple(place for place in facility.locations if place.rack in names),
    )


def _facility_content(uri: str, facility: Facility, residual: Triangles | None = None) -> _Content | None:
    scene = FlatScene(root="facility")
    add_facility(scene, facility, residual)
    return _content(uri, scene)


def _block_content(uri: str, rows: Sequence[Rack]) -> _Content:
    """A block for each row, as wide, long and high as it."""
    by_level = defaultdict(list)
    for rack in rows:
        by_level[rack.level].append(rack)
    scene = FlatScene(root="facility")
    for level, racks in by_level.items():
        boxes = join_boxes([in_world(rack, row_block(rack, rack.height_m)) for rack in racks])
        extras = {"id": f"rows {level}", "kind": "rack", "level": level, "ids": [rack.id for rack in racks]}
        scene.add_boxes(f"rows {level}", boxes, COLOURS["loads"], extras)
    content = _content(uri, scene)
    assert content is not None
    return content


def _content(uri: str, scene: FlatScene) -> _Content | None:
    bounds = scene.world_bounds()
    return None if bounds is None else _Content(uri, scene.to_glb(), np.array(bounds))


def _files(content: _Content | None) -> Iterator[tuple[str, bytes]]:
    if content is not None:
        yield content.uri, content.glb


def _row_tile(blocks: _Content, full: _Content, bounds: Float64s) -> Tile:
    volume = _volume(bounds)
    near = {"boundingVolume": volume, "geometricError": 0.0, "content": {"uri": full.uri}}
    return {
        "boundingVolume": volume,
        "geometricError": BLOCK_ERROR_M,
        "refine": "REPLACE",
        "content": {"uri": blocks.uri},
        "children": [near],
    }


def _around(bounds: Sequence[Float64s]) -> Float64s:
    return np.array([np.min(bounds, axis=(0, 1)), np.max(bounds, axis=(0, 1))])


def _volume(bounds: Float64s) -> Tile:
    """A box by its centre and half axes."""
    low, high = np.round(bounds[0] - SLACK_M, 4), np.round(bounds[1] + SLACK_M, 4)
    center, half = np.round((low + high) / 2, 5), np.round((high - low) / 2, 5)
    return {"box": [*(center + 0.0).tolist(), *np.diag(half).ravel().tolist()]}
