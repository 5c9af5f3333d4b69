"""Models for phones: within the budget, no extension, the same lengths, about their own middle."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from spatial.facility import Facility
from spatial.meshes.gltf_scene import GltfScene
from spatial.meshes.mesh import PARTS, facility_mesh
from spatial.poses import GLTF_FROM_WORLD, transform_points
from viewer.exports.phone_model import DETAILS, PhoneModel, add_phone_model, phone_model

Validate = Callable[[Path], dict[str, Any]]


def glb_of(model: PhoneModel) -> bytes:
    scene = GltfScene(root="facility")
    add_phone_model(scene, model)
    return scene.to_glb()


def all_points(model: PhoneModel) -> np.ndarray:
    return np.concatenate([vertices for vertices, _ in model.parts.values()]) + model.origin


def test_with_room_it_keeps_every_triangle_but_the_underside_of_floors(demo_facility: Facility) -> None:
    model, mesh = phone_model(demo_facility), facility_mesh(demo_facility)
    corners = mesh.vertices[mesh.faces]
    faces_up = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2] > 0
    shown = mesh.faces[faces_up | (mesh.face_part != PARTS.index("floor"))]
    assert model.detail == "everything"
    assert model.triangles == len(shown) < len(mesh.faces)
    expected = mesh.vertices[np.unique(shown)]
    assert np.sort(all_points(model), axis=0) == pytest.approx(np.sort(expected, axis=0), abs=1e-9)


def test_each_step_of_detail_is_taken_and_the_budget_is_never_passed(demo_facility: Facility) -> None:
    taken = []
    for budget in np.geomspace(40_000, 700, 60).astype(int).tolist():
        model = phone_model(demo_facility, triangles=budget)
        assert model.triangles <= budget
        taken.append(model.detail)
    same = {"16 bays as one", "32 bays as one"}  # as 8 of 8 bays
    assert [*dict.fromkeys(taken)] == [name for name in DETAILS if name not in same]


@pytest.mark.parametrize("budget", [100_000, 20_000, 12_000, 9_800, 5_000, 3_500, 700])
def test_no_step_changes_where_the_rows_stand(budget: int, demo_facility: Facility) -> None:
    """All that is of a row lies within its box, and reaches its ends."""
    model = phone_model(demo_facility, triangles=budget)
    racks = {"upright", "beam", "deck", "pallet", "load"} & set(model.parts)
    points = np.concatenate([model.parts[part][0] for part in racks])[:, :2] + model.origin[:2]
    for rack in demo_facility.racks:
        c, s = np.cos(rack.yaw_rad), np.sin(rack.yaw_rad)
        u, v = (np.array([[c, s], [-s, c]]) @ (points - rack.center).T).round(6)
        own = (np.abs(u) <= rack.length_m / 2) & (np.abs(v) <= rack.depth_m / 2 + 0.1)
        assert np.ptp(u[own]) == pytest.approx(rack.length_m, abs=1e-6)


def test_too_small_a_budget_says_how_many_are_needed(demo_facility: Facility) -> None:
    with pytest.raises(ValueError, match=r"^300 triangles are too few, (\d+) are needed") as caught:
        phone_model(demo_facility, triangles=300)
    needed = int(str(caught.value).split("few, ")[1].split()[0])
    assert phone_model(demo_facility, triangles=needed).triangles == needed


def test_what_a_scan_left_unexplained_is_thinned_into_the_budget(
    demo_facility: Facility, residual: Any
) -> None:
    whole = phone_model(demo_facility, residual)
    assert len(whole.parts["residual"][1]) == len(residual[1])
    thinned = phone_model(demo_facility, residual, triangles=2_500)
    assert thinned.triangles <= 2_500
    assert 100 < len(thinned.parts["residual"][1]) < len(residual[1])
    off = thinned.parts["residual"][0] + thinned.origin
    assert off.min(axis=0) == pytest.approx(residual[0].min(axis=0), abs=0.06)


def test_a_phone_opens_it_at_its_feet(demo_facility: Facility) -> None:
    model = phone_model(demo_facility)
    points = all_points(model) - model.origin
    assert points[:, 2].min() == pytest.approx(0.0, abs=1e-6)
    assert (points[:, :2].min(axis=0) + points[:, :2].max(axis=0)) == pytest.approx([0.0, 0.0], abs=0.02)


@pytest.mark.parametrize("budget", [100_000, 5_000])
def test_khronos_finds_nothing_at_all(
    budget: int, demo_facility: Facility, residual: Any, validate_gltf: Validate, tmp_path: Path
) -> None:
    """Neither an extension that Scene Viewer lacks, nor anything but core glTF."""
    (tmp_path / "a.glb").write_bytes(glb_of(phone_model(demo_facility, residual, triangles=budget)))
    issues = validate_gltf(tmp_path / "a.glb")
    assert not [each for each in issues["messages"] if each["severity"] < 3]
    scene = trimesh.load_scene(tmp_path / "a.glb", process=False)
    assert len(scene.geometry) <= 12
    assert sum(len(mesh.faces) for mesh in scene.geometry.values()) <= budget


def test_a_rack_is_as_large_as_it_is(one: Any) -> None:
    model = phone_model(replace(one.facility, levels=()))
    scene = trimesh.load_scene(io.BytesIO(glb_of(model)), file_type="glb", process=False)
    points = np.concatenate(
        [
            transform_points(scene.graph[node][0], scene.geometry[scene.graph[node][1]].vertices)
            for node in scene.graph.nodes_geometry
        ]
    )
    assert one.measured(transform_points(GLTF_FROM_WORLD.T, points)) == pytest.approx(one.size_m, abs=1e-5)
