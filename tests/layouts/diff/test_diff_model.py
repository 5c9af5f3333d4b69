"""The difference in 3D and as JSON that keeps to its schema."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema_rs
import numpy as np
import pytest
import trimesh

from layouts.demo_hall import demo_hall
from layouts.diff.facility_diff import diff_facilities
from layouts.diff.model import diff_glb
from layouts.diff.record import diff_dict
from spatial.facility import Facility

HALL = demo_hall()


def rebuilt(*, sigma_m: float = 0.0) -> Facility:
    """R1 shifted by 0.5 m, R2 renamed, R8 taken away, N1 put up, A1 narrower, a station moved, a floor raised."""
    first, second, *rest = HALL.racks
    x, y = first.center
    racks = (
        replace(first, center=(x + 0.5, y), sigma_m=sigma_m),
        replace(second, id="R2-NEW", sigma_m=sigma_m, height_m=second.height_m + 0.3),
        *rest[:-1],
        replace(rest[-1], id="N1", center=(rest[-1].center[0] + 30.0, rest[-1].center[1])),
    )
    names = {"R2": "R2-NEW"}
    places = tuple(
        replace(place, rack=names.get(place.rack, place.rack))
        for place in HALL.locations
        if place.rack != "R8"
    )
    return replace(
        HALL,
        id="NEW",
        kind="as_built" if sigma_m else "planned",
        racks=racks,
        locations=places,
        aisles=(replace(HALL.aisles[0], clear_width_m=2.3), *HALL.aisles[1:]),
        stations=tuple(replace(each, pose=(each.pose[0] + 2.0, *each.pose[1:])) for each in HALL.stations),
        levels=tuple(replace(level, elevation_m=level.elevation_m + 0.1) for level in HALL.levels),
    )


@pytest.mark.parametrize("sigma_m", [0.0, 0.02, 1.0])
def test_the_record_keeps_to_the_published_schema(sigma_m: float) -> None:
    schema = json.loads(files("layouts.diff").joinpath("diff.schema.json").read_text(encoding="utf-8"))
    valid = jsonschema_rs.validator_for(schema)
    new = rebuilt(sigma_m=sigma_m)
    for a, b in ((HALL, new), (new, HALL), (new, new), (HALL, replace(HALL, racks=(), locations=()))):
        record = json.loads(json.dumps(diff_dict(diff_facilities(a, b))))
        assert [error.message for error in valid.iter_errors(record)] == []
    record["changes"][0]["what"] = ["gone"]
    assert not valid.is_valid(record)


def test_the_scene_shows_each_change_on_its_side_and_the_same_bytes_each_time() -> None:
    new = rebuilt()
    diff = diff_facilities(HALL, new)
    content = diff_glb(diff, HALL, new)
    assert content == diff_glb(diff_facilities(HALL, new), HALL, new)
    extras = [node["extras"] for node in _tree(content)["nodes"] if "side" in node.get("extras", {})]
    told = {(each["kind"], each["id"], each["side"]): each["change"] for each in extras}
    assert told["rack", "R1", "before"] == told["rack", "R1", "after"] == "moved"
    assert told["rack", "R2-NEW", "after"] == "resized"
    assert told["rack", "R8", "before"] == "removed"
    assert ("rack", "R8", "after") not in told
    assert told["rack", "N1", "after"] == "added"
    assert told["rack", "R3", "after"] == "unchanged"
    assert ("rack", "R3", "before") not in told
    assert told["aisle", "A1", "before"] == "resized"
    assert told["station", HALL.stations[0].id, "after"] == "moved"
    assert told["level", "L0", "after"] == "resized"
    assert not [key for key in told if key[0] == "location"]


def _tree(content: bytes) -> dict[str, Any]:
    """The JSON chunk of a GLB: after 12 bytes of header, its length and its type."""
    length = int.from_bytes(content[12:16], "little")
    return dict(json.loads(content[20 : 20 + length]))


def test_a_changed_rack_is_a_box_where_it_stands() -> None:
    new = rebuilt()
    scene = trimesh.load_scene(io.BytesIO(diff_glb(diff_facilities(HALL, new), HALL, new)), file_type="glb")
    rack = new.racks[0]
    matrix, geometry = scene.graph["R1"]
    box = scene.geometry[geometry].copy().apply_transform(matrix)
    box.merge_vertices(merge_norm=True)
    assert box.is_watertight
    assert box.volume == pytest.approx(rack.length_m * rack.depth_m * rack.height_m, rel=1e-4)
    x, up, minus_y = box.bounds.mean(axis=0)  # glTF has Y up
    assert np.allclose([x, -minus_y, up], [*rack.center, rack.base_z_m + rack.height_m / 2], atol=1e-3)
