"""What becomes of everything in a model: racks, obstacles, georeference, and nothing lost untold."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import shapely

from layouts.drawings.ifc.imported import report_dict, report_text
from spatial.facility_json import read_facility, write_facility


def box(model, ifc_class, name, x, y, length, width, height, *, storey, z=0.0, yaw=0.0, **attributes):
    profile = model.rectangle(length, width)
    return model.product(
        ifc_class, profile, height, at=(x, y, z), yaw=yaw, storey=storey, Name=name, **attributes
    )


@pytest.fixture
def hall(ifc_model):
    model = ifc_model()
    model.ground = model.storey("EG", 0.0)
    model.room(model.ground, 30.0, 20.0, height=8.0)
    return model


def test_racks_are_known_by_their_names(read, hall):
    for i, (ifc_class, name) in enumerate(
        [
            ("IfcFurniture", "Palettenregal 3 Felder"),
            ("IfcBuildingElementProxy", "Pallet rack:2700"),
            ("IfcSystemFurnitureElement", "Fachbodenregal"),
            ("IfcBuildingElementProxy", "Cantilever rack"),
            ("IfcBuildingElementProxy", "Server rack 19in"),
        ]
    ):
        box(hall, ifc_class, name, 10.0, 3.0 + 3 * i, 8.4, 1.1, 6.0, storey=hall.ground, yaw=math.radians(10))
    facility = read(hall).facility
    assert [rack.kind for rack in facility.racks] == ["pallet_rack", "pallet_rack", "shelving", "cantilever"]
    assert len(facility.obstacles) == 1
    rack = facility.racks[0]
    assert (*rack.center, rack.length_m, rack.depth_m, rack.height_m) == pytest.approx(
        (10, 3, 8.4, 1.1, 6.0), abs=1e-4
    )
    assert rack.yaw_rad == pytest.approx(math.radians(10), abs=1e-6)


def test_a_rack_of_many_parts_is_one_rack(read, hall):
    assembly = hall.product("IfcElementAssembly", None, 0, storey=hall.ground, Name="Storage rack")
    parts = [
        hall.product(
            "IfcMember", hall.rectangle(0.1, 1.1), 5.0, at=(x, 5, 0), host=hall.ground, Name="upright"
        )
        for x in (5.0, 7.8, 10.6)
    ]
    hall.aggregate(assembly, parts)
    found = read(hall)
    (rack,) = found.facility.racks
    assert (rack.length_m, rack.depth_m, rack.height_m) == pytest.approx((5.7, 1.1, 5.0), abs=1e-4)
    assert {(each.ifc_class, each.held_as): each.count for each in found.report.outcomes if each.held_as}[
        ("IfcMember", "part of a rack")
    ] == 3


def test_what_stands_on_the_floor_is_an_obstacle_of_its_kind(read, hall):
    box(hall, "IfcBuildingElementProxy", "Rollenbahn Förderer", 5, 5, 4, 0.8, 0.9, storey=hall.ground)
    box(hall, "IfcBuildingElementProxy", "Wickler Maschine", 5, 8, 3, 2, 2.5, storey=hall.ground)
    box(hall, "IfcFurniture", "Tisch", 5, 12, 2, 1, 0.8, storey=hall.ground)
    box(hall, "IfcBuildingElementProxy", "Baum", 50, 50, 2, 2, 5, storey=hall.ground)
    found = read(hall)
    kinds = [(each.kind, each.movable, each.z0_m, each.z1_m) for each in found.facility.obstacles]
    assert kinds == [
        ("conveyor", False, 0, pytest.approx(0.9)),
        ("machine", False, 0, pytest.approx(2.5)),
        ("unknown", True, 0, pytest.approx(0.8)),
    ]
    assert shapely.Polygon(found.facility.obstacles[0].footprint).area == pytest.approx(3.2, abs=1e-4)
    assert any(each.reason == "it stands outside every floor" for each in found.report.outcomes)


def test_every_element_is_in_the_report_once(read, hall):
    wall = hall.wall(hall.ground, (10, 0), (10, 20), 0.2, 4.0)
    hall.opening(wall, 2, 3, 0, 2.1, filling="IfcDoor", name="Tür")
    box(hall, "IfcBeam", "Unterzug", 5, 5, 4, 0.3, 0.5, storey=hall.ground, z=7)
    box(hall, "IfcPipeSegment", "Rohr", 5, 5, 4, 0.3, 0.5, storey=hall.ground, z=7)
    hall.product("IfcWall", None, 0, storey=hall.ground, Name="ohne Körper")
    hall.entity("IfcGrid", Name="Raster")
    found = read(hall)
    counted = {}
    for each in found.report.outcomes:
        counted[each.ifc_class] = counted.get(each.ifc_class, 0) + each.count
    expected = {}
    for element in hall.file.by_type("IfcElement"):
        expected[element.is_a()] = expected.get(element.is_a(), 0) + 1
    assert counted == expected
    assert found.report.other_products == {"IfcGrid": 1}
    left = {each.ifc_class: each.reason for each in found.report.outcomes if not each.held_as}
    assert left == {
        "IfcBeam": "a facility has no place for it",
        "IfcPipeSegment": "a facility has no place for it",
        "IfcWall": "it has no body in the file",
    }
    text = report_text(found.report)
    assert "1 IfcWall: it has no body in the file (IfcWall #" in text
    assert "'ohne Körper'" in text
    assert json.loads(json.dumps(report_dict(found.report)))["elements"]


def test_a_door_without_an_opening_lies_in_the_wall_it_stands_in(read, hall):
    profile = hall.rectangle(1.2, 0.1)
    hall.product("IfcDoor", profile, 2.1, at=(6.0, -0.1, 0), storey=hall.ground, Name="Tür")
    found = read(hall)
    (door,) = [hole for wall in found.facility.walls for hole in wall.openings]
    assert (door.kind, door.s1_m - door.s0_m, door.z1_m) == ("door", pytest.approx(1.2), pytest.approx(2.1))


def test_a_curtain_wall_is_a_wall_and_its_door_an_opening(read, hall):
    curtain = hall.product("IfcCurtainWall", None, 0, storey=hall.ground, Name="Fassade")
    parts = [
        hall.product(
            "IfcPlate", hall.rectangle(1.8, 0.03), 3.0, at=(12 + 2 * i, 10, 0), host=hall.ground, Name="glass"
        )
        for i in range(4)
        if i != 2
    ]
    parts += [
        hall.product(
            "IfcMember", hall.rectangle(0.2, 0.1), 3.0, at=(11 + 2 * i, 10, 0), host=hall.ground, Name="post"
        )
        for i in range(5)
    ]
    parts.append(
        hall.product("IfcDoor", hall.rectangle(1.8, 0.05), 2.2, at=(16, 10, 0), host=hall.ground, Name="door")
    )
    hall.aggregate(curtain, parts)
    wall = read(hall).facility.walls[-1]
    assert sorted([wall.p0, wall.p1]) == [pytest.approx((10.9, 10)), pytest.approx((19.1, 10))]
    assert wall.thickness_m == pytest.approx(0.1, abs=1e-4)
    (door,) = wall.openings
    assert (door.kind, door.s1_m - door.s0_m) == ("door", pytest.approx(1.8, abs=1e-4))


def test_two_buildings_on_a_storey_are_two_levels(read, ifc_model):
    model = ifc_model()
    storey = model.storey("EG", 0.0)
    model.room(storey, 12.0, 8.0)
    for p0, p1 in (
        ((20, 0), (30, 0)),
        ((29.9, 0.1), (29.9, 5.9)),
        ((30, 6), (20, 6)),
        ((20.1, 5.9), (20.1, 0.1)),
    ):
        model.wall(storey, p0, p1, 0.2, 3.0)
    facility = read(model).facility
    assert [level.id for level in facility.levels] == ["EG", "EG (2)"]
    assert [wall.level for wall in facility.walls] == ["EG"] * 4 + ["EG (2)"] * 4


def test_a_map_conversion_is_the_georeference(read, ifc_model):
    model = ifc_model(unit="mm")
    model.room(model.storey("EG", 0.0), 12.0, 8.0)
    metre = model.file.create_entity("IfcSIUnit", None, "LENGTHUNIT", None, "METRE")
    crs = model.file.create_entity("IfcProjectedCRS", Name="EPSG:25832", MapUnit=metre)
    model.file.create_entity(
        "IfcMapConversion",
        model.context,
        crs,
        565000.5,
        5933000.25,
        12.5,
        math.cos(0.2),
        math.sin(0.2),
        0.001,
    )
    found = read(model)
    georeference = found.facility.frame.georeference
    assert (georeference.crs, georeference.enu_origin) == ("EPSG:25832", (565000.5, 5933000.25, 12.5))
    assert georeference.yaw_rad == pytest.approx(0.2)
    assert not [note for note in found.report.notes if "scales" in note]


def test_map_coordinates_in_placements_are_brought_near_and_kept(read, ifc_model):
    model = ifc_model(unit="m", site=((565012.0, 5933034.0, 0.0), 0.0))
    model.room(model.storey("EG", 0.0), 12.0, 8.0)
    facility = read(model).facility
    assert np.abs(facility.levels[0].outline).max() < 200
    east, north, _ = facility.frame.georeference.enu_origin
    x, y = min(facility.levels[0].outline)
    assert (east + x, north + y) == pytest.approx((565012, 5933034), abs=1e-4)
    assert shapely.Polygon(facility.levels[0].outline).area == pytest.approx(96, abs=1e-3)


def test_an_element_far_away_is_left_and_told(read, hall):
    box(hall, "IfcColumn", "verirrt", 900_000, 0, 0.4, 0.4, 3, storey=hall.ground)
    found = read(hall)
    assert found.facility.columns == ()
    (stray,) = [each for each in found.report.outcomes if "km from the middle" in each.reason]
    assert "'verirrt'" in stray.examples[0]


def test_the_facility_is_a_valid_file_and_the_same_each_time(read, hall, tmp_path):
    wall = hall.wall(hall.ground, (10, 0), (10, 20), 0.2, 4.0)
    hall.opening(wall, 2, 3, 0, 2.1, filling="IfcDoor", name="Tür")
    hall.product("IfcColumn", hall.circle(0.4), 8.0, at=(20, 10, 0), storey=hall.ground)
    texts = []
    for i in range(2):
        found = read(hall)
        write_facility(tmp_path / f"{i}.json", found.facility)
        texts.append(((tmp_path / f"{i}.json").read_bytes(), report_text(found.report)))
    assert texts[0] == texts[1]
    assert read_facility(tmp_path / "0.json") == found.facility
    (provenance,) = found.facility.provenance
    assert (provenance.source, provenance.method, len(provenance.sha256)) == ("building.ifc", "ifc", 64)


def test_layers_that_contradict_the_body_are_told(read, hall):
    wall = hall.file.by_type("IfcWall")[0]
    material = hall.file.create_entity("IfcMaterial", Name="Beton")
    layer = hall.file.create_entity("IfcMaterialLayer", material, 240.0)
    layers = hall.file.create_entity("IfcMaterialLayerSet", [layer])
    usage = hall.file.create_entity("IfcMaterialLayerSetUsage", layers, "AXIS2", "POSITIVE", 0.0)
    hall.entity("IfcRelAssociatesMaterial", RelatedObjects=[wall], RelatingMaterial=usage)
    notes = read(hall).report.notes
    assert any("0.200 m against 0.240 m" in note for note in notes)


def test_a_ceiling_kept_in_the_storey_below_is_the_floor_above(read, ifc_model):
    model = ifc_model()
    ground, upper = model.storey("EG", 0.0), model.storey("OG", 4.0)
    model.room(ground, 12.0, 8.0, height=3.8)
    model.slab(ground, [(0, 0), (12, 0), (12, 8), (0, 8)], top=4.0, PredefinedType="FLOOR")
    model.product("IfcColumn", model.rectangle(0.3, 0.3), 3.0, at=(5, 5, 0), storey=upper)
    levels = {level.id: level for level in read(model).facility.levels}
    assert shapely.Polygon(levels["OG"].outline).area == pytest.approx(96, abs=1e-3)


def test_a_platform_is_an_obstacle_at_its_height(read, hall):
    hall.slab(hall.ground, [(2, 2), (6, 2), (6, 5), (2, 5)], top=3.0, thickness=0.25)
    found = read(hall)
    (platform,) = found.facility.obstacles
    assert (platform.z0_m, platform.z1_m, platform.movable) == (
        pytest.approx(2.75),
        pytest.approx(3.0),
        False,
    )
    assert len(found.facility.levels) == 1


def test_only_the_body_counts_not_the_clearance_or_the_footprint(read, ifc_model):
    model = ifc_model()
    wall = model.wall(model.storey("EG", 0.0), (0, 0), (6, 0), 0.2, 3.0)
    others = []
    for name in ("Clearance", "Box", "FootPrint"):
        around = model.body(model.rectangle(6.0, 4.0), 3.0).Representations[0]
        around.RepresentationIdentifier = name
        others.append(around)
    wall.Representation.Representations = [*others, *wall.Representation.Representations]
    (found,) = read(model).facility.walls
    assert (found.thickness_m, math.dist(found.p0, found.p1)) == pytest.approx((0.2, 6.0), abs=1e-4)


def test_a_facade_and_columns_that_go_on_bound_the_floor_of_the_mezzanine(read, hall):
    upper = hall.storey("Bühne", 4.0)
    hall.slab(upper, [(-0.1, -0.1), (10, -0.1), (10, 20.1), (-0.1, 20.1)], PredefinedType="FLOOR")
    hall.product("IfcColumn", hall.rectangle(0.4, 0.4), 7.9, at=(5, 10, 0), storey=hall.ground)
    found = read(hall)
    levels = {level.id: level for level in found.facility.levels}
    mezzanine = shapely.Polygon(levels["Bühne"].outline)
    assert mezzanine.symmetric_difference(shapely.box(0, 0, 10, 20)).area < 1e-3
    assert [shapely.Polygon(hole).area for hole in levels["Bühne"].holes] == [pytest.approx(0.16, abs=1e-4)]
    assert any("5 walls and columns come through" in note for note in found.report.notes)


def test_a_volume_drawn_around_everything_is_no_obstacle(read, hall):
    box(hall, "IfcBuildingElementProxy", "Bauteil Hülle", 15, 10, 29, 19, 7, storey=hall.ground)
    found = read(hall)
    assert found.facility.obstacles == ()
    assert any("covers 92% of its floor" in each.reason for each in found.report.outcomes)


def test_a_slab_over_all_of_a_hall_is_its_roof(read, hall):
    hall.slab(hall.ground, [(0, 0), (30, 0), (30, 20), (0, 20)], top=8.3, thickness=0.3)
    found = read(hall)
    assert found.facility.obstacles == ()
    assert any("covers 100% of its floor: a roof" in each.reason for each in found.report.outcomes)


def test_an_opening_beside_a_pier_goes_through(read, hall):
    pier = [(0, -0.1), (8, -0.1), (8, 0.1), (5.2, 0.1), (5.2, 0.3), (4.8, 0.3), (4.8, 0.1), (0, 0.1)]
    wall = hall.product("IfcWall", hall.polygon(pier), 3.0, at=(10, 10, 0), storey=hall.ground)
    hall.opening(wall, 1.0, 2.0, 0.0, 2.1, depth=0.2)
    (opening,) = read(hall).facility.walls[-1].openings
    assert (opening.s0_m, opening.s1_m) == pytest.approx((1.0, 2.0), abs=1e-4)


def test_a_yard_larger_than_the_hall_is_no_floor_of_it(read, hall):
    yard = [(-0.1, -0.1), (80, -0.1), (80, -60), (-0.1, -60)]
    hall.slab(hall.ground, yard, PredefinedType="FLOOR")
    for x in (5, 10, 15, 20, 25):
        hall.product("IfcColumn", hall.rectangle(0.4, 0.4), 7.9, at=(x, 10, 0), storey=hall.ground)
    found = read(hall)
    (level,) = found.facility.levels
    assert shapely.Polygon(level.outline).symmetric_difference(shapely.box(0, 0, 30, 20)).area < 1e-3
    assert any("m² of slab of 'EG' lie outside its walls" in note for note in found.report.notes)


def test_an_office_in_a_hall_without_walls_is_not_the_building(read, ifc_model):
    model = ifc_model()
    storey = model.storey("EG", 0.0)
    model.slab(storey, [(0, 0), (60, 0), (60, 40), (0, 40)], PredefinedType="FLOOR")
    for p0, p1 in (((2, 2), (8, 2)), ((8, 2), (8, 6)), ((8, 6), (2, 6)), ((2, 6), (2, 2))):
        model.wall(storey, p0, p1, 0.15, 3.0)
    for x in (10, 20, 30, 40, 50):
        model.product("IfcColumn", model.rectangle(0.4, 0.4), 7.9, at=(x, 20, 0), storey=storey)
    (level,) = read(model).facility.levels
    assert shapely.Polygon(level.outline).symmetric_difference(shapely.box(0, 0, 60, 40)).area < 1e-3


def test_a_model_without_storeys_is_one_level_where_its_slab_is(read, ifc_model):
    model = ifc_model()
    model.room(None, 12.0, 8.0)
    found = read(model)
    (level,) = found.facility.levels
    assert (level.id, level.elevation_m) == ("L0", pytest.approx(0.0, abs=1e-6))
    assert len(found.facility.walls) == 4
    assert any("no storeys" in note for note in found.report.notes)


def test_elements_in_no_storey_stand_on_the_floor_below_them(read, ifc_model):
    model = ifc_model()
    for name, elevation in (("EG", 0.0), ("OG", 4.0)):
        model.room(model.storey(name, elevation), 12.0, 8.0, height=3.8)
    for z in (0.0, 4.0):
        model.product("IfcColumn", model.rectangle(0.3, 0.3), 3.5, at=(5, 5, z))
    assert [column.level for column in read(model).facility.columns] == ["EG", "OG"]


def test_spaces_are_the_floor_where_nothing_else_is(read, ifc_model):
    model = ifc_model()
    storey = model.storey("EG", 0.0)
    space = model.product("IfcSpace", model.polygon([(0, 0), (9, 0), (9, 5), (0, 5)]), 3.0, Name="Lager")
    model.aggregate(storey, [space])
    model.product("IfcColumn", model.rectangle(0.3, 0.3), 3.0, at=(4, 2, 0), storey=storey)
    found = read(model)
    assert shapely.Polygon(found.facility.levels[0].outline).area == pytest.approx(45, abs=1e-3)
    assert any("its floor is where its spaces are" in note for note in found.report.notes)


def test_the_map_conversion_of_ifc2x3_is_a_property_set(read, ifc_model):
    model = ifc_model(schema="IFC2X3", unit="m")
    model.room(model.storey("EG", 0.0), 12.0, 8.0)

    def properties(name, values):
        singles = [
            model.file.create_entity(
                "IfcPropertySingleValue", key, None, model.file.create_entity(kind, value)
            )
            for key, kind, value in values
        ]
        pset = model.entity("IfcPropertySet", Name=name, HasProperties=singles)
        model.entity(
            "IfcRelDefinesByProperties", RelatedObjects=[model.project], RelatingPropertyDefinition=pset
        )

    east, north = ("Eastings", "IfcLengthMeasure", 412000.0), ("Northings", "IfcLengthMeasure", 5600000.0)
    properties("ePSet_MapConversion", [east, north])
    properties("ePSet_ProjectedCRS", [("Name", "IfcLabel", "EPSG:25833")])
    georeference = read(model).facility.frame.georeference
    assert (georeference.crs, georeference.enu_origin) == ("EPSG:25833", (412000.0, 5600000.0, 0.0))


def test_a_wall_drawn_in_elevation_or_as_faces_is_the_same_wall(read, ifc_model):
    model = ifc_model()
    storey = model.storey("EG", 0.0)
    file, t = model.file, 0.24
    gable = [(0, 0), (6, 0), (6, 3), (3, 4.5), (0, 3)]
    upright = file.create_entity(
        "IfcAxis2Placement3D", model.point(0, t / 2, 0), model.direction(0, -1, 0), model.direction(1, 0, 0)
    )
    elevation = file.create_entity(
        "IfcExtrudedAreaSolid", model.polygon(gable), upright, model.direction(0, 0, 1), t / model.unit_m
    )
    points = [(x, y, z) for y in (-t / 2, t / 2) for x, z in gable]
    faces = [[1, 2, 3, 4, 5], [10, 9, 8, 7, 6], *([i, i + 5, i % 5 + 6, i % 5 + 1] for i in range(1, 6))]
    skin = file.create_entity(
        "IfcPolygonalFaceSet",
        file.create_entity(
            "IfcCartesianPointList3D", [[each / model.unit_m for each in point] for point in points]
        ),
        None,
        [file.create_entity("IfcIndexedPolygonalFace", face) for face in faces],
    )
    for y, item, kind in ((2.0, elevation, "SweptSolid"), (5.0, skin, "Tessellation")):
        wall = model.product("IfcWall", model.rectangle(1, 1), 1.0, at=(1, y, 0), yaw=0.3, storey=storey)
        shape = wall.Representation.Representations[0]
        shape.Items, shape.RepresentationType = [item], kind
    walls = read(model).facility.walls
    assert [math.dist(wall.p0, wall.p1) for wall in walls] == pytest.approx([6.0, 6.0], abs=1e-4)
    assert [wall.thickness_m for wall in walls] == pytest.approx([t, t], abs=1e-4)
    assert [wall.height_m for wall in walls] == pytest.approx([4.5, 4.5], abs=1e-4)
