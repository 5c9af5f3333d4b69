"""A LIF plant comes in with its true places, its oddities by JSON path, and goes out again as it came."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from layouts.plants.read_lif import read_lif
from layouts.plants.read_opentcs import read_opentcs
from layouts.plants.read_rmf import read_rmf
from spatial.errors import BadDataError
from spatial.exchange.formats import read_network, write_network
from spatial.exchange.lif_writer import write_lif
from spatial.exchange.route_network import edge_lines

Write = Callable[..., Path]


def test_nodes_edges_and_stations_lie_where_the_file_says(lif: Write) -> None:
    plant = read_lif(lif())
    assert {node.id: node.xy for node in plant.roads.nodes} == {"A": (0.0, 0.0), "B": (3.0, 4.0)}
    assert [line.length for line in edge_lines(plant.roads)] == [5.0]
    assert [(edge.tail, edge.head, edge.speed_limit_m_s) for edge in plant.roads.edges] == [("A", "B", 1.2)]
    (station,) = plant.facility.stations
    assert (station.id, station.kind, station.pose) == ("S", "p_and_d", (3.0, 5.0, 0.5))
    assert station.extra["place_height_m"] == 0.5
    assert plant.facility.levels[0].outline == ((-2.0, -2.0), (5.0, -2.0), (5.0, 7.0), (-2.0, 7.0))
    assert plant.report.warnings == ()
    assert plant.report.used == {
        "layouts": 1,
        "nodes": 2,
        "edges": 1,
        "stations": 1,
        "vehicle types": 1,
    }


def test_what_was_read_is_written_and_reads_the_same_again(lif: Write, tmp_path: Path) -> None:
    plant = read_lif(lif())
    write_lif(tmp_path / "again.lif.json", plant.roads)
    again = read_lif(tmp_path / "again.lif.json")
    parts = [(each.nodes, each.edges, each.stations) for each in (plant.roads, again.roads)]
    assert parts[0] == parts[1]
    assert again.facility.stations == plant.facility.stations
    assert again.report.warnings == ()


def test_the_roads_become_the_graph_that_networkx_reads(lif: Write, tmp_path: Path) -> None:
    plant = read_lif(lif())
    for form, name in (("node-link", "roads.json"), ("graphml", "roads.graphml")):
        write_network(tmp_path / name, plant.roads, form)
        again = read_network(tmp_path / name)
        assert [(node.id, node.xy, node.yaw_rad) for node in again.nodes] == [
            ("A", (0.0, 0.0), 1.5),
            ("B", (3.0, 4.0), 1.5),
        ]
        assert again.edges == plant.roads.edges


def test_layouts_are_levels_whose_heights_are_asked_for(lif: Write) -> None:
    node = {"nodeId": "C", "nodePosition": {"x": 0, "y": 9}, "vehicleTypeNodeProperties": []}
    upper = {"layoutId": "upper", "layoutVersion": "1", "nodes": [node], "edges": [], "stations": []}
    plant = read_lif(lif(upper))
    assert [(level.id, level.elevation_m) for level in plant.facility.levels] == [
        ("ground", 0.0),
        ("upper", 0.0),
    ]
    assert any("--elevation LEVEL=METRES" in note for note in plant.report.notes)
    assert any("fall into 2 parts" in note for note in plant.report.notes)
    raised = read_lif(lif(upper), elevations_m={"ground": 0.0, "upper": 4.5})
    assert raised.facility.levels[1].elevation_m == raised.roads.levels[1].elevation_m == 4.5
    assert not any("--elevation" in note for note in raised.report.notes)
    with pytest.raises(ValueError, match=r"no level 'roof' in small\.lif\.json: it has 'ground', 'upper'"):
        read_lif(lif(upper), elevations_m={"roof": 9.0})


def test_what_departs_from_the_schema_is_told_by_its_path(lif: Write) -> None:
    station = {"stationId": "S", "interactionNodeIds": ["B"], "stationHeight": "0.55"}
    plant = read_lif(lif(stations=[station, {"stationId": "T", "interactionNodeIds": []}]))
    assert [each.pose for each in plant.facility.stations] == [(3.0, 4.0, 1.5)]
    assert plant.report.left_out == {"stations": 1}
    told = "\n".join(plant.report.warnings)
    assert "$.layouts[0].stations[0].stationHeight: '0.55' is a text where a number was expected" in told
    assert "$.layouts[0].stations[1].interactionNodeIds: names no node" in told


def a_node(name: str, x: float) -> dict[str, Any]:
    return {"nodeId": name, "nodePosition": {"x": x, "y": 0}, "vehicleTypeNodeProperties": []}


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ({"nodes": [a_node("A", 0), a_node("A", 1)]}, r"\$\.layouts\[0\]\.nodes\[1\]: .*'A' already"),
        ({"nodes": [a_node("A", 0)]}, r"\$\.layouts\[0\]\.edges\[0\]: .*node 'B', which is not in the file"),
        ({"nodes": [a_node("A", 0), a_node("B", 52_000)]}, "52000 m wide.*LIF is in metres"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_file_and_path(
    lif: Write, layout: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadDataError, match=r"small\.lif\.json: .*" + said):
        read_lif(lif(**layout))


def test_a_character_that_no_file_can_hold_is_bad_data(lif: Write) -> None:
    path = lif()
    path.write_text(path.read_text("utf-8").replace('"nodeId": "A"', '"nodeId": "A", "nodeName": "\\ud800"'))
    with pytest.raises(BadDataError, match=r"small\.lif\.json: a text cannot be kept"):
        read_lif(path)


def test_a_curve_that_misses_its_nodes_is_told(lif: Write) -> None:
    points = [{"x": x, "y": y} for x, y in ((0.0, 0.0), (0.0, 4.0), (3.0, 4.5))]
    curve = {"degree": 2, "knotVector": [0, 0, 0, 1, 1, 1], "controlPoints": points}
    use = {"vehicleTypeId": "agv", "rotationAllowed": False, "trajectory": curve}
    edge = {"edgeId": "AB", "startNodeId": "A", "endNodeId": "B", "vehicleTypeEdgeProperties": [use]}
    plant = read_lif(lif(edges=[edge]))
    assert any(
        "1 edges have a curve that does not begin and end at their nodes" in n for n in plant.report.notes
    )
    points[-1] = {"x": 1e9, "y": 4.0}
    with pytest.raises(BadDataError, match="edge 'AB': a control point of its curve is farther off"):
        read_lif(lif(edges=[edge]))


def test_roads_of_every_published_plant_are_written_as_lif_by_its_schema(
    published_plants: Path, tmp_path: Path
) -> None:
    schema = json.loads((published_plants / "lif" / "LIF.schema").read_text("utf-8"))
    validator = jsonschema_rs.validator_for(schema)
    readers = {"lif": read_lif, "opentcs": read_opentcs, "rmf": read_rmf}
    for folder, ending in (("lif", "*.lif.json"), ("opentcs", "*.xml"), ("rmf", "*.building.yaml")):
        for path in sorted((published_plants / folder).glob(ending)):
            plant = readers[folder](path)
            write_lif(tmp_path / "roads.lif.json", plant.roads)
            validator.validate(json.loads((tmp_path / "roads.lif.json").read_text("utf-8")))
            again = read_lif(tmp_path / "roads.lif.json")
            lengths, once_more = ([line.length for line in edge_lines(each.roads)] for each in (plant, again))
            assert sorted(once_more) == pytest.approx(sorted(lengths))


def test_every_published_lif_plant_has_its_true_lengths(published_plants: Path, tmp_path: Path) -> None:
    files = sorted((published_plants / "lif").glob("*.lif.json"))
    assert files
    for path in files:
        plain = json.loads(path.read_text("utf-8"))
        plant = read_lif(path)
        at = {
            node["nodeId"]: complex(node["nodePosition"]["x"], node["nodePosition"]["y"])
            for layout in plain["layouts"]
            for node in layout["nodes"]
        }
        assert {node.id: complex(*node.xy) for node in plant.roads.nodes} == at
        edges = [edge for layout in plain["layouts"] for edge in layout["edges"]]
        assert [edge.id for edge in plant.roads.edges] == [edge["edgeId"] for edge in edges]
        for told, edge, line in zip(edges, plant.roads.edges, edge_lines(plant.roads), strict=True):
            chord = abs(at[told["endNodeId"]] - at[told["startNodeId"]])
            curved = any(use.trajectory for use in edge.uses)
            assert line.length == pytest.approx(chord, abs=1e-9) or (curved and line.length > chord)
        stations = [station for layout in plain["layouts"] for station in layout.get("stations", [])]
        assert len(plant.facility.stations) == len(stations)
        for told, station in zip(stations, plant.facility.stations, strict=True):
            place = told.get("stationPosition")
            assert place is None or station.pose[:2] == (place["x"], place["y"])
        write_lif(tmp_path / "again.lif.json", plant.roads)
        again = read_lif(tmp_path / "again.lif.json")
        assert (again.roads.nodes, again.roads.edges) == (plant.roads.nodes, plant.roads.edges)
        assert again.facility.stations == plant.facility.stations
