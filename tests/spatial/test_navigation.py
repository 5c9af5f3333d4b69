"""The navigation graph keeps clear of everything, reaches every place or says why not, and is measured."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

from spatial.errors import BadDataError, UndecidedError
from spatial.facility import Facility, Level, Obstacle
from spatial.floor.agents import PICKER, REACH_TRUCK
from spatial.floor.free_space import free_space, shrunk
from spatial.navigation.build_graph import build_graph
from spatial.navigation.graph_json import read_graph, write_graph
from spatial.navigation.lanes import chains, lanes_of
from spatial.navigation.medial_axis import medial_axis
from spatial.navigation.nav_graph import NODE_KINDS, NavGraph, from_networkx, to_networkx
from spatial.navigation.shortest_paths import path_length, path_polyline, shortest_distances, shortest_route


def blocker(*corners: tuple[float, float], name: str = "O1") -> Obstacle:
    return Obstacle(id=name, level="L0", kind="floor_stack", footprint=corners, z0_m=0.0, z1_m=1.0)


def lanes_in(clear: Polygon, radius_m: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    floor = MultiPolygon([clear])
    return lanes_of(medial_axis(floor, radius_m=radius_m), shrunk(floor, radius_m - 0.002))


def keeps_clear(facility: Facility, graph: NavGraph) -> bool:
    clear = free_space(facility, graph.agent, "L0").clear
    lines = shapely.linestrings(graph.xy[graph.edges])
    inside = shapely.covers(clear, lines).all()
    return bool(inside and (shapely.distance(lines, clear.boundary) > graph.agent.radius_m - 0.005).all())


def test_the_lane_of_a_corridor_is_its_centre_line() -> None:
    xy, edges = lanes_in(box(0, 0, 20, 3))
    assert len(edges) == len(xy) - 1
    assert np.allclose(xy[:, 1], 1.5, atol=0.05)
    assert np.ptp(xy[:, 0]) == pytest.approx(17, abs=0.3)


def test_corners_named_twice_do_no_harm() -> None:
    twice = Polygon([(0, 0), (20, 0), (20, 0), (20, 3), (0, 3), (0, 3), (0, 0)])
    assert np.array_equal(lanes_in(twice)[0], lanes_in(box(0, 0, 20, 3))[0])


def test_the_lane_round_a_pillar_is_one_ring() -> None:
    _, edges = lanes_in(box(0, 0, 10, 10).difference(box(4, 4, 6, 6)))
    ring = nx.Graph(edges.tolist())
    assert all(degree == 2 for _, degree in ring.degree)
    assert nx.is_connected(ring)


def test_a_corridor_is_a_lane_only_as_far_as_the_agent_fits() -> None:
    bottle = shapely.union_all([box(0, 0, 5, 4), box(5, 1.7, 12, 2.3 - 0.01), box(12, 0, 20, 4)])
    xy, edges = lanes_in(bottle)
    assert nx.number_connected_components(nx.Graph(edges.tolist())) == 2
    assert not ((xy[:, 0] > 5) & (xy[:, 0] < 12)).any()
    assert nx.is_connected(nx.Graph(lanes_in(bottle, radius_m=0.25)[1].tolist()))


def test_runs_between_junctions_are_found_whole_and_rings_close() -> None:
    star = np.array([(0, 1), (1, 2), (0, 3), (0, 4)])
    assert sorted(len(run) for run in chains(star)) == [2, 2, 3]
    assert [len(run) for run in chains(np.array([(0, 1), (1, 2), (0, 2)]))] == [4]


@pytest.mark.parametrize("yaw_rad", [0.0, 0.0087, 0.7, -2.0])
def test_every_location_is_reached_at_any_heading_and_no_edge_touches_anything(hall, yaw_rad: float) -> None:
    facility = hall(rows=4, bays=4, tiers=2, yaw_rad=yaw_rad)
    graph = build_graph(facility, PICKER)
    assert not graph.unreached
    assert graph.access.keys() == {place.id for place in facility.locations}
    assert nx.is_connected(to_networkx(graph))
    assert keeps_clear(facility, graph)
    assert set(graph.aisle_of.values()) == {"A0", "A1", "A2", "A3"}


def test_the_picker_stands_on_the_centre_line_in_front_of_the_bay_and_tiers_share_the_place(hall) -> None:
    graph = build_graph(hall(rows=3, bays=3, tiers=2), PICKER)
    for bay in range(3):
        nodes = {graph.access[f"01-{bay:02d}-{tier}"] for tier in range(3)}
        assert len(nodes) == 1
        x, y = graph.xy[nodes.pop()]
        assert x == pytest.approx(3 + (bay + 0.5) * 2.8, abs=0.01)
        assert y == pytest.approx(3 + 4.1 + 1.1 + 1.5, abs=0.06)
        assert graph.pick_faces[f"01-{bay:02d}-0"] == f"R1/{bay}/1"


def test_walking_along_an_aisle_is_as_long_as_the_aisle(hall) -> None:
    graph = build_graph(hall(rows=3, bays=6), PICKER)
    first, last = graph.access["01-00-0"], graph.access["01-05-0"]
    distances = shortest_distances(graph, [first, last])
    assert distances.length_m[0, 1] == pytest.approx(5 * 2.8, abs=0.02)
    polyline = path_polyline(graph, shortest_route(distances, first, last))
    assert path_length(polyline) == pytest.approx(distances.length_m[0, 1])


def test_widths_are_those_of_the_aisles_with_both_sides_sigma(hall) -> None:
    graph = build_graph(hall(rows=3, bays=6, aisle_m=2.6, sigma_m=0.004), PICKER)
    middle = graph.access["01-02-0"]
    at = (graph.edges == middle).any(axis=1)
    assert graph.clear_width_m[at] == pytest.approx([2.6] * at.sum(), abs=0.1)
    assert graph.sigma_m[at] == pytest.approx([0.004 * 2**0.5] * at.sum())


def test_mouths_stations_and_kinds_are_marked(hall) -> None:
    graph = build_graph(hall(), PICKER)
    kinds = Counter(NODE_KINDS[kind] for kind in graph.kind)
    assert kinds["aisle_mouth"] == 8
    assert kinds["station"] == 1
    assert kinds["access"] == len(set(graph.access.values())) == 12
    assert np.allclose(graph.xy[graph.stations["DEPOT"]], (1.5, 1.5))
    assert np.hypot(*(graph.xy[graph.aisles["A1"][0]] - graph.xy[graph.aisles["A1"][1]])) > 8


def test_the_mouth_of_an_aisle_is_beside_what_stands_in_it(hall) -> None:
    facility = hall(rows=2, bays=6, aisle_m=3.0)
    aisle = facility.aisles[0]
    x, y = aisle.p0
    stack = blocker((x - 0.4, y - 0.5), (x + 1.0, y - 0.5), (x + 1.0, y + 0.3), (x - 0.4, y + 0.3))
    graph = build_graph(replace(facility, obstacles=(stack,)), PICKER)
    mouth = graph.xy[graph.aisles["A0"][0]]
    assert 0 < mouth[0] - x <= aisle.clear_width_m
    assert not graph.unreached


@pytest.mark.parametrize("radius_m", [0.3, 0.4])
def test_a_very_narrow_aisle_is_walked_while_the_agent_fits(hall, radius_m: float) -> None:
    agent = replace(PICKER, radius_m=radius_m)
    facility = hall(rows=4, aisle_m=0.9)
    graph = build_graph(facility, agent)
    assert not graph.unreached
    assert keeps_clear(facility, graph)


def test_a_place_behind_an_obstacle_names_it(hall) -> None:
    stacks = (
        blocker((3.0, 4.15), (5.8, 4.15), (5.8, 7.0), (3.0, 7.0), name="O1"),
        blocker((3.0, 0.1), (5.8, 0.1), (5.8, 2.9), (3.0, 2.9), name="O2"),
    )
    graph = build_graph(hall(rows=2, obstacles=stacks), PICKER)
    assert graph.unreached.keys() == {"00-00-0", "00-00-1"}
    assert "'O1' stands 0.05 m from its face" in graph.unreached["00-00-0"]


def test_places_cut_off_from_the_main_floor_say_so(hall) -> None:
    facility = hall(rows=2, bays=6, aisle_m=3.0)
    plugs = (
        blocker((7.0, 3.9), (7.4, 3.9), (7.4, 7.3), (7.0, 7.3), name="O1"),
        blocker((15.0, 3.9), (15.4, 3.9), (15.4, 7.3), (15.0, 7.3), name="O2"),
        blocker((7.0, 0.0), (15.4, 0.0), (15.4, 2.9), (7.0, 2.9), name="O3"),
    )
    graph = build_graph(replace(facility, obstacles=plugs), PICKER)
    assert graph.unreached["00-02-0"] == "no way from the main floor to the floor in front of it"
    assert "00-00-0" in graph.access


def test_the_other_side_is_used_where_the_known_face_is_blocked(hall) -> None:
    facility = hall(rows=2)
    racks = (replace(facility.racks[0], faces=(-1,)), facility.racks[1])
    front = blocker((3.0, 0.5), (11.4, 0.5), (11.4, 3.0), (3.0, 3.0))
    graph = build_graph(replace(facility, racks=racks, obstacles=(front,)), PICKER)
    assert "00-01-0" in graph.access
    assert graph.xy[graph.access["00-01-0"]][1] > 4.1


def test_bays_on_open_floor_are_joined_along_the_rack(hall) -> None:
    """The medial axis of a large square lies far away: bay to bay is not a walk there and back."""
    facility = hall(rows=1, bays=5)
    floor = ((0.0, 0.0), (20.0, 0.0), (20.0, 30.0), (0.0, 30.0))
    level = replace(facility.levels[0], outline=floor)
    graph = build_graph(replace(facility, levels=(level,), aisles=()), PICKER)
    nodes = [graph.access["00-00-0"], graph.access["00-04-0"]]
    assert shortest_distances(graph, nodes).length_m[0, 1] == pytest.approx(4 * 2.8, abs=0.05)


def test_another_levels_places_and_a_lost_rack_have_their_own_reasons(hall) -> None:
    facility = hall(rows=2)
    upper = Level(id="L1", elevation_m=4.0, outline=((0.0, 0.0), (3.0, 0.0), (3.0, 3.0), (0.0, 3.0)))
    racks = (replace(facility.racks[0], level="L1"), facility.racks[1])
    lost = replace(facility.locations[-1], id="X", rack="R9")
    graph = build_graph(
        replace(
            facility, levels=(*facility.levels, upper), racks=racks, locations=(*facility.locations, lost)
        ),
        PICKER,
    )
    assert graph.unreached["00-00-0"] == "no way from the main floor 'L0' to level 'L1'"
    assert graph.unreached["X"] == "its rack 'R9' is not in the facility"


def test_places_on_unseen_floor_are_reached_only_when_unknown_floor_is_open(hall) -> None:
    facility = hall(rows=3)
    width, height = facility.levels[0].outline[2]
    seen = ((0.0, 0.0), (width, 0.0), (width, 9.0), (0.0, 9.0))
    facility = replace(facility, levels=(replace(facility.levels[0], outline=seen),))
    graph = build_graph(facility, PICKER)
    assert graph.unreached["02-00-0"].endswith("the floor there is too narrow or was not seen")
    assert height > 12
    opened = build_graph(facility, PICKER, unknown="open")
    assert "01-00-0" in opened.access


def test_slivers_between_touching_things_and_noisy_outlines_do_no_harm(hall) -> None:
    facility = hall(rows=3, bays=6)
    random = np.random.default_rng(4)
    racks = tuple(
        replace(rack, yaw_rad=rack.yaw_rad + random.normal(0, 0.009), back_to_back=None)
        for rack in facility.racks
    )
    outline = Polygon(facility.levels[0].outline).segmentize(0.5)
    noisy = np.array(outline.exterior.coords)[:-1]
    noisy += random.normal(0, 0.03, noisy.shape)
    level = replace(facility.levels[0], outline=tuple(map(tuple, noisy.tolist())))
    touching = blocker((3.0, 4.1001), (4.0, 4.1001), (4.0, 4.3), (3.0, 4.3))
    scanned = replace(facility, racks=racks, levels=(level,), obstacles=(touching,))
    graph = build_graph(scanned, PICKER)
    assert keeps_clear(scanned, graph)
    assert len(graph.access) >= len(facility.locations) - 2


def test_an_agent_too_wide_for_any_floor_is_undecided(hall) -> None:
    with pytest.raises(UndecidedError, match="no floor with room for a giant"):
        build_graph(hall(), replace(REACH_TRUCK, name="giant", radius_m=20.0, reach_m=21.0))


def test_the_same_facility_gives_the_same_graph_through_networkx_and_json(hall, tmp_path: Path) -> None:
    graph = build_graph(hall(yaw_rad=0.3), PICKER)
    assert build_graph(hall(yaw_rad=0.3), PICKER) == graph
    assert from_networkx(to_networkx(graph)) == graph
    write_graph(tmp_path / "a.json", graph)
    write_graph(tmp_path / "b.json", read_graph(tmp_path / "a.json"))
    assert read_graph(tmp_path / "a.json") == graph
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert replace(graph, xy=graph.xy + 1.0) != graph


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"nodes": [], "links": [], "graph": {"schema": "x"}}'])
def test_a_file_that_is_no_graph_is_bad_data(tmp_path: Path, text: str) -> None:
    (tmp_path / "graph.json").write_text(text)
    with pytest.raises(BadDataError, match=r"graph\.json"):
        read_graph(tmp_path / "graph.json")
    with pytest.raises(BadDataError, match="not there"):
        read_graph(tmp_path / "none.json")
