"""3D Tiles: contents lie within their volumes, children within parents, every row and location in one leaf."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from spatial.facility import Facility
from spatial.meshes.mesh import facility_mesh
from spatial.poses import GLTF_FROM_WORLD, transform_points
from viewer.exports import tiles
from viewer.exports.tiles import TILESET, tileset_files

Tile = dict[str, Any]


@pytest.fixture(scope="module")
def files(demo_facility: Facility, residual: Any) -> Iterator[dict[str, bytes]]:
    patch = pytest.MonkeyPatch()
    patch.setattr(tiles, "LOCATIONS_PER_TILE", 300)  # several tiles even of a small hall
    yield dict(tileset_files(demo_facility, residual))
    patch.undo()


@pytest.fixture(scope="module")
def tileset(files: dict[str, bytes]) -> Tile:
    found: Tile = json.loads(files[TILESET])
    return found


def walk(tile: Tile, parents: tuple[Tile, ...] = ()) -> Iterator[tuple[Tile, tuple[Tile, ...]]]:
    yield tile, parents
    for child in tile.get("children", ()):
        yield from walk(child, (*parents, tile))


def box(tile: Tile) -> np.ndarray:
    """Lowest and highest corner (2, 3)."""
    numbers = np.array(tile["boundingVolume"]["box"])
    half = np.abs(numbers[3:].reshape(3, 3)).sum(axis=0)
    return np.array([numbers[:3] - half, numbers[:3] + half])


def content_points(content: bytes) -> np.ndarray:
    """World vertices: a reader of 3D Tiles turns the Y up of glTF to Z up."""
    scene = trimesh.load_scene(io.BytesIO(content), file_type="glb", process=False)
    drawn = [(scene.graph[node]) for node in scene.graph.nodes_geometry]
    points = [transform_points(pose, scene.geometry[name].vertices) for pose, name in drawn]
    return transform_points(GLTF_FROM_WORLD.T, np.concatenate(points))


def nodes(content: bytes) -> list[dict[str, Any]]:
    size = int.from_bytes(content[12:16], "little")
    tree: dict[str, Any] = json.loads(content[20 : 20 + size])
    return [node["extras"] for node in tree["nodes"] if "extras" in node]


def test_it_is_what_3d_tiles_1_1_asks_for(tileset: Tile, files: dict[str, bytes]) -> None:
    assert tileset["asset"]["version"] == "1.1"
    uris = [tile["content"]["uri"] for tile, _ in walk(tileset["root"]) if "content" in tile]
    assert sorted([*uris, TILESET]) == sorted(files)
    for tile, parents in walk(tileset["root"]):
        assert len(tile["boundingVolume"]["box"]) == 12
        error = parents[-1]["geometricError"] if parents else tileset["geometricError"]
        assert 0 <= tile["geometricError"] < error
    assert tileset["root"]["refine"] == "ADD"


def test_contents_lie_within_their_volumes_and_children_within_their_parents(
    tileset: Tile, files: dict[str, bytes]
) -> None:
    for tile, parents in walk(tileset["root"]):
        points = content_points(files[tile["content"]["uri"]])
        for volume in (box(tile), *map(box, parents)):
            assert (points >= volume[0] - 1e-9).all()
            assert (points <= volume[1] + 1e-9).all()
        reached = np.array([points.min(axis=0), points.max(axis=0)])
        if not tile.get("children"):
            assert reached == pytest.approx(box(tile), abs=0.3)  # and the volume is no larger than it must be
        for parent in parents:
            assert (box(parent)[0] <= box(tile)[0]).all()
            assert (box(parent)[1] >= box(tile)[1]).all()


def test_rows_and_locations_are_each_in_one_leaf(
    tileset: Tile, files: dict[str, bytes], demo_facility: Facility
) -> None:
    leaves = [tile for tile, _ in walk(tileset["root"]) if not tile.get("children")]
    assert len(leaves) > 2
    told = [extras for tile in leaves for extras in nodes(files[tile["content"]["uri"]])]
    rows = Counter(extras["id"] for extras in told if extras["kind"] == "rack")
    assert rows == Counter(rack.id for rack in demo_facility.racks)
    shown = Counter(
        each
        for extras in told
        if extras.get("show") in ("loads", "empty", "unseen")
        for each in extras["ids"]
    )
    assert shown == Counter(place.id for place in demo_facility.locations)


def test_the_whole_is_as_large_as_the_facility(
    files: dict[str, bytes], tileset: Tile, demo_facility: Facility
) -> None:
    leaves = [tile["content"]["uri"] for tile, _ in walk(tileset["root"]) if not tile.get("children")]
    points = np.concatenate([content_points(files[uri]) for uri in ("shell.glb", *leaves)])
    truth = facility_mesh(demo_facility).vertices
    assert points.min(axis=0) == pytest.approx(truth.min(axis=0), abs=1e-5)
    assert points.max(axis=0) == pytest.approx(truth.max(axis=0), abs=1e-5)


def test_a_row_is_as_large_from_afar_as_from_near(one: Any) -> None:
    found = dict(tileset_files(one.facility))
    for name in ("rows-0-blocks.glb", "rows-0.glb"):
        scene = trimesh.load_scene(io.BytesIO(found[name]), file_type="glb", process=False)
        own = [scene.graph[node] for node in scene.graph.nodes_geometry if not node.startswith("locations")]
        points = np.concatenate([transform_points(p, scene.geometry[g].vertices) for p, g in own])
        size = one.measured(transform_points(GLTF_FROM_WORLD.T, points))
        assert size == pytest.approx(one.size_m, abs=1e-4)


def test_khronos_finds_nothing_in_any_tile(
    files: dict[str, bytes], validate_gltf: Callable[[Path], dict[str, Any]], tmp_path: Path
) -> None:
    for name in ("shell.glb", "rows-0-blocks.glb", "rows-0.glb"):
        (tmp_path / name).write_bytes(files[name])
        assert not [each for each in validate_gltf(tmp_path / name)["messages"] if each["severity"] < 3]


def test_a_facility_of_nothing_has_no_tiles() -> None:
    with pytest.raises(ValueError, match="nothing to be seen"):
        dict(tileset_files(Facility(id="E", name="empty", kind="planned")))
