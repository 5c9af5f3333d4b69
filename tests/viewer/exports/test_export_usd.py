"""USD: clean by OpenUSD's validators and by ARKit's rules, the facility's bounds, ids and instances."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spatial.facility import Facility
from spatial.meshes.building_parts import SLAB_M
from spatial.meshes.facility_scene import add_facility
from spatial.meshes.mesh import facility_mesh
from spatial.poses import GLTF_FROM_WORLD, transform_points
from viewer.exports.phone_model import add_phone_model, phone_model
from viewer.exports.usd import UsdScene
from viewer.exports.usda import usda_text
from viewer.exports.usdc import usdc_bytes
from viewer.exports.usdz import usdz_bytes

pxr = pytest.importorskip("pxr", reason="skipped: usd-core is not installed")
from pxr import Sdf, Usd, UsdGeom, UsdShade, UsdUtils, UsdValidation  # noqa: E402

ARKIT_TYPES = {"", "Scope", "Xform", "Mesh", "Material", "Shader"}
"""Of the types that ARKit knows, those that are used here: no point instancer, no curves."""


def stage_of(path: Path) -> Any:
    return Usd.Stage.Open(str(path))


def faults(stage: Any) -> list[str]:
    """What all of OpenUSD's validators say."""
    registry = UsdValidation.ValidationRegistry()
    validators = [registry.GetOrLoadValidatorByName(each.name) for each in registry.GetAllValidatorMetadata()]
    assert len(validators) > 20
    errors = UsdValidation.ValidationContext(validators).Validate(stage)
    return [f"{each.GetName()}: {each.GetMessage()}" for each in errors]


def bounds(stage: Any, path: str = "/Facility") -> np.ndarray:
    """Lowest and highest corner (2, 3) of what is drawn at and below a prim, in the stage's own axes."""
    points = []
    for prim in Usd.PrimRange(stage.GetPrimAtPath(path), Usd.TraverseInstanceProxies()):
        if prim.IsA(UsdGeom.Mesh):
            pose = np.array(UsdGeom.XformCache().GetLocalToWorldTransform(prim)).T
            points.append(transform_points(pose, UsdGeom.Mesh(prim).GetPointsAttr().Get()))
    corners = np.concatenate(points)
    return np.array([corners.min(axis=0), corners.max(axis=0)])


def scene_text(facility: Facility, residual: Any = None) -> str:
    scene = UsdScene(up="Z")
    add_facility(scene, facility, residual)
    return usda_text(scene.stage)


def package_of(facility: Facility, residual: Any = None) -> bytes:
    scene = UsdScene(up="Y")
    add_phone_model(scene, phone_model(facility, residual))
    return usdz_bytes({"facility.usdc": usdc_bytes(scene.stage)})


@pytest.fixture(scope="module")
def full(demo_facility: Facility, residual: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("usd") / "facility.usda"
    path.write_text(scene_text(demo_facility, residual), encoding="utf-8")
    return stage_of(path)


@pytest.fixture(scope="module")
def package(demo_facility: Facility, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("usdz") / "facility.usdz"
    path.write_bytes(package_of(demo_facility))
    return path


def test_openusd_finds_no_fault(full: Any, package: Path) -> None:
    assert faults(full) == []
    assert faults(stage_of(package)) == []


def test_the_validators_would_find_a_fault(demo_facility: Facility, tmp_path: Path) -> None:
    text = scene_text(demo_facility).replace('prepend apiSchemas = ["MaterialBindingAPI"]', "", 1)
    (tmp_path / "a.usda").write_text(text.replace("metersPerUnit = 1", ""), encoding="utf-8")
    assert len(faults(stage_of(tmp_path / "a.usda"))) >= 2


def test_metres_and_axes_are_told(full: Any, package: Path) -> None:
    for stage, up in ((full, "Z"), (stage_of(package), "Y")):
        assert UsdGeom.GetStageMetersPerUnit(stage) == 1.0
        assert UsdGeom.GetStageUpAxis(stage) == up
        assert stage.GetDefaultPrim().GetPath() == "/Facility"


def test_bounds_are_those_of_the_facility(
    full: Any, package: Path, demo_facility: Facility, residual: Any
) -> None:
    points = np.concatenate([facility_mesh(demo_facility).vertices, residual[0]])
    boxes = [
        np.array(place.center) + sign * np.array(place.size_m) / 2
        for place in demo_facility.locations
        if place.state == "empty"
        for sign in (-1, 1)
    ]
    assert bounds(full)[0] == pytest.approx(points.min(axis=0), abs=1e-5)
    assert bounds(full)[1, :2] == pytest.approx(points[:, :2].max(axis=0), abs=1e-5)
    assert bounds(full)[1, 2] == pytest.approx(max(points[:, 2].max(), np.max(boxes, axis=0)[2]), abs=1e-5)
    world = transform_points(GLTF_FROM_WORLD.T, bounds(stage_of(package)))
    size = np.abs(world[1] - world[0])
    above = points[points[:, 2] > points[:, 2].min() + SLAB_M / 2]  # of floors the top
    assert size == pytest.approx(np.ptp(above, axis=0), abs=1e-5)


def test_each_location_is_an_instance_with_its_id(full: Any, demo_facility: Facility) -> None:
    instances = [prim for prim in full.Traverse() if prim.IsInstance()]
    ids = [prim.GetAttribute("aisletwin:id").Get() for prim in instances]
    found = {each for each in ids if each}
    assert found == {place.id for place in demo_facility.locations}
    prototypes = {prim.GetPrototype().GetPath() for prim in instances}
    assert len(full.GetPrototypes()) == len(prototypes) == 6
    assert len(instances) > 2000


def test_every_mesh_is_bound_to_a_look_of_its_own_colour(full: Any) -> None:
    meshes = [prim for root in full.GetPrototypes() for prim in Usd.PrimRange(root) if prim.IsA(UsdGeom.Mesh)]
    meshes += [prim for prim in full.Traverse() if prim.IsA(UsdGeom.Mesh)]
    assert len(meshes) > 20
    for prim in meshes:
        material, _ = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()
        assert material, prim.GetPath()
        surface, *_ = material.ComputeSurfaceSource()
        assert surface.GetIdAttr().Get() == "UsdPreviewSurface"
        (shown,) = UsdGeom.Mesh(prim).GetDisplayColorAttr().Get()
        assert surface.GetInput("diffuseColor").Get() == pytest.approx(shown)


def test_extents_hold_what_they_are_of(full: Any) -> None:
    for prim in full.Traverse():
        if prim.IsA(UsdGeom.Mesh):
            mesh = UsdGeom.Mesh(prim)
            points = np.array(mesh.GetPointsAttr().Get())
            told = np.array(mesh.GetExtentAttr().Get())
            assert told == pytest.approx(np.array([points.min(axis=0), points.max(axis=0)]), abs=1e-6)


def test_arkit_finds_nothing_that_it_does_not_know(package: Path) -> None:
    """usdchecker --arkit: Y up, known types of prims alone, shaders of Usd*, bindings that lead to something."""
    stage = stage_of(package)
    assert UsdGeom.GetStageUpAxis(stage) == "Y"
    prims = [*stage.Traverse()]
    assert {str(prim.GetTypeName()) for prim in prims} <= ARKIT_TYPES
    for prim in prims:
        if prim.IsA(UsdShade.Shader):
            assert str(UsdShade.Shader(prim).GetIdAttr().Get()).startswith("Usd")
        if prim.HasRelationship("material:binding"):
            (target,) = prim.GetRelationship("material:binding").GetTargets()
            assert stage.GetPrimAtPath(target).IsA(UsdShade.Material)


def test_the_root_layer_of_a_package_is_a_crate_as_arkit_asks(package: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        assert archive.namelist() == ["facility.usdc"]
        assert archive.read("facility.usdc")[:8] == b"PXR-USDC"
    stage = stage_of(package)
    assert len([each for each in stage.GetUsedLayers() if not each.anonymous]) == 1


def test_openusd_reads_the_same_from_the_crate_as_from_the_text(
    demo_facility: Facility, residual: Any, tmp_path: Path
) -> None:
    """Every path, every field and every value of the full scene, references and instances too."""
    scene = UsdScene(up="Z")
    add_facility(scene, demo_facility, residual)
    (tmp_path / "a.usda").write_text(usda_text(scene.stage), encoding="utf-8")
    (tmp_path / "a.usdc").write_bytes(usdc_bytes(scene.stage))
    text, crate = (Sdf.Layer.FindOrOpen(str(tmp_path / name)) for name in ("a.usda", "a.usdc"))
    paths: tuple[list[Any], list[Any]] = ([], [])
    for layer, found in zip((text, crate), paths, strict=True):
        layer.Traverse("/", found.append)
    assert sorted(map(str, paths[0])) == sorted(map(str, paths[1]))
    assert len(paths[0]) > 10_000
    for path in paths[0]:
        a, b = (layer.GetObjectAtPath(path) for layer in (text, crate))
        if a is None:  # the target of a connection or relationship is no object
            continue
        assert sorted(a.ListInfoKeys()) == sorted(b.ListInfoKeys()), path
        for key in a.ListInfoKeys():
            told, read = a.GetInfo(key), b.GetInfo(key)
            if told != read:
                assert np.array(read) == pytest.approx(np.array(told), abs=1.1e-6), (path, key)
    assert faults(stage_of(tmp_path / "a.usdc")) == []


def test_a_package_is_stored_and_aligned_to_64_bytes() -> None:
    content = usdz_bytes({"a.usda": b"#usda 1.0\n", "long name of 30 letters.bin": b"\1" * 100, "b": b""})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.usda", "long name of 30 letters.bin", "b"]
        for info in archive.infolist():
            assert info.compress_type == zipfile.ZIP_STORED
            assert not info.flag_bits & 0x9  # neither encrypted nor followed by its size
            name, extra = struct.unpack_from("<HH", content, info.header_offset + 26)
            assert (info.header_offset + 30 + name + extra) % 64 == 0
            assert info.date_time == (1980, 1, 1, 0, 0, 0)


def test_openusd_can_pack_it_again(package: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path)
    again = str(tmp_path / "again.usdz")
    assert UsdUtils.CreateNewARKitUsdzPackage(str(tmp_path / "facility.usdc"), again)
    assert bounds(stage_of(Path(again))) == pytest.approx(bounds(stage_of(package)))


def test_a_rack_is_as_large_as_it_is(one: Any, tmp_path: Path) -> None:
    (tmp_path / "a.usda").write_text(scene_text(one.facility), encoding="utf-8")
    stage = stage_of(tmp_path / "a.usda")
    (rack,) = [prim for prim in stage.Traverse() if prim.GetAttribute("aisletwin:kind").Get() == "rack"]
    assert rack.GetAttribute("aisletwin:id").Get() == "Row 7/ü"
    points = []
    for prim in Usd.PrimRange(rack, Usd.TraverseInstanceProxies()):
        if prim.IsA(UsdGeom.Mesh):
            pose = np.array(UsdGeom.XformCache().GetLocalToWorldTransform(prim)).T
            points.append(transform_points(pose, UsdGeom.Mesh(prim).GetPointsAttr().Get()))
    assert one.measured(np.concatenate(points)) == pytest.approx(one.size_m, abs=1e-5)
    (tmp_path / "a.usdz").write_bytes(package_of(replace(one.facility, levels=())))
    phone = stage_of(tmp_path / "a.usdz")
    corners = [
        transform_points(
            np.array(UsdGeom.XformCache().GetLocalToWorldTransform(prim)).T,
            UsdGeom.Mesh(prim).GetPointsAttr().Get(),
        )
        for prim in phone.Traverse()
        if prim.IsA(UsdGeom.Mesh)
    ]
    size = one.measured(transform_points(GLTF_FROM_WORLD.T, np.concatenate(corners)))
    assert size == pytest.approx(one.size_m, abs=1e-5)


def test_the_same_facility_gives_the_same_text(demo_facility: Facility) -> None:
    assert scene_text(demo_facility) == scene_text(demo_facility)
    assert package_of(demo_facility) == package_of(demo_facility)
