"""An openTCS plant model comes in in metres: places, curves, speeds both ways, floors, and what is closed."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from defusedxml import ElementTree

from layouts.plants.read_opentcs import read_opentcs
from spatial.errors import BadDataError
from spatial.exchange.route_network import edge_lines

Write = Callable[..., Path]


def test_millimetres_and_degrees_become_metres_and_radians(opentcs: Write) -> None:
    plant = read_opentcs(opentcs())
    nodes = {node.id: (node.xy, node.yaw_rad) for node in plant.roads.nodes}
    assert nodes == {
        "A": ((0.0, 0.0), pytest.approx(math.pi / 2)),
        "B": ((4.0, 0.0), None),
        "C": ((6.0, 2.0), None),
    }
    stations = {station.id: (station.kind, station.pose) for station in plant.facility.stations}
    assert stations == {
        "A": ("depot", pytest.approx((0.0, 0.0, math.pi / 2))),
        "S1": ("p_and_d", (6.0, 3.0, 0.0)),
    }
    (vehicle,) = plant.facility.extra["vehicles"]
    assert vehicle == {
        "id": "V1",
        "length_m": 1.2,
        "width_m": 0.8,
        "height_m": 2.0,
        "speed_m_s": 1.5,
        "reverse_speed_m_s": 0.5,
        "envelope": "wide",
    }


def test_a_path_is_a_way_for_each_direction_that_has_a_speed(opentcs: Write) -> None:
    ways = {
        (edge.tail, edge.head): (edge.length_m, edge.speed_limit_m_s, edge.uses[0].orientation_rad)
        for edge in read_opentcs(opentcs()).roads.edges
    }
    assert ways == {
        ("A", "B"): (4.0, 1.5, 0.0),
        ("B", "A"): (4.0, 0.5, math.pi),  # driven backwards: the vehicle looks against its way
        ("B", "C"): (3.142, 1.0, 0.0),
    }


def test_a_curve_is_the_quarter_circle_that_was_drawn(opentcs: Write) -> None:
    plant = read_opentcs(opentcs())
    (line,) = (
        line for edge, line in zip(plant.roads.edges, edge_lines(plant.roads), strict=True) if edge.id == "BC"
    )
    assert line.length == pytest.approx(math.pi, rel=2e-3)
    apart = shapely.distance(shapely.points(shapely.get_coordinates(line)), shapely.Point(4.0, 2.0))
    assert apart.min() > 1.999
    assert apart.max() < 2.001
    assert not any("differ" in note for note in plant.report.notes)


def test_two_curves_meet_at_the_third_of_five_control_points(opentcs: Write) -> None:
    five = "".join(
        f'<controlPoint x="{x}" y="{y}"/>'
        for x, y in ((4500, 0), (5000, 0), (5000, -1000), (5000, -2000), (5500, -2000))
    )
    before = '<controlPoint x="5104.57" y="0"/><controlPoint x="6000" y="-895.43"/>'
    plant = read_opentcs(opentcs(("BEZIER", "BEZIER_3"), (before, five)))
    line = edge_lines(plant.roads)[-1]
    assert line.distance(shapely.Point(5.0, 1.0)) < 1e-9
    turned = shapely.get_coordinates(line)
    assert turned[::-1] == pytest.approx([10.0, 2.0] - turned)  # the shape is its own half turn


def test_a_polygon_path_goes_through_its_corners(opentcs: Write) -> None:
    before = '<controlPoint x="5104.57" y="0"/><controlPoint x="6000" y="-895.43"/>'
    corner = '<controlPoint x="6000" y="0"/>'
    plant = read_opentcs(opentcs(("BEZIER", "POLYPATH"), (before, corner)))
    assert edge_lines(plant.roads)[-1].equals(shapely.LineString([(4, 0), (6, 0), (6, 2)]))


def test_lengths_that_differ_from_the_drawing_are_told_and_may_be_replaced(opentcs: Write) -> None:
    path = opentcs(('length="4000"', 'length="5200"'))
    plant = read_opentcs(path)
    assert any(
        "2 of 3 lengths told differ" in note and "'AB': told 5.200 m, drawn 4.000 m" in note
        for note in plant.report.notes
    )
    assert plant.roads.edges[0].length_m == 5.2
    drawn = read_opentcs(path, lengths="drawn")
    assert [edge.length_m for edge in drawn.roads.edges] == [None] * 3


def test_locked_and_speedless_paths_are_left_out_and_named(opentcs: Write) -> None:
    plant = read_opentcs(opentcs(('maxVelocity="1000"', 'maxVelocity="0"')))
    assert {edge.id for edge in plant.roads.edges} == {"AB", "AB~back"}
    assert plant.report.left_out == {"locked paths": 1, "paths without a speed": 1, "drawing layers": 1}
    assert plant.report.used["paths"] == 1
    notes = "\n".join(plant.report.notes)
    assert "'CA': paths that are locked" in notes
    assert "'BC': paths without a speed" in notes
    opened = read_opentcs(opentcs(('locked="true"', 'locked="false"')))
    assert ("C", "A") in {(edge.tail, edge.head) for edge in opened.roads.edges}


def test_a_device_that_nobody_works_at_is_no_station(opentcs: Write) -> None:
    facility = read_opentcs(opentcs()).facility
    assert facility.extra["peripherals"] == [
        {"id": "gate", "level": "L0", "at_m": [2.0, 0.0], "location_type": "door"}
    ]
    unlinked = '<link point="C"><allowedOperation name="Load"/></link>'
    facility = read_opentcs(opentcs((unlinked, ""))).facility
    assert [each["id"] for each in facility.extra["peripherals"]] == ["gate"]
    assert [(each.id, each.kind) for each in facility.stations] == [("A", "depot"), ("S1", "p_and_d")]


def test_envelopes_blocks_and_operations_stay_with_their_roads(opentcs: Write) -> None:
    roads = read_opentcs(opentcs()).roads
    by_id = {part.id: part.extra for part in (*roads.nodes, *roads.edges, *roads.stations)}
    assert by_id["B"]["envelopes_m"] == {"wide": [[0.0, -0.5], [0.5, 0.0], [0.0, 0.5]]}
    assert by_id["B"]["longest_vehicle_m"] == [1.2, 0.8, 2.0]
    assert by_id["AB"]["blocks"] == by_id["B"]["blocks"] == {"X1": "SINGLE_VEHICLE_ONLY"}
    assert by_id["AB"]["peripheral_operations"][0]["locationName"] == "gate"
    assert by_id["S1"]["operations"] == {"C": ["Load"]}
    assert roads.stations[-1].height_m == 1.5
    odd = read_opentcs(opentcs(('<member name="B"/>', '<member name="Z"/>')))
    assert any("member 'Z': a member of block 'X1' that is not in the file" in w for w in odd.report.warnings)


def test_points_a_storey_apart_are_on_floors_of_their_own(opentcs: Write) -> None:
    lifted = ('positionY="2000" positionZ="0"', 'positionY="2000" positionZ="4200"')
    plant = read_opentcs(opentcs(lifted))
    assert [(level.id, level.elevation_m) for level in plant.facility.levels] == [("L0", 0.0), ("L1", 4.2)]
    assert {station.id: station.level for station in plant.facility.stations} == {"A": "L0", "S1": "L1"}
    assert {edge.id: edge.link for edge in plant.roads.edges}["BC"] == "BC"
    ramp = read_opentcs(opentcs(('positionY="2000" positionZ="0"', 'positionY="2000" positionZ="800"')))
    assert [level.id for level in ramp.facility.levels] == ["L0"]
    assert any("heights from 0 to 0.8 m" in note for note in ramp.report.notes)


def test_a_plant_drawn_at_another_scale_and_origin_has_its_true_curves(opentcs: Write) -> None:
    """Drawn at half the size, turned upside down and shifted, as plants before version 7 may be."""

    def drawn(x_mm: float, y_mm: float) -> tuple[float, float]:
        return 9000 - x_mm / 2, -700 - y_mm / 2

    places = {"B": (4000, 0), "C": (6000, 2000)}
    elements = "".join(
        f'<modelLayoutElement visualizedObjectName="{name}"><property name="POSITION_X" value="{x}"/>'
        f'<property name="POSITION_Y" value="{y}"/></modelLayoutElement>'
        for name, (x, y) in ((name, drawn(*at)) for name, at in places.items())
    )
    handles = [drawn(5104.57, 0), drawn(6000, 895.43)]
    plant = read_opentcs(
        opentcs(
            ('<layer id="0" name="ground"/>', elements),
            (
                '<controlPoint x="5104.57" y="0"/>',
                f'<controlPoint x="{handles[0][0]}" y="{-handles[0][1]}"/>',
            ),
            (
                '<controlPoint x="6000" y="-895.43"/>',
                f'<controlPoint x="{handles[1][0]}" y="{-handles[1][1]}"/>',
            ),
        )
    )
    line = edge_lines(plant.roads)[-1]
    apart = shapely.distance(shapely.points(shapely.get_coordinates(line)), shapely.Point(4.0, 2.0))
    assert (apart.min(), apart.max()) == pytest.approx((2.0, 2.0), abs=0.001)
    assert any("visualLayout: 2 of 3 points are drawn elsewhere" in each for each in plant.report.warnings)


def test_a_point_moved_in_the_drawing_takes_its_curve_along(opentcs: Write) -> None:
    plain = '<point name="C" positionX="6000" positionY="2000" positionZ="0" type="HALT_POSITION"/>'
    moved = plain.replace("/>", '><pointLayout positionX="4000" positionY="2000" layerId="0"/></point>')
    arc = '<controlPoint x="5104.57" y="0"/><controlPoint x="6000" y="-895.43"/>'
    line = edge_lines(
        read_opentcs(opentcs((plain, moved), (arc, '<controlPoint x="5000" y="-1000"/>'))).roads
    )[-1]
    assert [line.coords[0], line.coords[-1]] == [(4.0, 0.0), pytest.approx((6.0, 2.0))]
    # drawn from (4, 0) to (4, 2) with its handle 1 m to the right; laid over, the handle is √2 m to the right
    assert line.hausdorff_distance(shapely.LineString([(4, 0), (6, 2)])) == pytest.approx(
        math.sqrt(2) / 2, rel=1e-3
    )
    one = plain.replace("/>", '><pointLayout positionX="4000" positionY="0" layerId="0"/></point>')
    plant = read_opentcs(opentcs((plain, one)))
    assert edge_lines(plant.roads)[-1].length == pytest.approx(math.hypot(2, 2))
    assert any("line 13: path 'BC': both its ends are drawn at one place" in w for w in plant.report.warnings)


def test_names_of_older_versions_are_read(opentcs: Write) -> None:
    older = [(f"position{axis}=", f"{axis.lower()}Position=") for axis in "XYZ"]
    layout = '<layer id="0" name="ground"/>'
    element = (
        '<modelLayoutElement visualizedObjectName="BC"><property name="CONN_TYPE" value="POLYPATH"/>'
        '<property name="CONTROL_POINTS" value="6000,0"/></modelLayoutElement>'
    )
    plant = read_opentcs(opentcs(*older, ('version="6.0.0"', 'version="0.0.2"'), (layout, element)))
    assert plant.report.version == "0.0.2"
    assert [node.xy for node in plant.roads.nodes] == [(0.0, 0.0), (4.0, 0.0), (6.0, 2.0)]
    assert edge_lines(plant.roads)[-1].length == 4.0


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('positionX="4000"', 'positionX="4 m"', r"line 4: point 'B': positionX '4 m' is no finite number"),
        ('positionX="4000"', "", r"line 4: point 'B': positionX is missing: expected a number"),
        ('positionX="4000"', 'positionX="40000000"', "wide.*openTCS is in millimetres"),
        ('name="B" positionX', 'name="A" positionX', r"line 4: point 'A': there is a node 'A' already"),
        (
            'destinationPoint="C"',
            'destinationPoint="Z"',
            r"line 13: path 'BC': names point 'Z', which is not",
        ),
        ('destinationPoint="A" length', 'destinationPoint="Z" length', r"path 'CA': names point 'Z'"),
        ('link point="C"', 'link point="Z"', r"line 24: location 'S1': is linked to point 'Z'"),
        ('maxVelocity="1000"', 'maxVelocity="-1"', r"path 'BC': maxVelocity -1\.0 is below 0"),
        ('locked="true"', 'locked="perhaps"', r"line 18: path 'CA': locked 'perhaps' is neither"),
        ("<model version", "<plant version", r"line 27: mismatched tag|line \d+: mismatched tag"),
        ("</model>", "", r"line \d+: no element found: expected an XML document"),
    ],
)
def test_a_fault_names_file_line_and_what_was_expected(
    opentcs: Write, before: str, after: str, said: str
) -> None:
    with pytest.raises(BadDataError, match=r"small\.xml: .*" + said):
        read_opentcs(opentcs((before, after)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<building/>", "line 1: building: 'building' where an openTCS plant model begins"),
        ("", "line 1: no element found"),
        ("<a>" * 300, "nested deeper than 200"),
        ('<model version="6.0.0" name="empty"/>', "no node: expected a network"),
        ('<!DOCTYPE m [<!ENTITY a "ha">]>\n<model name="&a;"/>', "line 1: a document type"),
        ('<!DOCTYPE m SYSTEM "other.dtd">\n<model/>', "a document type"),
        ("<!DOCTYPE model>\n<model/>", "a document type"),
        ('<?xml version="1.0" encoding="klingon"?><model/>', "unknown encoding"),
    ],
)
def test_what_is_no_plant_model_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "small.xml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadDataError, match=r"small\.xml: .*" + said):
        read_opentcs(path)


def test_every_published_plant_model_has_its_true_sizes(published_plants: Path) -> None:
    files = sorted((published_plants / "opentcs").glob("*.xml"))
    assert files
    for path in files:
        model = ElementTree.parse(path).getroot()
        plant = read_opentcs(path)
        x, y = (
            ("positionX", "positionY")
            if "positionX" in model.find("point").attrib
            else ("xPosition", "yPosition")
        )
        at = {
            each.get("name"): complex(float(each.get(x)), float(each.get(y))) / 1000
            for each in (*model.findall("point"), *model.findall("location"))
        }
        assert {node.id: complex(*node.xy) for node in plant.roads.nodes} == pytest.approx(
            {each.get("name"): at[each.get("name")] for each in model.findall("point")}
        )
        for station in plant.facility.stations:
            assert complex(*station.pose[:2]) == pytest.approx(at[station.id])
        paths = {each.get("name"): each for each in model.findall("path")}
        drivable = [each for each in paths.values() if each.get("locked") == "false"]
        ways = sum(
            (each.get("maxVelocity") != "0") + (each.get("maxReverseVelocity") != "0") for each in drivable
        )
        assert len(plant.roads.edges) == ways
        for edge, line in zip(plant.roads.edges, edge_lines(plant.roads), strict=True):
            told = paths[edge.id.removesuffix("~back")]
            chord = abs(at[edge.head] - at[edge.tail])
            assert line.length >= chord - 1e-9
            curved = told.find("pathLayout").get("connectionType") in ("BEZIER", "BEZIER_3", "POLYPATH")
            assert curved or line.length == pytest.approx(chord)
            assert [complex(*line.coords[k]) for k in (0, -1)] == pytest.approx(
                [at[edge.tail], at[edge.head]]
            )
            assert edge.length_m == pytest.approx(float(told.get("length")) / 1000)


def test_the_curves_of_the_published_demo_are_about_as_long_as_it_tells(published_plants: Path) -> None:
    """Its lengths were told before it was stretched: all but the five at its right edge are 6 % shorter or alike."""
    plant = read_opentcs(published_plants / "opentcs" / "Demo-01.xml")
    ratios = [
        line.length / edge.length_m
        for edge, line in zip(plant.roads.edges, edge_lines(plant.roads), strict=True)
        if edge.uses[0].trajectory is not None and edge.length_m
    ]
    assert sum(0.92 < ratio < 1.08 for ratio in ratios) >= 0.8 * len(ratios)
