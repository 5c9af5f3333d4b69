"""What layers and blocks stand for: by name in many languages, by what is drawn, by a file."""

from __future__ import annotations

import pytest

from layouts.drawings.dxf.read_dxf import read_dxf
from layouts.drawings.dxf.role_words import role_of_name
from layouts.drawings.dxf.roles import PlanRoles, read_roles, write_roles
from spatial.errors import BadDataError

NAMES = {
    "wall": "A-WALL A-WALL-FULL I-WALL Wand Wände Außenwände Trennwand MURS Cloisons Muren wanden Muros Pared"
    " Pareti Väggar Ściany WALLS ext_walls plan|A-WALL bound$0$A-WALL ARCHWALLS Ground-floor-walls 墙体",
    "column": "S-COLS A-COLS Stütze Stützen Stahlstützen Poteaux Kolommen Pilares Słupy COLUMNS Colonne",
    "rack": "RACK Racking Regal Palettenregale Wandregal Rayonnages Stellingen Estanterías Scaffali shelves",
    "door": "A-DOOR DOOR_900 Tür Türen Tore Rolltor Deuren Portes Puertas Dörrar jps-exits Wandöffnung Docks",
    "window": "A-GLAZ Fenster Fenêtres Ventanas Finestre Windows Kozijnen",
    "obstacle": "A-EQPM Fördertechnik Conveyor Maschinen Möbel A-FLOR-STRS Treppe jps-obstacles",
    "station": "Packplatz Depot workstations Ladestation",
    "floor": "A-FLOR Hallenumriss outline jps-walkablearea Vloer",
    "ignore": "A-WALL-PATT A-DOOR-IDEN Bemaßung Text A-ANNO-DIMS Defpoints S-GRID Achsen Wand-Schraffur Rack_Labels",
}


@pytest.mark.parametrize(
    ("role", "name"), [(role, name) for role, names in NAMES.items() for name in names.split()]
)
def test_names_of_the_trade_tell_their_role(role, name):
    assert role_of_name(name) == role


@pytest.mark.parametrize(
    "name",
    [
        *("0", "Layer1", "Lager", "GroundFloor", "Monitor", "important", "track", "brackets", "profondeur"),
        *("hauteur", "outdoor", "Water", "L-21", "PARKING", "jps-journeys", "storage"),
    ],
)
def test_other_names_tell_nothing(name):
    assert role_of_name(name) is None


def test_layers_without_a_telling_name_are_told_by_what_is_drawn(plans, tmp_path):
    pen = plans.Pen("mm")
    pen.rings_of(plans.wall_ground(), "L1", lines=True)
    for x, y in plans.COLUMNS:
        pen.box(x - 0.15, y - 0.15, x + 0.15, y + 0.15, "L2")
    for x, y in plans.RACK_ROWS:
        for k in range(4):
            pen.box(x + 1.5 * k, y, x + 1.5 * k + 1.5, y + 1.1, "L3")
    pen.line((0, 0), (5, 5), "L5")
    found = read_dxf(pen.save(tmp_path / "plan.dxf"))
    roles = {given.layer: (given.role, given.reason.split(":")[0]) for given in found.report.roles}
    geometry = "geometry"
    assert roles == {
        "L1": ("wall", geometry),
        "L2": ("column", geometry),
        "L3": ("rack", geometry),
        "L5": ("", ""),
    }
    plans.assert_same_walls(plans.walls_of(found.facility), plans.hall_walls())


def test_a_sheets_double_border_is_no_wall_beside_walls(plans, tmp_path):
    pen = plans.Pen("mm")
    pen.rings_of(plans.wall_ground(), "A-WALL", lines=True)
    for out in (5.0, 5.5):
        pen.box(-out, -out, 24 + out, 16 + out, "Rahmen")
    found = read_dxf(pen.save(tmp_path / "plan.dxf"))
    plans.assert_same_walls(plans.walls_of(found.facility), plans.hall_walls())
    assert ("Rahmen", "no role") in {(count.layer, count.fate) for count in found.report.counts}


def test_a_block_name_goes_before_the_layer_but_not_for_a_block_of_many_roles(plans, tmp_path):
    pen = plans.Pen("m")
    plan = pen.doc.blocks.new("Rack plan")
    plan.add_lwpolyline([(0, 0), (24, 0), (24, 16), (0, 16)], close=True, dxfattribs={"layer": "A-WALL"})
    plan.add_lwpolyline([(2, 2), (10, 2), (10, 3), (2, 3)], close=True, dxfattribs={"layer": "Regal"})
    post = pen.doc.blocks.new("Stütze HEB300")
    post.add_lwpolyline([(0, 0), (0.3, 0), (0.3, 0.3), (0, 0.3)], close=True)
    pen.space.add_blockref("Rack plan", (0, 0))
    pen.space.add_blockref("Stütze HEB300", (12, 8), dxfattribs={"layer": "A-WALL"})
    facility = read_dxf(pen.save(tmp_path / "plan.dxf")).facility
    assert (len(facility.walls), len(facility.racks), len(facility.columns)) == (4, 1, 1)


def test_a_roles_file_is_written_edited_and_used(plans, hall_file, tmp_path):
    plan, path = hall_file(), tmp_path / "roles.yaml"
    found = read_dxf(plan)
    write_roles(path, found.roles)
    assert read_roles(path) == found.roles
    again = read_dxf(plan, roles=read_roles(path))
    assert again.facility == found.facility
    assert {given.reason for given in again.report.roles} == {"roles file"}
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Regale: rack", "Regale: obstacle").replace("wall_m: 6.0", "wall_m: 9.5"))
    edited = read_dxf(plan, roles=read_roles(path)).facility
    assert (len(edited.racks), len(edited.obstacles)) == (0, 3)
    assert {wall.height_m for wall in edited.walls} == {9.5}


def test_a_wrong_role_is_told_with_the_ones_there_are(tmp_path):
    path = tmp_path / "roles.yaml"
    path.write_text("layers: {A: walls}\n")
    with pytest.raises(BadDataError, match=r"roles\.yaml: layers\.A: .*'wall', 'column'.*got 'walls'"):
        read_roles(path)


def test_without_any_role_nothing_is_made_and_that_is_told(plans, tmp_path):
    pen = plans.Pen("m")
    pen.line((0, 0), (20, 0), "x")
    pen.line((0, 0), (0, 20), "x")
    found = read_dxf(pen.save(tmp_path / "plan.dxf"), roles=PlanRoles())
    assert found.facility is None
    assert found.roles.layers["x"] == "unassigned"
    assert any("nothing is made" in note for note in found.report.notes)
