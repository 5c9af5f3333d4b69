"""The formats that a site leaves in: which files each writes, and how."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spatial.meshes.facility_scene import add_facility
from spatial.meshes.gltf_scene import GltfScene
from viewer.exports import tiles
from viewer.exports.dxf_plan import dxf_plan
from viewer.exports.glb import facility_glb
from viewer.exports.mesh_budget import within_budget
from viewer.exports.obj import mtl_text, obj_text
from viewer.exports.phone_model import TRIANGLES, PhoneModel, add_phone_model, phone_model
from viewer.exports.ply import ply_bytes
from viewer.exports.source import Source
from viewer.exports.surface import facility_surface
from viewer.exports.svg_plan import svg_plan
from viewer.exports.tables.write_tables import FILES as TABLE_FILES
from viewer.exports.tables.write_tables import TableFormat, write_tables
from viewer.exports.usd import UsdScene
from viewer.exports.usda import usda_text
from viewer.exports.usdc import usdc_bytes
from viewer.exports.usdz import usdz_bytes


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How it is to be: with instances or without, meshes of at most so many triangles, the picture `at_s` seconds
    into the run, tables in these formats.

    `triangles` None is TRIANGLES for phone models and no bound for facility.glb, whose elements stay whole.
    """

    instancing: bool = True
    triangles: int | None = None
    at_s: float | None = None
    tables: Sequence[TableFormat] = ("csv", "parquet")

    @property
    def phone_triangles(self) -> int:
        """Most triangles of a phone model."""
        return TRIANGLES if self.triangles is None else self.triangles


Writer = Callable[[Path, Source, Wishes], Sequence[str]]
"""Writes into a folder, and returns what there is to be noted."""


@dataclass(frozen=True)
class Format:
    """`names` are the files and folders that it makes of a source; `inside` matches all files in these folders."""

    meaning: str
    names: Callable[[Source], Sequence[str]]
    write: Writer
    inside: str = ""


def plan_name(level: str, suffix: str) -> str:
    """The file of a level's plan; what a file's name may not hold becomes an underscore."""
    return f"plan-{re.sub(r'[^0-9A-Za-z._-]', '_', level)}.{suffix}"


def _fixed(*names: str) -> Callable[[Source], Sequence[str]]:
    return lambda _source: names


def _plans(suffix: str) -> Callable[[Source], Sequence[str]]:
    return lambda source: [plan_name(level.id, suffix) for level in source.facility.levels]


def _glb(folder: Path, source: Source, wishes: Wishes) -> Sequence[str]:
    residual, told = within_budget(source.facility, source.residual, wishes.triangles)
    content = facility_glb(source.facility, residual, instancing=wishes.instancing)
    (folder / "facility.glb").write_bytes(content)
    if residual is source.residual:
        return ()
    kept = f"{told['of_residual']:,} triangles, off by {told['residual_off_by_mm']} mm at most"
    return [
        f"facility.glb keeps of what the scan saw {'nothing' if residual is None else kept} (--triangles)"
    ]


def _phone_glb(folder: Path, source: Source, wishes: Wishes) -> Sequence[str]:
    model = phone_model(source.facility, source.residual, triangles=wishes.phone_triangles)
    scene = GltfScene(root="facility")
    add_phone_model(scene, model)
    (folder / "facility-phone.glb").write_bytes(scene.to_glb())
    return _told(model)


def _usda(folder: Path, source: Source, _wishes: Wishes) -> Sequence[str]:
    scene = UsdScene(up="Z")
    add_facility(scene, source.facility, source.residual)
    (folder / "facility.usda").write_text(usda_text(scene.stage), encoding="utf-8")
    return ()


def _usdz(folder: Path, source: Source, wishes: Wishes) -> Sequence[str]:
    model = phone_model(source.facility, source.residual, triangles=wishes.phone_triangles)
    scene = UsdScene(up="Y")
    add_phone_model(scene, model)
    package = usdz_bytes({"facility.usdc": usdc_bytes(scene.stage)})
    (folder / "facility.usdz").write_bytes(package)
    return _told(model)


def _obj(folder: Path, source: Source, _wishes: Wishes) -> Sequence[str]:
    surface = facility_surface(source.facility, source.residual)
    (folder / "facility.obj").write_text(obj_text(surface, "facility.mtl"), encoding="utf-8")
    (folder / "facility.mtl").write_text(mtl_text(), encoding="utf-8")
    return ()


def _ply(folder: Path, source: Source, _wishes: Wishes) -> Sequence[str]:
    (folder / "facility.ply").write_bytes(ply_bytes(facility_surface(source.facility, source.residual)))
    return ()


def _tiles(folder: Path, source: Source, _wishes: Wishes) -> Sequence[str]:
    (folder / "tiles").mkdir()
    for name, content in tiles.tileset_files(source.facility, source.residual):
        (folder / "tiles" / name).write_bytes(content)
    return ()


def _dxf(folder: Path, source: Source, _wishes: Wishes) -> Sequence[str]:
    _require_levels(source)
    for level in source.facility.levels:
        drawing = dxf_plan(source.facility, level.id)
        (folder / plan_name(level.id, "dxf")).write_text(drawing, encoding="utf-8")
    return ()


def _svg(folder: Path, source: Source, _wishes: Wishes) -> Sequence[str]:
    _require_levels(source)
    for level in source.facility.levels:
        drawing = svg_plan(source.facility, level.id)
        (folder / plan_name(level.id, "svg")).write_text(drawing, encoding="utf-8")
    return ()


def _png(folder: Path, source: Source, wishes: Wishes) -> Sequence[str]:
    from viewer.desktop.desktop import picture  # VTK takes seconds to load

    picture(source.site, source.run_folder, folder / "picture.png", wishes.at_s)
    return ()


def _tables(folder: Path, source: Source, wishes: Wishes) -> Sequence[str]:
    (folder / "tables").mkdir()
    write_tables(folder / "tables", source, wishes.tables)
    return ()


def _require_levels(source: Source) -> None:
    if not source.facility.levels:
        raise ValueError("the facility has no level to be drawn: give it one")


def _told(model: PhoneModel) -> Sequence[str]:
    """What the phone model had to leave out."""
    notes = []
    if model.detail != "everything":
        notes.append(f"the phone model keeps {model.triangles:,} triangles: {model.detail} (--triangles)")
    if model.residual_left_out:
        notes.append("the phone model leaves out what the scan saw and no element explains")
    return notes


FORMATS = {
    "glb": Format("glTF with ids and instances", _fixed("facility.glb"), _glb),
    "phone-glb": Format("glTF for Scene Viewer", _fixed("facility-phone.glb"), _phone_glb),
    "usd": Format("USD with ids and instances", _fixed("facility.usda"), _usda),
    "usdz": Format("USDZ for Quick Look", _fixed("facility.usdz"), _usdz),
    "obj": Format("OBJ, a group for each element", _fixed("facility.obj", "facility.mtl"), _obj),
    "ply": Format("PLY whose faces know their element", _fixed("facility.ply"), _ply),
    "tiles": Format("3D Tiles 1.1 of the mesh", _fixed("tiles"), _tiles, tiles.FILES),
    "dxf": Format("DXF plan of each level", _plans("dxf"), _dxf),
    "svg": Format("SVG plan of each level, on A3", _plans("svg"), _svg),
    "png": Format("picture", _fixed("picture.png"), _png),
    "tables": Format("tables and their dictionary", _fixed("tables"), _tables, TABLE_FILES),
}
