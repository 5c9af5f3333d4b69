"""facility.glb: a valid container, Y up, every element by name, repeated parts as instances."""

from __future__ import annotations

import io
import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from layouts.demo_hall import demo_hall
from spatial.facility import Facility, Level
from spatial.meshes.building_parts import SLAB_M
from spatial.meshes.glb import glb_bytes, write_glb
from spatial.meshes.mesh import facility_mesh
from spatial.poses import GLTF_FROM_WORLD, transform_points

INSTANCING = "EXT_mesh_gpu_instancing"
COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
DTYPES = {5126: np.dtype("<f4"), 5125: np.dtype("<u4"), 5123: np.dtype("<u2"), 5121: np.dtype("u1")}


def parse(content: bytes) -> tuple[dict[str, Any], bytes]:
    """The JSON and the binary chunk, after checks of the container that glTF 2.0 §4.4 demands."""
    magic, version, length = struct.unpack_from("<4sII", content)
    assert (magic, version, length) == (b"glTF", 2, len(content))
    size, kind = struct.unpack_from("<I4s", content, 12)
    assert kind == b"JSON"
    assert size % 4 == 0
    tree = json.loads(content[20 : 20 + size])
    start = 20 + size
    binary_size, kind = struct.unpack_from("<I4s", content, start)
    assert kind == b"BIN\0"
    assert binary_size % 4 == 0
    assert start + 8 + binary_size == length
    return tree, content[start + 8 :]


def values(tree: dict[str, Any], binary: bytes, index: int) -> np.ndarray:
    accessor = tree["accessors"][index]
    view = tree["bufferViews"][accessor["bufferView"]]
    dtype, width = DTYPES[accessor["componentType"]], COMPONENTS[accessor["type"]]
    start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    assert start % dtype.itemsize == 0
    count = accessor["count"] * width
    assert start + count * dtype.itemsize <= view.get("byteOffset", 0) + view["byteLength"] <= len(binary)
    return np.frombuffer(binary, dtype, count, start).reshape(-1, width)


def world_corners(tree: dict[str, Any], binary: bytes) -> np.ndarray:
    """Corners of everything drawn, in glTF axes: a reader that knows the extension, in a few lines."""
    corners: list[np.ndarray] = []

    def visit(index: int, above: np.ndarray) -> None:
        node = tree["nodes"][index]
        pose = above @ np.reshape(node.get("matrix", np.eye(4).T), (4, 4)).T
        if "mesh" in node:
            attributes = node.get("extensions", {}).get(INSTANCING, {}).get("attributes", {})
            read = {name: values(tree, binary, i) for name, i in attributes.items()}
            for primitive in tree["meshes"][node["mesh"]]["primitives"]:
                points = values(tree, binary, primitive["attributes"]["POSITION"])
                if read:
                    local = points * read["SCALE"][:, None]
                    if "ROTATION" in read:
                        yaw = 2 * np.arctan2(read["ROTATION"][:, 2], read["ROTATION"][:, 3])[:, None]
                        x, y = local[..., 0], local[..., 1]
                        turned = [np.cos(yaw) * x - np.sin(yaw) * y, np.sin(yaw) * x + np.cos(yaw) * y]
                        local = np.stack([*turned, local[..., 2]], axis=-1)
                    points = (local + read["TRANSLATION"][:, None]).reshape(-1, 3)
                corners.append(transform_points(pose, points))
        for child in node.get("children", ()):
            visit(child, pose)

    for root in tree["scenes"][0]["nodes"]:
        visit(root, np.eye(4))
    return np.concatenate(corners)


@pytest.fixture(scope="module")
def hall() -> Facility:
    return demo_hall()


@pytest.fixture(scope="module")
def content(hall: Facility) -> bytes:
    return glb_bytes(hall)


def test_it_opens_in_trimesh_with_y_up(hall: Facility, content: bytes) -> None:
    opened = trimesh.load_scene(io.BytesIO(content), file_type="glb")
    mesh = facility_mesh(hall)
    expected = transform_points(GLTF_FROM_WORLD, [mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)])
    assert np.sort(opened.bounds, axis=0) == pytest.approx(np.sort(expected, axis=0), abs=1e-4)
    assert opened.extents[1] == pytest.approx(9.0 + SLAB_M)


def test_instances_stand_where_the_mesh_has_them(hall: Facility, content: bytes) -> None:
    full = replace(hall, locations=tuple(p for p in hall.locations if p.state == "occupied"))
    drawn = np.unique(np.round(world_corners(*parse(glb_bytes(full))), 3), axis=0)
    mesh = facility_mesh(full)
    solid = np.unique(np.round(transform_points(GLTF_FROM_WORLD, mesh.vertices), 3), axis=0)
    from scipy.spatial import cKDTree

    assert cKDTree(solid).query(drawn)[0].max() < 0.003
    assert cKDTree(drawn).query(solid)[0].max() < 0.003


def test_every_element_has_a_node_with_its_id_kind_and_level(hall: Facility, content: bytes) -> None:
    nodes = {node["name"]: node for node in parse(content)[0]["nodes"]}
    for kind, elements in (
        ("level", hall.levels),
        ("wall", hall.walls),
        ("column", hall.columns),
        ("rack", hall.racks),
        ("obstacle", hall.obstacles),
    ):
        for element in elements:
            assert nodes[element.id]["extras"] == {"id": element.id, "kind": kind, "level": "L0"}
    named = [
        i
        for n in nodes.values()
        if n.get("extras", {}).get("show") in ("loads", "empty")
        for i in n["extras"]["ids"]
    ]
    assert sorted(named) == sorted(location.id for location in hall.locations)


def test_repeated_parts_are_instances_of_few_meshes(hall: Facility, content: bytes) -> None:
    tree, binary = parse(content)
    assert tree["extensionsUsed"] == [INSTANCING]
    assert "extensionsRequired" not in tree
    nodes = {node["name"]: node for node in tree["nodes"]}
    beams = nodes["R1 beams"]["extensions"][INSTANCING]["attributes"]
    rack = hall.racks[0]
    assert len(values(tree, binary, beams["SCALE"])) == 2 * len(rack.bays) * len(rack.tiers)
    assert nodes["R1"]["children"]
    assert nodes["locations"]["children"]
    assert len(content) < 400_000


def test_all_accessors_lie_in_the_buffer_and_hold_numbers(content: bytes) -> None:
    tree, binary = parse(content)
    for index, accessor in enumerate(tree["accessors"]):
        read = values(tree, binary, index)
        assert np.isfinite(read).all()
        if "min" in accessor:
            assert read.min(axis=0) == pytest.approx(np.array(accessor["min"]))
            assert read.max(axis=0) == pytest.approx(np.array(accessor["max"]))


def test_the_same_facility_gives_the_same_bytes(hall: Facility, content: bytes, tmp_path: Path) -> None:
    write_glb(tmp_path / "facility.glb", hall)
    assert (tmp_path / "facility.glb").read_bytes() == content


def test_what_no_element_explains_is_kept_as_residual() -> None:
    level = Level(id="L0", elevation_m=0.0, outline=((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))
    triangle = (
        np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]),
        np.array([[0, 1, 2]], dtype=np.int32),
    )
    facility = Facility(id="F", name="F", kind="as_built", levels=(level,))
    nodes = {node["name"] for node in parse(glb_bytes(facility, triangle))[0]["nodes"]}
    assert nodes == {"facility", "L0", "residual"}


def test_far_from_the_origin_nothing_is_lost_to_float32(hall: Facility) -> None:
    east, north = 691_000.0, 5_335_000.0
    outline = tuple((x + east, y + north) for x, y in hall.levels[0].outline)
    far = Facility(id="F", name="F", kind="planned", levels=(replace(hall.levels[0], outline=outline),))
    corners = world_corners(*parse(glb_bytes(far)))
    back = np.column_stack([corners[:, 0] - east, -corners[:, 2] - north])
    for corner in hall.levels[0].outline:
        assert np.abs(back - corner).sum(axis=1).min() < 1e-4


def test_ids_shared_by_elements_of_two_kinds_give_two_nodes(hall: Facility) -> None:
    twin = replace(hall, obstacles=(replace(hall.obstacles[0], id="R1"),), locations=())
    names = [node["name"] for node in parse(glb_bytes(twin))[0]["nodes"]]
    assert len(names) == len(set(names))
    assert {"R1", "rack R1"} <= set(names)
