"""Broken and hostile files end in BadDataError that names the file, never in another error or a long wait."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spatial.errors import BadDataError
from spatial.exchange.formats import read_network, write_network
from spatial.exchange.graphml import read_graphml
from spatial.exchange.lif_writer import lif_document
from spatial.exchange.network_of_graph import network_of_graph
from spatial.exchange.route_network import EdgeUse, edge_lines
from spatial.exchange.trajectory import ControlPoint, Trajectory
from spatial.floor.agents import PICKER
from spatial.navigation.build_graph import build_graph

NAMES = {"node-link": "g.json", "graphml": "g.graphml", "lif": "g.lif.json", "csv": "g/edges.csv"}

BUILDING = """
name: plant
coordinate_system: reference_image
levels:
  L1:
    elevation: 0
    measurements: [[0, 1, {distance: [3, 10.0]}]]
    vertices: [[0, 0, 0, ""], [100, 0, 0, shop], [100, 50, 0, ""]]
    lanes: [[0, 1, {bidirectional: [4, true], graph_idx: [2, 0], orientation: [1, ""]}], [1, 2, {}]]
"""


@pytest.fixture
def written(hall, tmp_path: Path) -> Callable[[str], tuple[Path, Path]]:
    """A valid file of a format: the file to break, and the path to read."""
    facility = hall(rows=1, bays=1)
    network = network_of_graph(build_graph(facility, PICKER), facility=facility)
    curve = Trajectory(
        degree=1,
        knots=(0.0, 0.0, 1.0, 1.0),
        points=(ControlPoint(x=0.0, y=0.0), ControlPoint(x=1.0, y=1.0)),
    )
    use = EdgeUse(vehicle="picker", speed_limit_m_s=1.0, orientation_rad=0.1, trajectory=curve)
    network = replace(network, edges=(replace(network.edges[0], uses=(use,)), *network.edges[1:]))

    def write(form: str) -> tuple[Path, Path]:
        if form == "rmf":
            path = tmp_path / "g.building.yaml"
            path.write_text(BUILDING, encoding="utf-8")
            return path, path
        path = tmp_path / NAMES[form]
        target = path.parent if form == "csv" else path
        write_network(target, network, form)
        return path, target

    return write


def reads_or_says_so(path: Path) -> None:
    said = str(path)
    with contextlib.suppress(BadDataError):
        network = read_network(path)
        assert all(np.isfinite(line.length) for line in edge_lines(network))
        json.dumps(lif_document(network), allow_nan=False)
        return
    with pytest.raises(BadDataError, match=re.escape(said)):
        read_network(path)


@pytest.mark.parametrize("form", [*NAMES, "rmf"])
def test_a_truncated_file_is_bad_data_or_still_a_network(written, form: str) -> None:
    path, target = written(form)
    whole = path.read_bytes()
    for end in np.linspace(0, len(whole) - 1, 40).astype(int).tolist():
        path.write_bytes(whole[:end])
        reads_or_says_so(target)


@pytest.mark.parametrize("form", [*NAMES, "rmf"])
def test_bytes_changed_at_random_are_bad_data_or_still_a_network(written, form: str) -> None:
    path, target = written(form)
    whole, random = np.frombuffer(path.read_bytes(), np.uint8), np.random.default_rng(7)
    for _ in range(60):
        broken = whole.copy()
        where = random.integers(0, len(whole), 4)
        broken[where] = random.choice(np.frombuffer(b'0-9eE.,:[]{}"<>&*x\xff\x00', np.uint8), 4)
        path.write_bytes(broken.tobytes())
        reads_or_says_so(target)


@pytest.mark.parametrize("form", ["node-link", "lif"])
@pytest.mark.parametrize("swap", [None, [], {}, 3, "x", True, 1e999, -1, [[]], {"x": None}])
def test_a_value_of_the_wrong_type_anywhere_is_bad_data_or_read_past(
    written, form: str, swap: object
) -> None:
    path, target = written(form)
    whole = json.loads(path.read_text("utf-8"))
    for place in _places(whole):
        broken = json.loads(path.read_text("utf-8"))
        holder = broken
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = swap
        file = path.with_name("broken-" + path.name)
        file.write_text(json.dumps(broken), encoding="utf-8")
        reads_or_says_so(file)
    assert target.exists()


def _places(value: object, path: tuple = ()) -> list[tuple]:
    """The way to every value of a document, of a list only to the first two."""
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))[:2]
    else:
        return []
    return [place for key, item in items for place in ((*path, key), *_places(item, (*path, key)))]


LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE g [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<graph edgedefault="directed"><node id="&c;"/></graph></graphml>
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_entities_are_refused_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "g.graphml"
    path.write_bytes(LAUGHS.replace('version="1.0"', f'version="1.0" encoding="{encoding}"').encode(encoding))
    with pytest.raises(BadDataError, match=r"g\.graphml: line 2: a document type"):
        read_graphml(path)


def graphml(*lines: str) -> str:
    """A GraphML document with these lines from its third on."""
    head = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n<graph edgedefault="directed">\n'
    return head + "\n".join(lines) + "\n</graph></graphml>"


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("g.yaml", "levels: &a {L1: {}}\nmore: *a\n", r"line 2: alias '\*a'"),
        ("g.yaml", "levels: " + "[" * 100_000, r"line 1: .*"),
        ("g.yaml", "levels: {L1: {vertices: [[.nan, 0]], lanes: []}}", r"vertices\[0\]: .*finite"),
        ("g.yaml", "levels: {L1: {vertices: [true], lanes: []}}", r"vertices\[0\]: expected \[x, y"),
        ("g.yaml", "lifts: {a: {position: [0, {}], dims: [1, 1]}}", r"lifts\.a\.position: .*finite"),
        ("g.yaml", "levels: !!python/object:os.system {}", r"line 1: could not determine a constructor"),
        ("g.json", "[" * 100_000, "no sensible JSON|recursion"),
        ("g.json", '{"nodes": [{"id": 1, "x_m": NaN}], "links": []}', "no sensible JSON"),
        (
            "g.json",
            '{"nodes": [{"id": 1, "x_m": 1e400, "y_m": 0}], "links": []}',
            "1e400 is no finite number",
        ),
        ("g.json", '{"nodes": [], "links": []}', "no node"),
        ("g.json", '{"layouts": [{"layoutId": 1e999}]}', "plant|no node|finite|text"),
        ("g.graphml", "<a>" * 300, "nested deeper than 200"),
        ("g.graphml", "<graphml/>", "expected GraphML"),
        ("g.graphml", graphml('<node id="a"/>', '<node id="a"/>'), "line 4: there is a node 'a' already"),
        (
            "g.graphml",
            graphml('<node id="a"/>', '<edge source="a" target="z"/>'),
            "names node 'z', which is not",
        ),
        ("g.graphml", graphml('<x:node id="a"/>'), "unbound prefix: line 3"),
        ("g.graphml", graphml('<node id="a"><data key="d0">7</data></node>'), "no key d0"),
        ("g.graphml", graphml('<node id="a"/>'), r"node 'a'\.x_m: nothing where a number"),
        ("g.graphml", graphml('<edge source="a"/>'), "names node 'a', which is not"),
        ("g.graphml", "", "expected an XML document"),
    ],
)
def test_a_hostile_file_is_refused_at_once_with_its_place(
    tmp_path: Path, name: str, text: str, place: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    start = time.perf_counter()
    with pytest.raises(BadDataError, match=place) as caught:
        read_network(path)
    assert str(path) in str(caught.value)
    assert time.perf_counter() - start < 5


def test_a_file_that_is_not_there_or_no_text_is_bad_data(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match=r"g\.json: No such file"):
        read_network(tmp_path / "g.json")
    (tmp_path / "g.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(BadDataError, match=r"g\.json: byte 0 is not UTF-8"):
        read_network(tmp_path / "g.json")
