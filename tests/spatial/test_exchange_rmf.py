"""Open-RMF's building maps and navigation graphs come out in metres with y up, lifts and doors with them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from published import shared_data

from spatial.errors import BadDataError
from spatial.exchange.formats import format_of, read_network
from spatial.exchange.rmf_building import building_network, read_building
from spatial.exchange.rmf_nav_graph import read_rmf_nav_graph, rmf_nav_graph_network
from spatial.exchange.route_network import RouteNetwork, edge_lines
from spatial.exchange.source_frame import SourceFrame

LANE = {"bidirectional": [4, True], "graph_idx": [2, 0], "orientation": [1, ""], "speed_limit": [3, 0]}


def lane(i: int, j: int, **told: Any) -> list[Any]:
    return [i, j, LANE | told]


def level(**parts: Any) -> dict[str, Any]:
    """Vertices 0 … 3 at the corners of a 100 × 50 pixel rectangle, 0 at the upper left; 100 pixels are 10 m."""
    vertices = [[0, 0, 0, ""], [100, 0, 0, "shop"], [100, 50, 0, ""], [0, 50, 0, ""]]
    told = {"vertices": vertices, "lanes": [lane(0, 1)], "measurements": [[3, 2, {"distance": [3, 10.0]}]]}
    return told | parts


def building(**levels: Any) -> dict[str, Any]:
    return {"name": "b", "coordinate_system": "reference_image", "levels": levels or {"L1": level()}}


def read(given: Any, frame: SourceFrame | None = None) -> RouteNetwork:
    return building_network(given, source="b.building.yaml", frame=frame or SourceFrame())


def places(network: RouteNetwork) -> dict[str, tuple[float, float]]:
    return {node.id: node.xy for node in network.nodes}


def test_pixels_become_metres_by_the_measurement_and_y_points_up() -> None:
    network = read(building(L1=level(lanes=[lane(1, 2)])))
    assert places(network) == {"L1/1": (10.0, 0.0), "L1/2": pytest.approx((10.0, -5.0))}
    assert network.levels[0].metres_per_unit == pytest.approx(0.1)
    assert [station.id for station in network.stations] == ["shop"]


def test_a_two_way_lane_is_two_edges_and_a_one_way_lane_one() -> None:
    lanes = [lane(0, 1), lane(1, 2, bidirectional=[4, False], speed_limit=[3, 0.5])]
    network = read(building(L1=level(lanes=lanes)))
    ends = [(edge.tail, edge.head) for edge in network.edges]
    assert ends == [("L1/0", "L1/1"), ("L1/1", "L1/0"), ("L1/1", "L1/2")]
    assert [edge.speed_limit_m_s for edge in network.edges] == [None, None, 0.5]


def test_a_lane_held_forward_is_held_backward_on_the_way_back() -> None:
    network = read(building(L1=level(lanes=[lane(0, 1, orientation=[1, "forward"])])))
    assert [edge.uses[0].orientation_rad for edge in network.edges] == [0.0, math.pi]


def test_graphs_are_vehicle_types() -> None:
    network = read(building(L1=level(lanes=[lane(0, 1), lane(1, 2, graph_idx=[2, 3])])))
    assert network.vehicles == ("graph 0", "graph 3")


def test_a_door_across_a_lane_is_named() -> None:
    doors = [[0, 2, {"name": [1, "gate"], "type": [1, "hinged"]}]]
    network = read(building(L1=level(lanes=[lane(1, 3), lane(0, 1)], doors=doors)))
    assert [edge.extra.get("door_name") for edge in network.edges] == ["gate"] * 4
    apart = read(building(L1=level(lanes=[lane(1, 2)], doors=[[0, 3, {"name": [1, "gate"]}]])))
    assert apart.edges[0].extra == {}


def test_without_a_measurement_the_option_to_pass_is_named_and_does() -> None:
    bare = building(L1=level(measurements=[]))
    with pytest.raises(BadDataError, match=r"\$\.levels\.L1\.measurements: .*pass metres_per_unit"):
        read(bare)
    network = read(bare, SourceFrame(metres_per_unit=0.05))
    assert places(network)["L1/1"] == (5.0, 0.0)


def test_measurements_that_disagree_are_averaged_with_a_warning() -> None:
    measured = [[3, 2, {"distance": [3, 10.0]}], [1, 2, {"distance": [3, 6.0]}]]
    network = read(building(L1=level(measurements=measured)))
    assert network.levels[0].metres_per_unit == pytest.approx(0.11)
    assert "scales from 0.100000 to 0.120000" in network.warnings[0]


def test_fiducials_lay_an_upper_level_over_the_lower_whatever_its_picture() -> None:
    below = [[0, 0, "a"], [100, 0, "b"], [0, 50, "c"]]
    turned = [[500 - 2 * y, 2 * x, name] for x, y, name in below]
    upper = [[500 - 2 * y, 2 * x, 0, "shop" if name == "b" else ""] for x, y, name in below]
    levels = {
        "L1": level(fiducials=below, lanes=[lane(0, 1)]),
        "L2": level(fiducials=turned, vertices=upper, lanes=[lane(0, 1)], measurements=[], elevation=4.0),
    }
    network = read(building(**levels))
    at = places(network)
    assert at["L2/0"] == pytest.approx(at["L1/0"])
    assert at["L2/1"] == pytest.approx(at["L1/1"])
    assert [each.metres_per_unit for each in network.levels] == pytest.approx([0.1, 0.05])


def test_a_lift_joins_the_levels_it_serves_and_is_as_long_as_it_is_high() -> None:
    fiducials = [[0, 0, "a"], [100, 0, "b"]]
    lift = {"x": 100, "y": 50, "yaw": 0.3, "width": 2.0, "depth": 2.0}
    given = building(
        L1=level(fiducials=fiducials, lanes=[lane(1, 2)]),
        L2=level(fiducials=fiducials, lanes=[lane(1, 2)], elevation=4.0),
        L3=level(fiducials=fiducials, lanes=[lane(0, 1)], elevation=8.0),
    ) | {"lifts": {"Lift1": lift | {"level_doors": {"L1": [], "L2": [], "L3": []}}}}
    network = read(given)
    lifts = [edge for edge in network.edges if edge.link]
    assert [(edge.tail, edge.head, edge.length_m) for edge in lifts] == [
        ("L1/2", "L2/2", 4.0),
        ("L2/2", "L1/2", 4.0),
    ]
    assert any("no lane ends in lift 'Lift1' on level 'L3'" in warning for warning in network.warnings)


def test_longitude_and_latitude_become_true_metres() -> None:
    vertices = [[13.0, 52.0, 0, ""], [13.0, 52.001, 0, ""], [13.001, 52.0, 0, ""]]
    given = building(L1=level(vertices=vertices, lanes=[lane(0, 1), lane(0, 2)], measurements=[]))
    network = read(given | {"coordinate_system": "wgs84"})
    lengths = [line.length for line in edge_lines(network)]
    # lengths of one degree at 52° on WGS 84: 111,267.9 m of latitude, 68,677.8 m of longitude
    assert lengths[0] == pytest.approx(111.268, abs=0.01)
    assert lengths[2] == pytest.approx(68.678, abs=0.01)
    assert network.nodes[1].xy[1] > 0
    assert network.nodes[2].xy[0] > 0


def test_metres_are_taken_as_they_are_and_a_projection_is_refused() -> None:
    given = building(L1=level(measurements=[]))
    network = read(given | {"coordinate_system": "cartesian_meters"})
    assert places(network)["L1/1"] == (100.0, 0.0)
    with pytest.raises(BadDataError, match=r"\$\.coordinate_system: 'web_mercator' is not read"):
        read(given | {"coordinate_system": "web_mercator"})


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"lanes": [lane(0, 9)]}, r"\$\.levels\.L1\.lanes\[0\]\[1\]: 9 is no vertex of 0 … 3"),
        ({"lanes": [lane(0, -1)]}, r"lanes\[0\]\[1\]: -1 is no vertex"),
        ({"lanes": [[0]]}, r"lanes\[0\]: expected"),
        ({"lanes": []}, r"no node"),
        ({"vertices": [["a", 0, 0, ""]] * 4}, r"\$\.levels\.L1\.vertices\[0\]: "),
        ({"vertices": [[math.nan, 0, 0, ""]] * 4}, r"vertices\[0\]: .*finite"),
        ({"measurements": [[0, 0, {"distance": [3, 1]}]]}, r"measurements\[0\]: .*no scale"),
        ({"measurements": [[0, 1, {}]]}, r"measurements\[0\]\[2\]\.distance: "),
    ],
)
def test_a_broken_map_names_file_and_place(parts: dict[str, Any], place: str) -> None:
    with pytest.raises(BadDataError, match=r"^b\.building\.yaml: .*" + place):
        read(building(L1=level(**parts)))


NAV_GRAPH = """
building_name: plant
lifts:
  lift_a: {position: [10.0, 0.0, 0.0], dims: [2.0, 2.0]}
levels:
  L1:
    vertices:
      - [0.0, 0.0, {name: charger_1, is_charger: true}]
      - [10.0, 0.0, {name: "", lift: lift_a}]
      - [10.0, -5.0, {name: pantry, pickup_dispenser: coke}]
    lanes:
      - [0, 1, {orientation_constraint: forward, speed_limit: 0.5}]
      - [1, 0, {orientation_constraint: backward}]
      - [1, 2, {is_bidirectional: true, mutex: corner}]
  L2:
    vertices:
      - [10.0, 0.0, {name: "", lift: lift_a}]
      - [12.0, 0.0, {name: ward}]
    lanes:
      - [0, 1, {}]
"""


def test_a_navigation_graph_reads_with_its_directions_limits_and_lift(tmp_path: Path) -> None:
    path = tmp_path / "0.yaml"
    path.write_text(NAV_GRAPH, encoding="utf-8")
    assert format_of(path) == "rmf-nav-graph"
    network = read_network(path)
    assert network.warnings == ()
    assert network.vehicles == ("graph 0",)
    assert {station.id: station.kind for station in network.stations} == {
        "charger_1": "charge",
        "pantry": "p_and_d",
        "ward": "",
    }
    ways = {(edge.tail, edge.head): edge for edge in network.edges}
    assert ("L1/2", "L1/1") in ways
    assert ("L2/1", "L2/0") not in ways
    assert ways["L1/0", "L1/1"].speed_limit_m_s == 0.5
    assert ways["L1/1", "L1/0"].uses[0].orientation_rad == math.pi
    assert ways["L1/1", "L2/0"].link == ways["L2/0", "L1/1"].link == "lift_a"


def test_a_broken_navigation_graph_names_file_and_place(tmp_path: Path) -> None:
    path = tmp_path / "0.yaml"
    path.write_text(NAV_GRAPH.replace("[0, 1, {}]", "[0, 7, {}]"), encoding="utf-8")
    with pytest.raises(
        BadDataError, match=r"0\.yaml: \$\.levels\.L2\.lanes\[0\]\[1\]: 7 is no vertex of 0 … 1"
    ):
        read_rmf_nav_graph(path)
    with pytest.raises(BadDataError, match="no node"):
        rmf_nav_graph_network({"levels": {}}, source="0.yaml")


def test_every_published_building_map_reads() -> None:
    shared = shared_data()
    if shared is None:
        pytest.skip("skipped: no shared data")
    files = sorted((shared / "layouts" / "rmf").glob("*.building.yaml"))
    assert files
    for path in files:
        network = read_building(path)
        document = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        assert format_of(path) == "rmf-building"
        one_way = sum(
            2 if told["bidirectional"][1] else 1
            for each in document["levels"].values()
            for _, _, told in each["lanes"]
        )
        assert sum(not edge.link for edge in network.edges) == one_way
        assert all(np.isfinite(node.xy).all() for node in network.nodes)
        for each in document["levels"].values():
            for i, j, told in each.get("measurements", []):
                a, b = (np.array(each["vertices"][k][:2]) for k in (i, j))
                scale = next(at.metres_per_unit for at in network.levels)
                assert np.linalg.norm(a - b) * scale == pytest.approx(told["distance"][1], rel=0.03)
