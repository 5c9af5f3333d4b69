"""LIF is read leniently, each oddity named by its JSON path, and written strictly to VDMA's schema."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import jsonschema_rs
import numpy as np
import pytest
import shapely
from published import shared_data

from spatial.errors import BadDataError
from spatial.exchange.lif_reader import lif_network, read_lif
from spatial.exchange.lif_writer import lif_document, write_lif
from spatial.exchange.network_of_graph import network_of_graph
from spatial.exchange.route_network import edge_lines
from spatial.exchange.trajectory import ControlPoint, Trajectory, polyline, trajectory_fault
from spatial.floor.agents import MOBILE_ROBOT, PICKER
from spatial.navigation.build_graph import build_graph

TYPE = "forklift.A"


def lif_folder() -> Path:
    shared = shared_data()
    if shared is None:
        pytest.skip("skipped: no shared data")
    return shared / "layouts" / "lif"


def schemas() -> list[Any]:
    names = ("LIF.schema", "continua_lif-schema.json")
    return [
        jsonschema_rs.validator_for(json.loads((lif_folder() / name).read_text("utf-8"))) for name in names
    ]


def node(name: str, x: float, y: float, **more: Any) -> dict[str, Any]:
    properties = [{"vehicleTypeId": TYPE}]
    position = {"nodeId": name, "nodePosition": {"x": x, "y": y}, "vehicleTypeNodeProperties": properties}
    return position | more


def edge(name: str, tail: str, head: str, **use: Any) -> dict[str, Any]:
    told = {"vehicleTypeId": TYPE, "rotationAllowed": False} | use
    return {"edgeId": name, "startNodeId": tail, "endNodeId": head, "vehicleTypeEdgeProperties": [told]}


def document(**layout: Any) -> dict[str, Any]:
    parts = {"nodes": [node("A", 0, 0), node("B", 3, 4)], "edges": [edge("AB", "A", "B")], "stations": []}
    meta = {
        "projectIdentification": "P",
        "creator": "C",
        "exportTimestamp": "2026-11-26T12:00:00.00Z",
        "lifVersion": "1.0.0",
    }
    return {
        "metaInformation": meta,
        "layouts": [{"layoutId": "L", "layoutVersion": "1", **parts, **layout}],
    }


def read(given: dict[str, Any]) -> Any:
    return lif_network(given, source="plant.lif.json")


def test_a_valid_document_reads_without_warnings() -> None:
    network = read(document())
    assert network.warnings == ()
    assert network.vehicles == (TYPE,)
    assert [line.length for line in edge_lines(network)] == [5.0]


def test_the_printed_examples_read_with_the_paths_that_break_their_schema() -> None:
    validator, _ = schemas()
    files = sorted(lif_folder().glob("*.lif.json"))
    assert files
    for path in files:
        broken = json.loads(path.read_text("utf-8"))
        network = read_lif(path)
        assert network.nodes
        told = "\n".join(network.warnings)
        for error in validator.iter_errors(broken):
            keys = [f"[{key}]" if isinstance(key, int) else f".{key}" for key in error.instance_path]
            while keys and keys[-1] not in (".trajectory", ".stationHeight") and len(keys) > 2:
                keys.pop()
            assert "$" + "".join(keys) in told, (path.name, error.message)


def test_what_was_read_is_written_to_both_schemas_and_reads_the_same_again() -> None:
    for path in sorted(lif_folder().glob("*.lif.json")):
        network = read_lif(path)
        written = lif_document(network)
        for validator in schemas():
            validator.validate(written)
        again = read(written)
        assert (again.nodes, again.edges, again.stations) == (network.nodes, network.edges, network.stations)
        assert again.warnings == ()


def test_a_graph_of_ours_is_written_to_both_schemas(hall, tmp_path: Path) -> None:
    facility = hall(rows=3, bays=2, tiers=1)
    for agent in (PICKER, MOBILE_ROBOT):
        path = tmp_path / "hall.lif.json"
        write_lif(path, network_of_graph(build_graph(facility, agent), facility=facility))
        written = json.loads(path.read_text("utf-8"))
        for validator in schemas():
            validator.validate(written)
        stations = written["layouts"][0]["stations"]
        assert {each["stationId"] for each in stations} >= {place.id for place in facility.locations}


def test_the_same_network_gives_the_same_bytes_and_a_time_only_when_told(hall, tmp_path: Path) -> None:
    network = network_of_graph(build_graph(hall(), PICKER))
    for name in ("a", "b"):
        write_lif(tmp_path / name, network)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    stamped = lif_document(network, exported_at="2026-11-26T12:00:00.00Z")
    assert stamped["metaInformation"]["exportTimestamp"] == "2026-11-26T12:00:00.00Z"
    with pytest.raises(ValueError, match="exported_at 'today'"):
        lif_document(network, exported_at="today")


def test_a_time_that_is_none_is_not_written_again() -> None:
    given = document()
    given["metaInformation"]["exportTimestamp"] = "yesterday"
    network = read(given)
    assert "$.metaInformation.exportTimestamp" in network.warnings[0]
    assert lif_document(network)["metaInformation"]["exportTimestamp"].startswith("1970-01-01T")


@pytest.mark.parametrize(
    ("layout", "path"),
    [
        ({"stations": None}, "$.layouts[0].stations: is missing"),
        (
            {"nodes": [node("A", "1.5", 0), node("B", 3, 4)]},
            "$.layouts[0].nodes[0].nodePosition.x: '1.5' is a text",
        ),
        ({"edges": [edge("AB", "A", "B", vehicleOrientation=180.0)]}, "vehicleOrientation: 180.0 is outside"),
        ({"edges": [edge("AB", "A", "B", orientationType="LOCAL")]}, "orientationType: 'LOCAL' is none of"),
        ({"edges": [edge("AB", "A", "B", rotationAllowed="false")]}, "rotationAllowed: 'false' is a text"),
        ({"edges": [edge("AB", "A", "B", maxSpeed="fast")]}, "maxSpeed: 'fast' is no finite number"),
        (
            {"edges": [edge("AB", "A", "B", actions=[{"actionType": "beep"}])]},
            "actions[0]: needs an actionType",
        ),
        ({"stations": [{"stationId": "S"}]}, "$.layouts[0].stations[0].interactionNodeIds: names no node"),
    ],
)
def test_what_is_slightly_off_is_read_with_a_warning_at_its_path(layout: dict[str, Any], path: str) -> None:
    network = read(document(**layout))
    assert any(path in warning for warning in network.warnings), network.warnings
    for validator in schemas():
        validator.validate(lif_document(network))


@pytest.mark.parametrize(
    ("layout", "place"),
    [
        ({"nodes": [node("A", 0, 0), node("A", 1, 1)]}, r"\$\.layouts\[0\]\.nodes\[1\]: .*node 'A' already"),
        ({"nodes": [node("A", float("nan"), 0)]}, r"nodePosition\.x: .*number was expected"),
        ({"nodes": [node("A", 1e300, 0)]}, r"nodes\[0\]: node 'A' is at"),
        ({"nodes": "none"}, r"\$\.layouts\[0\]\.nodes: 'none' where a list was expected"),
        ({"nodes": []}, r"edge 'AB' names node 'A', which is not in the file"),
        ({"edges": [edge("AB", "A", "Z")]}, r"edges\[0\]: edge 'AB' names node 'Z'"),
        ({"edges": [edge("AB", "A", "B")] * 2}, r"edges\[1\]: there is an edge 'AB' already"),
        ({"edges": [7]}, r"edges\[0\]: 7 where an object was expected"),
        (
            {"stations": [{"stationId": "S", "interactionNodeIds": ["Z"]}]},
            r"stations\[0\]: station 'S' names node 'Z'",
        ),
    ],
)
def test_what_cannot_be_meant_names_file_and_path(layout: dict[str, Any], place: str) -> None:
    with pytest.raises(BadDataError, match=r"^plant\.lif\.json: .*" + place):
        read(document(**layout))


def test_a_document_that_is_no_lif_says_what_was_expected() -> None:
    for given in ({}, [], {"nodes": []}, 3, None):
        with pytest.raises(BadDataError, match=r"plant\.lif\.json: .*expected"):
            read(given)


def test_layouts_are_levels_and_an_edge_between_them_is_kept() -> None:
    given = document(layoutLevelId="ground", edges=[edge("up", "A", "C")])
    upper = {"layoutId": "U", "layoutVersion": "1", "nodes": [node("C", 0, 0)], "edges": [], "stations": []}
    given["layouts"].append(upper)
    network = read(given)
    assert [level.id for level in network.levels] == ["ground", "U"]
    assert [place.level for place in network.nodes] == ["ground", "ground", "U"]
    again = read(lif_document(network))
    assert again.edges == network.edges
    assert [level.id for level in again.levels] == ["ground", "U"]


def arc(radius: float = 2.0) -> dict[str, Any]:
    corner = math.sqrt(0.5)
    points = [
        {"x": radius, "y": 0.0, "weight": 1.0},
        {"x": radius, "y": radius, "weight": corner},
        {"x": 0.0, "y": radius, "weight": 1.0},
    ]
    return {"degree": 2, "knotVector": [0, 0, 0, 1, 1, 1], "controlPoints": points}


def test_a_quarter_circle_drawn_as_a_trajectory_is_one_and_survives_the_strict_weights() -> None:
    curved = edge("AB", "A", "B", trajectory=arc())
    network = read(document(nodes=[node("A", 2, 0), node("B", 0, 2)], edges=[curved]))
    (line,) = edge_lines(network)
    assert np.allclose(np.linalg.norm(shapely.get_coordinates(line), axis=1), 2.0)
    assert line.length == pytest.approx(math.pi, rel=0.002)
    written = lif_document(network)
    drawn = written["layouts"][0]["edges"][0]["vehicleTypeEdgeProperties"][0]["trajectory"]
    assert min(point["weight"] for point in drawn["controlPoints"]) == pytest.approx(1.0)
    (again,) = edge_lines(read(written))
    assert np.allclose(shapely.get_coordinates(again), shapely.get_coordinates(line))


@pytest.mark.parametrize(
    ("degree", "knots", "weights", "fault"),
    [
        (10**400, [0, 1], [1, 1], "degree"),
        (math.nan, [0, 1], [1, 1], "degree"),
        (3, [0, 1, 2], [1, 1], "too few"),
        (1, [0, 1, 1], [1, 1], "knots"),
        (1, [0, 1, 0, 1], [1, 1], "fall"),
        (1, [0, 0.5, 0.5, 1], [1, 1], "no length"),
        (1, [0, 0, 1, 1], [1, -1], "weight"),
    ],
)
def test_a_trajectory_that_is_no_curve_is_left_out_with_the_reason(
    degree: float, knots: list[float], weights: list[float], fault: str
) -> None:
    points = [{"x": float(k), "y": 0.0, "weight": weight} for k, weight in enumerate(weights)]
    assert fault in (trajectory_fault(degree, knots, [ControlPoint(**point) for point in points]) or "")
    curve = {"degree": degree, "knotVector": knots, "controlPoints": points}
    network = read(document(edges=[edge("AB", "A", "B", trajectory=curve)]))
    assert fault in network.warnings[0]
    assert edge_lines(network)[0].length == 5.0


def test_a_spline_meets_its_ends_and_a_straight_one_is_straight() -> None:
    points = tuple(ControlPoint(x=float(x), y=0.5 * x) for x in range(5))
    spline = polyline(Trajectory(degree=3, knots=(0, 0, 0, 0, 0.5, 1, 1, 1, 1), points=points))
    assert np.allclose(spline[[0, -1]], [(0, 0), (4, 2)])
    assert np.allclose(spline[:, 1], spline[:, 0] / 2)
    assert (np.diff(spline[:, 0]) > 0).all()
