"""Models of known size come back with that size, to a tenth of a millimetre, in every unit and frame."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

TOLERANCE_M = 1e-4


def turned(points, yaw, by=(0.0, 0.0)):
    c, s = math.cos(yaw), math.sin(yaw)
    return np.asarray(points, dtype=float) @ np.array([[c, s], [-s, c]]) + by


def lines(facility):
    return [sorted([wall.p0, wall.p1]) for wall in facility.walls]


def same_area(outline, corners):
    return shapely.Polygon(outline).symmetric_difference(shapely.Polygon(corners)).area < 1e-3


ROOM = [(0, 0), (12, 0), (12, 8), (0, 8)]


@pytest.mark.parametrize("schema", ["IFC2X3", "IFC4", "IFC4X3_ADD2"])
@pytest.mark.parametrize("unit", ["mm", "m", "ft"])
def test_a_room_has_its_size_in_every_unit_and_schema(read, ifc_model, unit, schema):
    model = ifc_model(unit=unit, schema=schema)
    model.room(model.storey("EG", 0.0), 12.0, 8.0, thickness=0.3, height=6.5)
    facility = read(model).facility
    (level,) = facility.levels
    assert (level.id, level.elevation_m, facility.name) == ("EG", 0.0, "Halle 1")
    assert same_area(level.outline, ROOM)
    assert shapely.Polygon(level.outline).exterior.is_ccw
    for wall in facility.walls:
        assert wall.thickness_m == pytest.approx(0.3, abs=TOLERANCE_M)
        assert wall.height_m == pytest.approx(6.5, abs=TOLERANCE_M)
    assert [math.dist(wall.p0, wall.p1) for wall in facility.walls] == pytest.approx(
        [12.6, 8, 12.6, 8], abs=1e-4
    )


def test_outer_walls_are_their_inner_faces_with_the_room_to_the_left(read, ifc_model):
    model = ifc_model()
    model.room(model.storey("EG", 0.0), 12.0, 8.0, thickness=0.3)
    facility = read(model).facility
    outline = shapely.Polygon(facility.levels[0].outline)
    for wall in facility.walls:
        p0, p1 = np.array(wall.p0), np.array(wall.p1)
        along = (p1 - p0) / np.linalg.norm(p1 - p0)
        left = np.array([-along[1], along[0]])
        middle = (p0 + p1) / 2
        assert outline.boundary.distance(shapely.Point(middle)) < TOLERANCE_M
        assert outline.contains(shapely.Point(middle + 0.1 * left))


def test_inner_walls_are_their_centre_line_in_the_order_they_were_drawn(read, ifc_model):
    model = ifc_model()
    storey = model.storey("EG", 0.0)
    model.room(storey, 12.0, 8.0)
    model.wall(storey, (5.0, 8.0), (5.0, 0.0), 0.15, 3.0, name="partition")
    facility = read(model).facility
    wall = facility.walls[-1]
    assert np.allclose([wall.p0, wall.p1], [(5, 8), (5, 0)], atol=TOLERANCE_M)
    assert wall.thickness_m == pytest.approx(0.15, abs=TOLERANCE_M)
    assert len(facility.levels) == 1
    assert same_area(facility.levels[0].outline, ROOM)
    assert wall.extra["ifc"]["name"] == "partition"


def test_placements_nest_and_turn(read, ifc_model):
    model = ifc_model(site=((100.0, 50.0, 2.0), math.radians(30)))
    storey = model.storey("EG", 1.5, yaw=math.radians(15), origin=(7.0, 0.0))
    model.room(storey, 12.0, 8.0)
    facility = read(model).facility
    (level,) = facility.levels
    assert level.elevation_m == pytest.approx(3.5, abs=TOLERANCE_M)
    origin = turned([(7.0, 0.0)], math.radians(30), (100.0, 50.0))[0]
    assert same_area(level.outline, turned(ROOM, math.radians(45), origin))
    assert [math.dist(wall.p0, wall.p1) for wall in facility.walls] == pytest.approx(
        [12.4, 8, 12.4, 8], abs=1e-4
    )


@pytest.mark.parametrize("yaw", [0.0, 0.3, 2.0])
def test_openings_lie_where_they_were_cut(read, ifc_model, yaw):
    model = ifc_model()
    storey = model.storey("EG", 4.0, yaw=yaw)
    walls = model.room(storey, 12.0, 8.0, thickness=0.3)
    model.opening(walls[0], 2.0, 3.01, 0.0, 2.13, filling="IfcDoor", name="T30 RS")
    model.opening(walls[0], 5.0, 8.0, 0.9, 2.4, filling="IfcWindow", name="Fenster")
    model.opening(walls[0], 9.0, 11.0, 0.0, 2.2)
    facility = read(model).facility
    openings = facility.walls[0].openings
    assert [hole.kind for hole in openings] == ["door", "window", "opening"]
    found = [(hole.s0_m, hole.s1_m, hole.z0_m, hole.z1_m) for hole in openings]
    assert np.allclose(found, [(2, 3.01, 0, 2.13), (5, 8, 0.9, 2.4), (9, 11, 0, 2.2)], atol=TOLERANCE_M)


@pytest.mark.parametrize(
    ("name", "width", "kind"),
    [
        ("Innentür 1010", 1.01, "door"),
        ("Schiebetür doppelt", 3.0, "gate"),
        ("Sektionaltor 2.0", 2.0, "gate"),
        ("Overhead-Sectional:8' x 7'", 2.4, "gate"),
        ("Verladetor mit Überladebrücke", 2.75, "dock_door"),
        ("Loading dock door", 2.4, "dock_door"),
        ("Motorraumtür", 1.0, "door"),
    ],
)
def test_doors_are_named_by_what_they_are_called_and_how_wide_they_are(read, ifc_model, name, width, kind):
    model = ifc_model()
    walls = model.room(model.storey("EG", 0.0), 12.0, 8.0)
    model.opening(walls[0], 2.0, 2.0 + width, 0.0, 2.1, filling="IfcDoor", name=name)
    assert [hole.kind for hole in read(model).facility.walls[0].openings] == [kind]


def test_a_niche_is_no_opening(read, ifc_model):
    model = ifc_model()
    walls = model.room(model.storey("EG", 0.0), 12.0, 8.0, thickness=0.3)
    model.opening(walls[0], 2.0, 3.0, 0.0, 2.0, depth=0.2)
    found = read(model)
    assert found.facility.walls[0].openings == ()
    assert any("niche" in each.reason for each in found.report.outcomes)


def test_storeys_are_levels_and_can_be_chosen(read, ifc_model):
    model = ifc_model()
    for name, elevation in (("1. OG", 5.2), ("EG", 0.0)):
        walls = model.room(model.storey(name, elevation), 12.0, 8.0, height=4.9)
        model.opening(walls[1], 1.0, 2.0, 0.0, 2.1, filling="IfcDoor", name="Tür")
    found = read(model)
    assert [(level.id, level.elevation_m) for level in found.facility.levels] == [("EG", 0.0), ("1. OG", 5.2)]
    assert [storey.counts["walls"] for storey in found.report.storeys] == [4, 4]
    upper = read(model, storeys=["1. OG"]).facility
    assert [level.id for level in upper.levels] == ["1. OG"]
    assert {wall.id for wall in upper.walls} == {
        wall.id for wall in found.facility.walls if wall.level == "1. OG"
    }
    with pytest.raises(ValueError, match=r"no storey 'UG': it has 'EG', '1\. OG'"):
        read(model, storeys=["UG"])


def test_a_slab_keeps_its_holes_whether_drawn_or_cut(read, ifc_model):
    model = ifc_model()
    storey = model.storey("EG", 0.0)
    slab = model.slab(storey, ROOM, holes=[[(2, 2), (4, 2), (4, 3), (2, 3)]], PredefinedType="FLOOR")
    hole = model.product(
        "IfcOpeningElement", model.rectangle(1.0, 1.5, middle=(8, 5)), 1.0, at=(0, 0, -0.5), host=slab
    )
    model.entity("IfcRelVoidsElement", RelatingBuildingElement=slab, RelatedOpeningElement=hole)
    (level,) = read(model).facility.levels
    assert same_area(level.outline, ROOM)
    assert len(level.holes) == 2
    drawn, cut = sorted(level.holes, key=min)
    assert same_area(drawn, [(2, 2), (4, 2), (4, 3), (2, 3)])
    assert same_area(cut, [(7.5, 4.25), (8.5, 4.25), (8.5, 5.75), (7.5, 5.75)])


def test_a_gallery_has_no_floor_beyond_its_edge(read, ifc_model):
    model = ifc_model()
    ground, upper = model.storey("EG", 0.0), model.storey("Galerie", 4.0)
    model.room(ground, 12.0, 8.0, height=3.8)
    t = 0.1
    for p0, p1 in (
        ((-0.2, -t), (12.2, -t)),
        ((12 + t, 0), (12 + t, 8)),
        ((12.2, 8 + t), (-0.2, 8 + t)),
        ((-t, 8), (-t, 0)),
    ):
        model.wall(upper, p0, p1, 0.2, 4.0)
    model.slab(upper, [(-0.2, -0.2), (5, -0.2), (5, 8.2), (-0.2, 8.2)], PredefinedType="FLOOR")
    levels = {level.id: level for level in read(model).facility.levels}
    assert same_area(levels["Galerie"].outline, [(0, 0), (5, 0), (5, 8), (0, 8)])


def test_columns_rectangular_and_round(read, ifc_model):
    model = ifc_model(unit="m")
    storey = model.storey("EG", 1.0)
    model.room(storey, 12.0, 8.0)
    model.product(
        "IfcColumn", model.rectangle(0.6, 0.4), 5.0, at=(3, 4, 0), yaw=math.radians(20), storey=storey
    )
    model.product("IfcColumn", model.circle(0.5), 5.0, at=(8, 4, 0), storey=storey)
    square, round_one = read(model).facility.columns
    assert square.center == pytest.approx((3, 4), abs=TOLERANCE_M)
    assert (*square.size_m, square.yaw_rad) == pytest.approx((0.6, 0.4, math.radians(20)), abs=TOLERANCE_M)
    assert square.height_m == pytest.approx(5.0, abs=TOLERANCE_M)
    assert (*round_one.center, *round_one.size_m) == pytest.approx((8, 4, 0.5, 0.5), abs=TOLERANCE_M)
    assert round_one.extra["shape"] == "round"


@pytest.mark.parametrize("degrees", [False, True])
def test_a_curved_wall_is_straight_pieces_within_a_millimetre(read, ifc_model, degrees):
    model = ifc_model(degrees=degrees)
    storey = model.storey("EG", 0.0)
    model.slab(storey, [(-1, -1), (8, -1), (8, 8), (-1, 8)], PredefinedType="FLOOR")
    quarter = 90.0 if degrees else math.pi / 2

    def arc(radius, first, last):
        at = model.file.create_entity("IfcAxis2Placement2D", model.point(0, 0), None)
        circle = model.file.create_entity("IfcCircle", at, radius / model.unit_m)
        ends = [[model.file.create_entity("IfcParameterValue", each)] for each in (first, last)]
        return model.file.create_entity("IfcTrimmedCurve", circle, *ends, True, "PARAMETER")

    def segment(curve, same=True):
        return model.file.create_entity("IfcCompositeCurveSegment", "CONTINUOUS", same, curve)

    def line(*points):
        return model.file.create_entity("IfcPolyline", [model.point(*each) for each in points])

    outline = model.file.create_entity(
        "IfcCompositeCurve",
        [
            segment(arc(6.2, 0.0, quarter)),
            segment(line((0, 6.2), (0, 6.0))),
            segment(arc(6.0, 0.0, quarter), same=False),
            segment(line((6.0, 0), (6.2, 0))),
        ],
        False,
    )
    profile = model.file.create_entity("IfcArbitraryClosedProfileDef", "AREA", None, outline)
    model.product("IfcWall", profile, 3.0, storey=storey, Name="bow")
    found = read(model)
    walls = found.facility.walls
    assert len(walls) > 5
    points = np.concatenate([np.linspace(wall.p0, wall.p1, 20) for wall in walls])
    radii = np.hypot(*points.T)
    assert np.abs(radii - 6.1).max() < 0.001
    assert [wall.thickness_m for wall in walls] == pytest.approx([0.2] * len(walls), abs=0.001)
    assert sum(math.dist(wall.p0, wall.p1) for wall in walls) == pytest.approx(math.pi / 2 * 6.1, abs=0.005)
    assert any("bent" in note for note in found.report.notes)


def test_mitred_walls_and_walls_with_a_pier_keep_their_thickness(read, ifc_model):
    model = ifc_model()
    storey = model.storey("EG", 0.0)
    model.slab(storey, ROOM, PredefinedType="FLOOR")
    mitred = [(2, 2), (8, 2), (7.75, 2.25), (2, 2.25)]
    pier = [(2, 5), (8, 5), (8, 5.25), (5.2, 5.25), (5.2, 5.4), (4.8, 5.4), (4.8, 5.25), (2, 5.25)]
    for outline in (mitred, pier):
        model.product("IfcWall", model.polygon(outline), 3.0, storey=storey)
    one, other = read(model).facility.walls
    assert (one.thickness_m, other.thickness_m) == pytest.approx((0.25, 0.25), abs=TOLERANCE_M)
    assert sorted([one.p0, one.p1]) == [pytest.approx((2, 2.125)), pytest.approx((7.875, 2.125))]
    assert sorted([other.p0, other.p1]) == [pytest.approx((2, 5.125)), pytest.approx((8, 5.125))]


def test_a_wall_that_hangs_is_open_below(read, ifc_model):
    model = ifc_model()
    storey = model.storey("EG", 0.0)
    model.room(storey, 12.0, 8.0, height=6.0)
    model.wall(storey, (3.0, 4.0), (9.0, 4.0), 0.2, 2.0, z=4.0, name="apron")
    (below,) = read(model).facility.walls[-1].openings
    assert (below.s0_m, below.s1_m, below.z0_m, below.z1_m) == pytest.approx((0, 6, 0, 4), abs=TOLERANCE_M)
