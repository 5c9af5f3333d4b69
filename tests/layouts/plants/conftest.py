"""Plants small enough to draw, as the text of a file of each kind.

openTCS, 1 mm a pixel:            LIF:                  Open-RMF, 20 pixels a metre, y down in the file:

  C (6, 2) ── quarter circle       B (3, 4)              (0, 0) ────────── (10, 0)
              about (4, 2)         │ 5 m                 │   door 4 … 5 in the upper wall
  A (0, 0) ── B (4, 0)             A (0, 0)              (0, −5) ── gap 2 … 3 ── (10, −5)
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from published import shared_data

OPENTCS = (Path(__file__).parent / "small.opentcs.xml").read_text("utf-8")


def lif_document(**layout: Any) -> dict[str, Any]:
    def node(name: str, x: float, y: float) -> dict[str, Any]:
        return {
            "nodeId": name,
            "nodePosition": {"x": x, "y": y},
            "vehicleTypeNodeProperties": [{"vehicleTypeId": "agv", "theta": 1.5}],
        }

    use = {"vehicleTypeId": "agv", "rotationAllowed": False, "maxSpeed": 1.2}
    edge = {"edgeId": "AB", "startNodeId": "A", "endNodeId": "B", "vehicleTypeEdgeProperties": [use]}
    place = {"x": 3.0, "y": 5.0, "theta": 0.5}
    station = {"stationId": "S", "interactionNodeIds": ["B"], "stationHeight": 0.5, "stationPosition": place}
    parts = {"nodes": [node("A", 0, 0), node("B", 3, 4)], "edges": [edge], "stations": [station]}
    meta = {
        "projectIdentification": "small",
        "creator": "C",
        "exportTimestamp": "2026-11-26T12:00:00.00Z",
        "lifVersion": "1.0.0",
    }
    return {
        "metaInformation": meta,
        "layouts": [{"layoutId": "ground", "layoutVersion": "1", **parts, **layout}],
    }


def rmf_level(**parts: Any) -> dict[str, Any]:
    """A room of 10 × 5 m: a door of 1 m in the upper wall, one in a gap of the lower; a hole of 1 × 1 m."""
    places = [
        (0, 0), (10, 0), (10, 5), (3, 5), (2, 5), (0, 5),  # the walls' ends, metres, y down
        (4, 0), (5, 0),  # the door in the upper wall
        (6, 2), (7, 2), (7, 3), (6, 3),  # the hole
        (1, 1), (9, 1),  # the lane
    ]  # fmt: skip
    names = {12: "shop", 13: "charger"}
    vertices = [[20 * x, 20 * y, 0, names.get(k, "")] for k, (x, y) in enumerate(places)]
    vertices[13].append({"is_charger": [4, True]})
    wall = {"alpha": [3, 1], "texture_name": [1, "default"]}
    told = {
        "elevation": 0,
        "vertices": vertices,
        "measurements": [[0, 1, {"distance": [3, 10.0]}], [1, 2, {"distance": [3, 5.0]}]],
        "walls": [[i, j, wall] for i, j in ((0, 1), (1, 2), (2, 3), (4, 5), (5, 0))],
        "doors": [
            [6, 7, {"name": [1, "upper"], "type": [1, "hinged"]}],
            [3, 4, {"name": [1, "lower"], "type": [1, "double_sliding"]}],
        ],
        "floors": [{"parameters": {}, "vertices": [0, 1, 2, 5]}],
        "holes": [{"parameters": {}, "vertices": [8, 9, 10, 11]}],
        "lanes": [[12, 13, {"bidirectional": [4, True], "graph_idx": [2, 0], "orientation": [1, ""]}]],
        "models": [{"model_name": "Desk", "name": "desk", "x": 1, "y": 1, "yaw": 0}],
        "drawing": {"filename": "absent.png"},
    }
    return told | parts


def rmf_building(**levels: Any) -> dict[str, Any]:
    return {
        "name": "room",
        "coordinate_system": "reference_image",
        "crowd_sim": {"enable": 0},
        "levels": levels or {"L1": rmf_level()},
        "lifts": {},
    }


def rmf_text(building: dict[str, Any]) -> str:
    """The YAML of a building, one line a wall; parts that are the same are written out, not as aliases."""
    plain = json.loads(json.dumps(building))
    return yaml.safe_dump(plain, sort_keys=False, default_flow_style=None, width=1000)


@pytest.fixture
def opentcs(tmp_path: Path) -> Callable[..., Path]:
    """Write the small plant model, with texts replaced."""

    def write(*changes: tuple[str, str]) -> Path:
        text = OPENTCS
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        path = tmp_path / "small.xml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def lif(tmp_path: Path) -> Callable[..., Path]:
    """Write the small LIF plant, with parts of its layout replaced and layouts added."""

    def write(*more: dict[str, Any], **layout: Any) -> Path:
        document = lif_document(**layout)
        document["layouts"] += more
        path = tmp_path / "small.lif.json"
        path.write_text(json.dumps(document, indent=1), encoding="utf-8")
        return path

    return write


@pytest.fixture
def rmf(tmp_path: Path) -> Callable[..., Path]:
    """Write the room, or a building of other levels; `whole` replaces keys of the building."""

    def write(*, whole: dict[str, Any] | None = None, **levels: Any) -> Path:
        building = rmf_building(**levels) | (whole or {})
        path = tmp_path / "room.building.yaml"
        path.write_text(rmf_text(building), encoding="utf-8")
        return path

    return write


@pytest.fixture
def room_level() -> Callable[..., dict[str, Any]]:
    """The level of the room, with parts of it replaced."""
    return rmf_level


@pytest.fixture
def texts() -> dict[str, str]:
    """The text of a valid file of each kind by its name."""
    return {
        "small.lif.json": json.dumps(lif_document()),
        "small.xml": OPENTCS,
        "room.building.yaml": rmf_text(rmf_building()),
    }


@pytest.fixture
def published_plants() -> Path:
    """The folder of published plants."""
    shared = shared_data()
    if shared is None:
        pytest.skip("skipped: no shared data")
    return shared / "layouts"
