"""Walls to a millimetre, however they are drawn."""

from __future__ import annotations

import itertools
import math

import ezdxf
import numpy as np
import pytest
import shapely

from layouts.drawings.dxf.curved_walls import curved_pieces
from layouts.drawings.dxf.read_dxf import read_dxf
from layouts.drawings.dxf.shapes import shapes_of

B = shapely.box


def draw_door(plans, pen) -> None:
    x = plans.PARTITION_X + plans.PARTITION_M / 2
    pen.swing((x, plans.DOOR[0]), 1.0, 0.0, "A-DOOR")
    pen.line((x, plans.DOOR[0]), (x + 1.0, plans.DOOR[0]), "A-DOOR")


def by_lines(plans, pen) -> None:
    pen.rings_of(plans.wall_ground(), "A-WALL", lines=True)


def by_outlines(plans, pen) -> None:
    pen.rings_of(plans.wall_ground(), "A-WALL", lines=False)


def by_hatches(plans, pen) -> None:
    for part in shapely.get_parts(plans.wall_ground()).tolist():
        hatch = pen.space.add_hatch(dxfattribs={"layer": "A-WALL"})
        for flags, ring in ((1, part.exterior), *((16, ring) for ring in part.interiors)):
            corners = [pen.at(*corner) for corner in list(ring.coords)[:-1]]
            hatch.paths.add_polyline_path(corners, is_closed=True, flags=flags)


def by_rectangles(plans, pen) -> None:
    (w, d), t, half = plans.INNER, plans.OUTER_M, plans.PARTITION_M / 2
    x, (low, high), (a, b) = plans.PARTITION_X, plans.DOOR, plans.GATE
    for box in (
        (-t, -t, a, 0),
        (b, -t, w + t, 0),
        (-t, d, w + t, d + t),
        (-t, 0, 0, d),
        (w, 0, w + t, d),
        (x - half, 0, x + half, low),
        (x - half, high, x + half, d),
    ):
        pen.box(*box, "Wände")


def by_widths(plans, pen) -> None:
    (w, d), t, x = plans.INNER, plans.OUTER_M, plans.PARTITION_X
    h, (low, high), (a, b) = t / 2, plans.DOOR, plans.GATE
    for line, width in (
        ([(b, -h), (w + h, -h), (w + h, d + h), (-h, d + h), (-h, -h), (a, -h)], t),
        ([(x, -h), (x, low)], plans.PARTITION_M),
        ([(x, high), (x, d + h)], plans.PARTITION_M),
    ):
        points = [pen.at(*point) for point in line]
        pen.space.add_lwpolyline(points, dxfattribs={"layer": "MURS", "const_width": width * pen.scale})


def by_multilines(plans, pen) -> None:
    (w, d), t, x = plans.INNER, plans.OUTER_M, plans.PARTITION_X
    h, (low, high), (a, b) = t / 2, plans.DOOR, plans.GATE
    for line, width in (
        ([(b, -h), (w + h, -h), (w + h, d + h), (-h, d + h), (-h, -h), (a, -h)], t),
        ([(x, -h), (x, low)], plans.PARTITION_M),
        ([(x, high), (x, d + h)], plans.PARTITION_M),
    ):
        points = [pen.at(*point) for point in line]
        attributes = {"layer": "muren", "scale_factor": width * pen.scale, "justification": 1}
        pen.space.add_mline(points, dxfattribs=attributes)


def by_mirrored_outlines(plans, pen) -> None:
    for part in shapely.get_parts(plans.wall_ground()).tolist():
        for ring in (part.exterior, *part.interiors):
            points = [pen.at(*corner) for corner in list(ring.coords)[:-1]]
            pen.space.add_lwpolyline(
                [(-x, y) for x, y in points],
                close=True,
                dxfattribs={"layer": "A-WALL", "extrusion": (0, 0, -1)},
            )


def by_block(plans, pen) -> None:
    """The whole plan in a block, drawn mirrored, twice as large and off its place, and inserted so that it fits."""
    block = pen.doc.blocks.new("Ground floor", base_point=(7, 9))
    for part in shapely.get_parts(plans.wall_ground()).tolist():
        for ring in (part.exterior, *part.interiors):
            points = [pen.at(*corner) for corner in list(ring.coords)[:-1]]
            corners = [(7 - 2 * x, 9 + 2 * y) for x, y in points]
            block.add_lwpolyline(corners, close=True, dxfattribs={"layer": "A-WALL"})
    pen.space.add_blockref("Ground floor", (0, 0), dxfattribs={"xscale": -0.5, "yscale": 0.5})


def by_sloppy_lines(plans, pen) -> None:
    """Lines that end up to 4 mm too early or too late."""
    rng = np.random.default_rng(3)
    for part in shapely.get_parts(plans.wall_ground()).tolist():
        for ring in (part.exterior, *part.interiors):
            corners = np.array(ring.simplify(1e-9).coords)
            for p, q in itertools.pairwise(corners):
                along = (q - p) / math.dist(p, q)
                off = rng.uniform(-0.004, 0.004, 2)
                pen.line(p + off[0] * along, q + off[1] * along, "A-WALL")


WAYS = [
    by_lines,
    by_outlines,
    by_hatches,
    by_rectangles,
    by_widths,
    by_multilines,
    by_mirrored_outlines,
    by_block,
    by_sloppy_lines,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize(("unit", "yaw"), [("mm", 0.0), ("in", 0.7)])
def test_the_hall_is_the_same_however_it_is_drawn(plans, tmp_path, way, unit, yaw):
    pen = plans.Pen(unit)
    pen.yaw = yaw
    way(plans, pen)
    draw_door(plans, pen)
    found = read_dxf(pen.save(tmp_path / "plan.dxf")).facility
    truth = [(*map(tuple, plans.moved(wall[:2], yaw)), wall[2]) for wall in plans.hall_walls()]
    plans.assert_same_walls(plans.walls_of(found), truth)
    floor = shapely.Polygon(found.levels[0].outline)
    inside = shapely.Polygon(plans.moved([(0, 0), (24, 0), (24, 16), (0, 16)], yaw))
    assert floor.symmetric_difference(inside).area < 0.02
    assert floor.exterior.is_ccw
    slack = 0.005 if way is by_sloppy_lines else 0.001
    kinds = {kind: (p, q) for kind, p, q in plans.openings_of(found)}
    assert set(kinds) == {"door", "passage"}
    door = plans.moved([(plans.PARTITION_X, s) for s in plans.DOOR], yaw)
    gate = plans.moved([(s, 0.0) for s in plans.GATE], yaw)
    assert plans.wall_error(kinds["door"], door) < slack
    assert plans.wall_error(kinds["passage"], gate) < slack


def walls_in(plans, pen, tmp_path):
    found = read_dxf(pen.save(tmp_path / "plan.dxf"))
    return plans.walls_of(found.facility), found


def test_walls_drawn_as_one_line_have_no_thickness(plans, tmp_path):
    pen = plans.Pen("m")
    pen.box(0, 0, 24, 16, "Wand")
    pen.line((16, 0), (16, 5), "Wand")
    pen.line((16, 6), (16, 16), "Wand")
    draw_door(plans, pen)
    found = read_dxf(pen.save(tmp_path / "plan.dxf"))
    assert {wall.thickness_m for wall in found.facility.walls} == {None}
    assert plans.openings_of(found.facility) == [("door", (16.0, 5.0), (16.0, 6.0))]
    assert any("5 walls are drawn as one line" in note for note in found.report.notes)
    assert shapely.Polygon(found.facility.levels[0].outline).area == pytest.approx(24 * 16)


def test_doors_drawn_over_walls_that_go_on_open_them(plans, tmp_path):
    pen = plans.Pen("mm")
    block = pen.doc.blocks.new("DOOR_900")
    block.add_line((0, 0), (0, 900))
    block.add_arc((0, 0), 900, 0, 90)
    pen.rings_of(B(-0.3, -0.3, 24.3, 16.3) - B(0, 0, 24, 16), "A-WALL", lines=True)
    pen.space.add_blockref("DOOR_900", pen.at(3, 0))
    pen.space.add_blockref("DOOR_900", pen.at(12, 0), dxfattribs={"xscale": -1})
    pen.space.add_blockref(
        "DOOR_900", pen.at(24, 8), dxfattribs={"rotation": 90, "xscale": 1.5, "yscale": 1.5}
    )
    found = read_dxf(pen.save(tmp_path / "plan.dxf")).facility
    assert [
        (kind, np.round(p, 3).tolist(), np.round(q, 3).tolist()) for kind, p, q in plans.openings_of(found)
    ] == [
        ("door", [3.0, 0.0], [3.9, 0.0]),
        ("door", [11.1, 0.0], [12.0, 0.0]),
        ("door", [24.0, 8.0], [24.0, 9.35]),
    ]


def test_leaves_of_a_double_door_share_an_opening_and_crossing_swings_have_their_own(plans, tmp_path):
    pen = plans.Pen("m")
    ground = (B(-0.3, -0.3, 24.3, 16.3) - B(0, 0, 24, 16)) | B(11.9, 0, 12.1, 16)
    pen.rings_of(ground, "A-WALL", lines=True)
    pen.swing((3, 0), 1.0, 0, "A-DOOR")
    pen.swing((5, 0), 1.0, 90, "A-DOOR")
    pen.swing((12.1, 0.4), 0.9, 0, "A-DOOR")  # this leaf and the next one swing across each other
    pen.swing((12.4, 0), 0.9, 0, "A-DOOR")
    pen.line((12.4, 0), (12.4, 0.9), "A-DOOR")
    pen.line((12.1, 0.4), (13.0, 0.4), "A-DOOR")
    found = read_dxf(pen.save(tmp_path / "plan.dxf"))
    openings = [
        (np.round(p, 3).tolist(), np.round(q, 3).tolist()) for _, p, q in plans.openings_of(found.facility)
    ]
    assert sorted(openings) == [
        ([3.0, 0.0], [5.0, 0.0]),
        ([12.0, 0.4], [12.0, 1.3]),
        ([12.4, 0.0], [13.3, 0.0]),
    ]
    assert not any("stand in no wall" in note for note in found.report.notes)


def test_windows_stand_in_gaps_of_the_wall_with_their_sill(plans, tmp_path):
    pen = plans.Pen("m")
    hall = B(-0.3, -0.3, 24.3, 16.3) - B(0, 0, 24, 16) - B(2, -1, 4, 0.1) - B(6, -1, 8, 0.1)
    pen.rings_of(hall, "A-WALL", lines=True)
    for x in (2, 6):
        for y in (-0.3, -0.15, 0.0):
            pen.line((x, y), (x + 2, y), "A-GLAZ")
    found = read_dxf(pen.save(tmp_path / "plan.dxf")).facility
    openings = [opening for wall in found.walls for opening in wall.openings]
    assert [(o.kind, o.s0_m, o.s1_m, o.z0_m, o.z1_m) for o in openings] == [
        ("window", 2.0, 4.0, 1.0, 2.0),
        ("window", 6.0, 8.0, 1.0, 2.0),
    ]


def test_an_l_shaped_hall_with_offices(plans, tmp_path):
    half, y = 0.0575, 5.0575
    inner = B(0, 0, 30, 20) | B(0, 20, 12, 32)
    offices = [B(5 - half, 0, 5 + half, 20), *(B(0, y - half, 5, y + half) for y in (5, 10, 15))]
    ground = inner.buffer(0.25, join_style="mitre") - inner
    ground = shapely.union_all([ground, *offices, B(0, 20 - half, 12, 20 + half)])
    doors = [B(4.5, s, 5.5, s + 0.9) for s in (1, y, 11, 16)]
    pen = plans.Pen("mm")
    pen.rings_of(ground - shapely.union_all(doors), "A-WALL", lines=True)
    for s in (1, y, 11, 16):
        pen.swing((5 + half, s), 0.9, 0, "A-DOOR")
    walls, found = walls_in(plans, pen, tmp_path)
    truth = [
        ((0, 0), (30, 0), 0.25),
        ((30, 0), (30, 20), 0.25),
        ((12, 20), (30, 20), 0.25),
        ((12, 20), (12, 32), 0.25),
        ((0, 32), (12, 32), 0.25),
        ((0, 0), (0, 32), 0.25),
        ((5, -0.125), (5, 20), 0.115),
        ((-0.125, 20), (12, 20), 0.115),
        *(((-0.125, y), (5, y), 0.115) for y in (5, 10, 15)),
    ]
    plans.assert_same_walls(walls, truth)
    jambs = sorted((p[1], q[1]) for _, p, q in plans.openings_of(found.facility))
    assert np.allclose(jambs, [(1, 1.9), (y, y + 0.9), (11, 11.9), (16, 16.9)], atol=1e-3)
    floor = shapely.Polygon(found.facility.levels[0].outline)
    assert floor.symmetric_difference(inner).area < 1e-3


def test_a_door_between_a_wall_and_the_wall_across_leads_the_wall_on(plans, tmp_path):
    pen = plans.Pen("m")
    ground = (B(-0.3, -0.3, 20.3, 12.3) - B(0, 0, 20, 12)) | B(9.9, 1.0, 10.1, 12)
    pen.rings_of(ground, "walls", lines=True)
    pen.swing((10.1, 1.0), 1.0, 270, "doors")
    walls, found = walls_in(plans, pen, tmp_path)
    assert min(plans.wall_error(((10, -0.15), (10, 12.15)), wall) for wall in walls) < 1e-3
    ((kind, p, q),) = plans.openings_of(found.facility)
    assert (kind, np.round(p, 3).tolist(), np.round(q, 3).tolist()) == ("door", [10.0, 0.0], [10.0, 1.0])


def test_walls_at_any_angle_meet_in_their_inner_corners(plans, tmp_path):
    room = shapely.Polygon([(0, 0), (20, 0), (20, 10), (5, 18)])
    pen = plans.Pen("m")
    pen.rings_of(room.buffer(0.3, join_style="mitre") - room, "walls", lines=True)
    walls, found = walls_in(plans, pen, tmp_path)
    corners = list(room.exterior.coords)
    plans.assert_same_walls(walls, [(p, q, 0.3) for p, q in itertools.pairwise(corners)])
    assert not any("short" in note for note in found.report.notes)


def test_layers_and_a_cavity_are_one_wall(plans, tmp_path):
    pen = plans.Pen("mm")
    for out in (0.0, 0.24, 0.30, 0.36):
        pen.box(-out, -out, 20 + out, 10 + out, "A-WALL")
    walls, _ = walls_in(plans, pen, tmp_path)
    corners = [(0, 0), (20, 0), (20, 10), (0, 10), (0, 0)]
    plans.assert_same_walls(walls, [(p, q, 0.36) for p, q in itertools.pairwise(corners)])


def test_a_shaft_between_two_thin_walls_stays_open(plans, tmp_path):
    pen = plans.Pen("m")
    ground = (B(-0.2, -0.2, 20.2, 10.2) - B(0, 0, 20, 10)) | B(9.9, 0, 10, 10) | B(10.4, 0, 10.5, 10)
    pen.rings_of(ground, "walls", lines=True)
    walls, _ = walls_in(plans, pen, tmp_path)
    inner = sorted((wall[0][0], wall[2]) for wall in walls if wall[2] < 0.15)
    assert np.allclose(inner, [(9.95, 0.1), (10.45, 0.1)])


def test_curved_walls_follow_the_curve_to_a_millimetre(plans, tmp_path):
    pen = plans.Pen("mm")
    pen.space.add_lwpolyline(
        [(*pen.at(10, 0), 1.0), (*pen.at(-10, 0), 0.0), (*pen.at(-10, -8), 0.0), (*pen.at(10, -8), 0.0)],
        format="xyb",
        close=True,
        dxfattribs={"layer": "Wand"},
    )
    pen.space.add_lwpolyline(
        [
            (*pen.at(10.3, 0), 1.0),
            (*pen.at(-10.3, 0), 0.0),
            (*pen.at(-10.3, -8.3), 0.0),
            (*pen.at(10.3, -8.3), 0.0),
        ],
        format="xyb",
        close=True,
        dxfattribs={"layer": "Wand"},
    )
    walls, found = walls_in(plans, pen, tmp_path)
    curved = [wall for wall in walls if wall[0][1] > 0.01 and wall[1][1] > 0.01]
    assert len(curved) > 50
    faces = np.hypot(*np.array([end for wall in curved for end in wall[:2]]).T)
    assert np.allclose(faces, 10.0, atol=0.002)
    assert {wall[2] for wall in curved} == {0.3}
    area = shapely.Polygon(found.facility.levels[0].outline).area
    assert area == pytest.approx(math.pi * 50 + 160, rel=2e-4)


def test_walls_that_do_not_close_are_told_and_the_hull_is_taken(plans, tmp_path):
    pen = plans.Pen("m")
    line = shapely.LineString([(0, 0), (20, 0), (20, 10), (0, 10)])
    pen.rings_of(line.buffer(0.1, cap_style="flat", join_style="mitre"), "walls", lines=True)
    _, found = walls_in(plans, pen, tmp_path)
    assert any("do not close" in note and "convex hull" in note for note in found.report.notes)
    assert shapely.Polygon(found.facility.levels[0].outline).area == pytest.approx(20.1 * 10.2)


def test_a_steel_hall_whose_walls_end_at_columns_is_closed(plans, tmp_path):
    """Panels between columns that stand in the wall, a door of two leaves and a sectional gate; no unit."""
    pen = plans.Pen("mm", version="R2000", header=False)
    places = (0, 8, 16, 24, 32, 40)
    posts = [B(x - 0.15, y - 0.15, x + 0.15, y + 0.15) for x in places for y in (-0.06, 25.06)]
    doors = B(18, -1, 20, 0.01) | B(26, -1, 30, 0.01)
    panels = B(-0.12, -0.12, 40.12, 25.12) - B(0, 0, 40, 25) - shapely.union_all([*posts, doors])
    pen.rings_of(panels, "AUSSENWAND", lines=False)
    for post in posts:
        pen.ring(list(post.exterior.coords)[:-1], "STÜTZEN")
    pen.swing((18, 0), 1.0, 0, "TÜREN")
    pen.swing((20, 0), 1.0, 90, "TÜREN")
    for y in (-0.12, 0.0):
        pen.line((26, y), (30, y), "SEKTIONALTORE")
    found = read_dxf(pen.save(tmp_path / "plan.dxf"), unit="mm").facility
    corners = [(0, 0), (40, 0), (40, 25), (0, 25), (0, 0)]
    plans.assert_same_walls(plans.walls_of(found), [(p, q, 0.12) for p, q in itertools.pairwise(corners)])
    assert [(kind, np.round(p, 3).tolist()) for kind, p, _ in plans.openings_of(found)] == [
        ("door", [18.0, 0.0]),
        ("gate", [26.0, 0.0]),
    ]
    assert shapely.Polygon(found.levels[0].outline).equals(shapely.box(0, 0, 40, 25))
    assert len(found.columns) == 12


def test_storeys_drawn_side_by_side_are_levels_with_their_own_elements(plans, tmp_path):
    pen = plans.Pen("m")
    for x, width in ((0.0, 20.0), (40.0, 24.0)):
        pen.rings_of(B(x - 0.3, -0.3, x + width + 0.3, 12.3) - B(x, 0, x + width, 12), "walls", lines=True)
        pen.box(x + 5, 5, x + 5.3, 5.3, "columns")
        pen.box(x + 8, 5, x + 16, 6, "racks")
    found = read_dxf(pen.save(tmp_path / "plan.dxf"))
    hall = found.facility
    assert [(level.id, shapely.Polygon(level.outline).bounds) for level in hall.levels] == [
        ("L0", (40.0, 0.0, 64.0, 12.0)),
        ("L1", (0.0, 0.0, 20.0, 12.0)),
    ]
    for element, x in [
        *((wall, wall.p0[0] + wall.p1[0]) for wall in hall.walls),
        *((each, 2 * each.center[0]) for each in (*hall.columns, *hall.racks)),
    ]:
        assert element.level == ("L0" if x > 60 else "L1")
    corners = [[(x, 0), (end, 0), (end, 12), (x, 12), (x, 0)] for x, end in ((0, 20), (40, 64))]
    truth = [(p, q, 0.3) for ring in corners for p, q in itertools.pairwise(ring)]
    plans.assert_same_walls(plans.walls_of(hall), truth)
    assert any("2 separate floors: each is a level" in note for note in found.report.notes)


def test_a_stub_shorter_than_the_wall_is_thick_belongs_to_the_wall_beyond_the_gap(plans, tmp_path):
    """Between a passage and the wall across only 0.15 m of a wall 0.24 m thick are left."""
    pen = plans.Pen("m")
    ground = (B(-0.3, -0.3, 20.3, 12.3) - B(0, 0, 20, 12)) | B(9.88, 0, 10.12, 12) | B(0, 4.88, 9.88, 5.12)
    pen.rings_of(ground - B(9, 2.8, 11, 4.73), "walls", lines=True)
    walls, found = walls_in(plans, pen, tmp_path)
    assert min(plans.wall_error(((10, -0.15), (10, 12.15)), wall) for wall in walls) < 1e-3
    ((kind, p, q),) = plans.openings_of(found.facility)
    assert (kind, np.round([p[1], q[1]], 3).tolist()) == ("passage", [2.8, 4.73])


def test_a_layer_drawn_by_one_more_line_belongs_to_its_wall(plans, tmp_path):
    pen = plans.Pen("mm")
    for out in (0.0, 0.24, 0.30):
        pen.box(-out, -out, 20 + out, 10 + out, "A-WALL")
    walls, _ = walls_in(plans, pen, tmp_path)
    corners = [(0, 0), (20, 0), (20, 10), (0, 10), (0, 0)]
    plans.assert_same_walls(walls, [(p, q, 0.30) for p, q in itertools.pairwise(corners)])


def test_arcs_of_a_mirrored_block_are_curved_walls_on_their_own_side():
    doc = ezdxf.new()
    block = doc.blocks.new("b")
    for radius in (10.0, 10.3):
        block.add_arc((0, 0), radius, 0, 90)
    doc.modelspace().add_blockref("b", (0, 0), dxfattribs={"xscale": -1})
    pieces = curved_pieces(shapes_of(doc, 0.001).shapes)
    ends = np.array([end for piece in pieces for end in (piece.p0, piece.p1)])
    assert np.allclose(np.hypot(*ends.T), 10.15)
    assert ends[:, 0].max() < 1e-9
    assert ends[:, 1].min() > -1e-9
