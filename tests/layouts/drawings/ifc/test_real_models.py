"""Models that Revit wrote, held against what their own records say of lengths, openings and rooms."""

from __future__ import annotations

import math

import ifcopenshell
import pytest
import shapely

from layouts.drawings.ifc.read_ifc import read_ifc
from layouts.drawings.ifc.source_file import read_source
from layouts.drawings.ifc.step_text import check_step


def quantities(element):
    """BaseQuantities in the file's own unit, which Revit computes itself."""
    sets = [
        relation.RelatingPropertyDefinition
        for relation in element.IsDefinedBy
        if relation.is_a("IfcRelDefinesByProperties")
        and relation.RelatingPropertyDefinition.is_a("IfcElementQuantity")
    ]
    return {each.Name: each[3] for one in sets for each in one.Quantities}


@pytest.fixture(scope="module")
def imported():
    """Each model once."""
    known = {}

    def read(path):
        if path not in known:
            known[path] = (read_ifc(path), ifcopenshell.open(str(path)))
        return known[path]

    return read


@pytest.mark.parametrize(("name", "walls"), [("SimpleWall.ifc", 1), ("LargeBuilding.ifc", 18)])
def test_walls_are_as_long_and_thick_as_their_quantities_say(real_models, imported, name, walls):
    found, file = imported(real_models / name)
    assert len(found.facility.walls) == walls
    for wall in found.facility.walls:
        said = quantities(file.by_guid(wall.extra["ifc"]["guid"]))
        assert wall.thickness_m == pytest.approx(said["Width"] / 1000, abs=0.001)
        assert math.dist(wall.p0, wall.p1) == pytest.approx(said["Length"] / 1000, abs=0.001)


@pytest.mark.parametrize("name", ["SimpleWall.ifc", "LargeBuilding.ifc"])
def test_openings_are_as_large_as_the_profiles_that_cut_them(real_models, imported, name):
    found, file = imported(real_models / name)
    openings = {hole.extra["ifc"]["guid"]: hole for wall in found.facility.walls for hole in wall.openings}
    assert len(openings) == len(file.by_type("IfcOpeningElement"))
    for relation in file.by_type("IfcRelFillsElement"):
        hole = openings[relation.RelatedBuildingElement.GlobalId]
        (solid,) = relation.RelatingOpeningElement.Representation.Representations[0].Items
        said = sorted([solid.SweptArea.XDim / 1000, solid.SweptArea.YDim / 1000])
        assert sorted([hole.s1_m - hole.s0_m, hole.z1_m - hole.z0_m]) == pytest.approx(said, abs=0.001)
        assert hole.kind == ("door" if relation.RelatedBuildingElement.is_a("IfcDoor") else "window")


def test_the_floor_of_the_large_building_is_its_rooms_and_partitions(real_models, imported):
    found, file = imported(real_models / "LargeBuilding.ifc")
    rooms = sum(quantities(space)["NetFloorArea"] for space in file.by_type("IfcSpace"))
    partitions = [
        math.dist(wall.p0, wall.p1) * wall.thickness_m
        for wall in found.facility.walls
        if "Inside" in wall.extra["ifc"]["name"] or wall.height_m == pytest.approx(4.0)
        if wall.level.startswith("Level 1")
    ]
    floors = [shapely.Polygon(level.outline).area for level in found.facility.levels]
    assert [level.id for level in found.facility.levels] == ["Level 1", "Level 1 (2)", "Level 2"]
    assert sum(floors[:2]) == pytest.approx(rooms + sum(partitions), abs=0.05)
    assert found.facility.levels[2].elevation_m == pytest.approx(4.0)


@pytest.mark.parametrize("name", ["SimpleWall.ifc", "LargeBuilding.ifc"])
def test_nothing_in_the_text_is_missing_from_the_report(real_models, imported, name):
    found, file = imported(real_models / name)
    written = check_step(read_source(real_models / name)).records
    counted = {}
    for each in found.report.outcomes:
        counted[each.ifc_class.upper()] = counted.get(each.ifc_class.upper(), 0) + each.count
    assert counted == {ifc_class: written[ifc_class] for ifc_class in counted}
    elements = {each.is_a().upper() for each in file.by_type("IfcElement")}
    assert elements <= counted.keys()
