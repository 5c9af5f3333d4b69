"""OBJ and PLY: read again they have the facility's bounds, volumes, groups and elements."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import numpy as np
import pytest
import trimesh

from spatial.facility import Facility
from viewer.exports.obj import group_name, mtl_text, obj_text
from viewer.exports.ply import ply_bytes
from viewer.exports.surface import PARTS, Surface, facility_surface, solids, srgb


@pytest.fixture(scope="module")
def surface(demo_facility: Facility, residual: Any) -> Surface:
    return facility_surface(demo_facility, residual)


def signed_volume(vertices: np.ndarray, faces: np.ndarray, about: np.ndarray) -> float:
    a, b, c = (vertices - about)[faces].transpose(1, 0, 2)
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def obj_groups(text: str) -> dict[str, np.ndarray]:
    """Triangles (T, 3, 3) by group: a reader of what the file says, in a few lines."""
    vertices: list[list[float]] = []
    faces: dict[str, list[list[int]]] = {}
    group = ""
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "g":
            group = rest
        elif word == "v":
            vertices.append([float(each) for each in rest.split()])
        elif word == "f":
            faces.setdefault(group, []).append([int(each) - 1 for each in rest.split()])
    points = np.array(vertices)
    return {name: points[np.array(found)] for name, found in faces.items()}


def test_an_obj_has_a_group_for_each_element_that_is_seen(surface: Surface) -> None:
    text = obj_text(surface, "a.mtl")
    groups = obj_groups(text)
    seen = [surface.ids[i] for i in np.unique(surface.element)]
    assert [*groups] == seen
    assert len(re.findall(r"^g ", text, re.MULTILINE)) == len(seen)


def test_each_group_of_an_obj_has_the_volume_and_bounds_of_its_element(surface: Surface) -> None:
    groups = obj_groups(obj_text(surface, "a.mtl"))
    for element in np.unique(surface.element).tolist():
        faces = surface.faces[surface.element == element]
        truth, read = surface.vertices[faces], groups[surface.ids[element]]
        assert read == pytest.approx(truth, abs=1e-6)
        about = truth.reshape(-1, 3).mean(axis=0)
        flat = read.reshape(-1, 3)
        expected = signed_volume(surface.vertices, faces, about)
        assert signed_volume(flat, np.arange(len(flat)).reshape(-1, 3), about) == pytest.approx(
            expected, rel=1e-5, abs=1e-5
        )


def test_trimesh_reads_the_same_obj(surface: Surface, tmp_path: Any) -> None:
    (tmp_path / "a.obj").write_text(obj_text(surface, "a.mtl"), encoding="utf-8")
    (tmp_path / "a.mtl").write_text(mtl_text(), encoding="utf-8")
    mesh = trimesh.load_mesh(tmp_path / "a.obj", process=False, force="mesh")
    assert len(mesh.faces) == len(surface.faces)
    assert mesh.bounds == pytest.approx(
        np.array([surface.vertices.min(axis=0), surface.vertices.max(axis=0)]), abs=1e-5
    )


def test_an_obj_uses_materials_that_its_mtl_has(surface: Surface) -> None:
    used = set(re.findall(r"^usemtl (\S+)$", obj_text(surface, "a.mtl"), re.MULTILINE))
    assert used <= set(re.findall(r"^newmtl (\S+)$", mtl_text(), re.MULTILINE))
    assert used == {PARTS[i] for i in np.unique(surface.part)}


def test_a_name_with_spaces_stays_one_group() -> None:
    assert group_name("Row 7%/ü\u00a0x") == "Row%207%25/ü%C2%A0x"
    assert len({group_name("A 1"), group_name("A%201"), group_name("A_1")}) == 3


def read_ply(content: bytes) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Header lines, vertices and face records."""
    head, _, body = content.partition(b"end_header\n")
    lines = head.decode("ascii").splitlines()
    counts = [int(line.split()[-1]) for line in lines if re.match(r"element (vertex|face) ", line)]
    vertices = np.frombuffer(body, "<f8", 3 * counts[0]).reshape(-1, 3)
    face = np.dtype([("n", "u1"), ("v", "<i4", 3), ("element", "<i4"), ("part", "u1"), ("rgb", "u1", 3)])
    return lines, vertices, np.frombuffer(body, face, counts[1], 24 * counts[0])


def test_a_ply_has_the_same_mesh_and_tells_whose_each_face_is(surface: Surface) -> None:
    content = ply_bytes(surface)
    lines, vertices, faces = read_ply(content)
    assert np.array_equal(vertices, surface.vertices)
    assert np.array_equal(faces["v"], surface.faces)
    assert len(content) == content.index(b"end_header\n") + 11 + 24 * len(vertices) + 21 * len(faces)
    table = [json.loads(line.split(" ", 3)[3]) for line in lines if line.startswith("comment element ")]
    assert [row["id"] for row in table] == [*surface.ids]
    for element in np.unique(faces["element"]).tolist():
        assert table[element]["kind"] == surface.kinds[element]
    assert {PARTS[i] for i in np.unique(faces["part"])} >= {"upright", "beam", "load", "residual"}
    red_beams = faces["rgb"][faces["part"] == PARTS.index("beam")]
    assert (red_beams[:, 0] > red_beams[:, 2] + 100).all()


def test_trimesh_reads_the_same_ply(surface: Surface) -> None:
    mesh = trimesh.load_mesh(io.BytesIO(ply_bytes(surface)), file_type="ply", process=False)
    assert np.asarray(mesh.faces) == pytest.approx(surface.faces)
    assert np.asarray(mesh.vertices) == pytest.approx(surface.vertices, abs=1e-5)


def test_solids_share_out_every_triangle_once(surface: Surface) -> None:
    found = [*solids(surface)]
    assert sum(len(solid.faces) for solid in found) == len(surface.faces)
    assert len({(solid.element, solid.part) for solid in found}) == len(found)


def test_a_rack_is_as_large_as_it_is(one: Any) -> None:
    surface = facility_surface(one.facility)
    rack = one.facility.racks[0].id
    from_obj = obj_groups(obj_text(surface, "a.mtl"))[group_name(rack)].reshape(-1, 3)
    assert one.measured(from_obj) == pytest.approx(one.size_m, abs=1e-5)
    _, vertices, faces = read_ply(ply_bytes(surface))
    own = faces["v"][faces["element"] == surface.ids.index(rack)]
    assert one.measured(vertices[own].reshape(-1, 3)) == pytest.approx(one.size_m, abs=1e-9)


def test_white_stays_white_and_middle_grey_is_brighter_on_screen() -> None:
    assert srgb((1.0, 0.0, 0.2140, 1.0)) == pytest.approx((1.0, 0.0, 0.5), abs=1e-3)
