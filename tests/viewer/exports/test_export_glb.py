"""GLB: clean by Khronos' validator, the facility's own bounds, volume and ids, with instances and without."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from spatial.facility import Facility
from spatial.meshes.glb import glb_bytes
from spatial.meshes.mesh import facility_mesh
from spatial.poses import GLTF_FROM_WORLD, transform_points
from viewer.exports.glb import FlatScene, facility_glb
from viewer.exports.source import read_residual

INSTANCING = "EXT_mesh_gpu_instancing"
Validate = Callable[[Path], dict[str, Any]]


def tree_of(content: bytes) -> dict[str, Any]:
    (size,) = struct.unpack_from("<I", content, 12)
    tree: dict[str, Any] = json.loads(content[20 : 20 + size])
    return tree


def world_points(content: bytes, named: str | None = None) -> np.ndarray:
    """World vertices of everything drawn, or of the nodes at and below the one of that name; no extension is read."""
    scene = trimesh.load_scene(io.BytesIO(content), file_type="glb", process=False)
    below = None if named is None else {named, *scene.graph.transforms.successors(named)}
    points = [
        transform_points(pose, scene.geometry[geometry].vertices)
        for node in scene.graph.nodes_geometry
        if below is None or node in below
        for pose, geometry in [scene.graph[node]]
    ]
    return transform_points(GLTF_FROM_WORLD.T, np.concatenate(points))


def solid_volume(facility: Facility, *parts: Any) -> float:
    vertices, faces = facility_mesh(facility).part(*parts)
    return volume_of(vertices, faces)


def volume_of(vertices: np.ndarray, faces: np.ndarray) -> float:
    """By the divergence theorem, about the middle so that nothing cancels; trimesh warns where there is none."""
    a, b, c = (vertices - vertices.mean(axis=0))[faces].transpose(1, 0, 2)
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


@pytest.mark.parametrize("instancing", [True, False])
def test_khronos_finds_no_error_and_no_warning(
    instancing: bool, demo_facility: Facility, residual: Any, validate_gltf: Validate, tmp_path: Path
) -> None:
    (tmp_path / "a.glb").write_bytes(facility_glb(demo_facility, residual, instancing=instancing))
    issues = validate_gltf(tmp_path / "a.glb")
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0), issues["messages"][:5]
    told = {each["code"] for each in issues["messages"] if each["severity"] < 3}
    # the validator does not know instances, and so nobody who would use their attributes
    assert told == ({"UNSUPPORTED_EXTENSION", "UNUSED_OBJECT"} if instancing else set())


def test_the_validator_would_find_a_fault(
    demo_facility: Facility, validate_gltf: Validate, tmp_path: Path
) -> None:
    content = facility_glb(demo_facility).replace(b'"componentType":5126', b'"componentType":5125', 1)
    (tmp_path / "a.glb").write_bytes(content)
    assert validate_gltf(tmp_path / "a.glb")["numErrors"] > 0


def test_with_instances_it_is_what_a_site_has(demo_facility: Facility) -> None:
    assert facility_glb(demo_facility) == glb_bytes(demo_facility)


def test_without_instances_it_uses_no_extension(demo_facility: Facility) -> None:
    tree = tree_of(facility_glb(demo_facility, instancing=False))
    assert not {"extensionsUsed", "extensionsRequired"} & tree.keys()
    assert INSTANCING in tree_of(facility_glb(demo_facility))["extensionsUsed"]


def test_without_instances_a_plain_reader_finds_bounds_and_volume(demo_facility: Facility) -> None:
    content = facility_glb(demo_facility, instancing=False)
    points, mesh = world_points(content), facility_mesh(demo_facility)
    assert np.ptp(points, axis=0) == pytest.approx(np.ptp(mesh.vertices, axis=0), abs=1e-5)
    assert points.min(axis=0) == pytest.approx(mesh.vertices.min(axis=0), abs=1e-5)
    scene = trimesh.load_scene(io.BytesIO(content), file_type="glb", process=False)
    volume = {
        node: volume_of(scene.geometry[geometry].vertices, scene.geometry[geometry].faces)
        for node in scene.graph.nodes_geometry
        for _, geometry in [scene.graph[node]]
    }
    for node, part in (("locations loads", "load"), ("locations pallets", "pallet")):
        assert volume[node] == pytest.approx(solid_volume(demo_facility, part), rel=1e-5)
    beams = sum(v for node, v in volume.items() if node.endswith(" beams"))
    assert beams == pytest.approx(solid_volume(demo_facility, "beam"), rel=1e-5)


def test_without_instances_triangles_still_tell_their_location(demo_facility: Facility) -> None:
    content = facility_glb(demo_facility, instancing=False)
    scene = trimesh.load_scene(io.BytesIO(content), file_type="glb", process=False)
    extras = next(n["extras"] for n in tree_of(content)["nodes"] if n["name"] == "locations empty")
    pose, geometry = scene.graph["locations empty"]
    mesh, per_box = scene.geometry[geometry], extras["triangles_per_box"]
    assert len(mesh.faces) == per_box * len(extras["ids"])
    places = {place.id: place for place in demo_facility.locations}
    for number, name in enumerate(extras["ids"]):
        corners = mesh.vertices[mesh.faces[number * per_box : (number + 1) * per_box]].reshape(-1, 3)
        world = transform_points(GLTF_FROM_WORLD.T @ pose, corners)
        middle = (world.min(axis=0) + world.max(axis=0)) / 2
        assert middle == pytest.approx(places[name].center, abs=1e-4)


def test_a_rack_is_as_large_as_it_is(one: Any) -> None:
    content = facility_glb(one.facility, instancing=False)
    rack = one.facility.racks[0]
    assert one.measured(world_points(content, rack.id)) == pytest.approx(one.size_m, abs=1e-4)


def test_what_a_scan_left_unexplained_is_read_from_the_site_and_kept(
    demo_facility: Facility, residual: Any, tmp_path: Path
) -> None:
    (tmp_path / "facility.glb").write_bytes(glb_bytes(demo_facility, residual))
    found = read_residual(tmp_path / "facility.glb")
    assert found is not None
    triangles = [vertices[faces].reshape(-1, 3) for vertices, faces in (residual, found)]
    assert triangles[1] == pytest.approx(triangles[0], abs=1e-5)
    points = world_points(facility_glb(demo_facility, found, instancing=False), "residual")
    assert points.min(axis=0) == pytest.approx(residual[0].min(axis=0), abs=1e-5)
    assert read_residual(tmp_path / "no.glb") is None


def test_an_empty_scene_has_no_bounds() -> None:
    assert FlatScene(root="facility").world_bounds() is None
