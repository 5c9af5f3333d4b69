"""A mesh keeps to its budget of triangles: what no element explains gives way, and the report tells it."""

from __future__ import annotations

import json

import numpy as np
import trimesh

from spatial.facility import Facility
from spatial.meshes.boxes import Triangles
from spatial.meshes.glb import glb_bytes
from spatial.meshes.triangle_count import facility_triangles
from viewer.exports.mesh_budget import shortfall, within_budget

BALL = trimesh.creation.icosphere(4, 0.5)
RESIDUAL: Triangles = (np.asarray(BALL.vertices), BALL.faces.astype(np.int32))


def test_without_a_budget_all_stays(demo_facility: Facility) -> None:
    kept, told = within_budget(demo_facility, RESIDUAL, None)
    assert kept is RESIDUAL
    needed = facility_triangles(demo_facility)
    assert told == {"of_elements": needed, "of_residual": 5120, "triangles": needed + 5120}


def test_the_residual_is_thinned_into_what_elements_leave(demo_facility: Facility) -> None:
    needed = facility_triangles(demo_facility)
    kept, told = within_budget(demo_facility, RESIDUAL, needed + 1000)
    assert kept is not None
    assert 800 <= len(kept[1]) == told["of_residual"] <= 1000
    assert told["triangles"] <= told["budget"] == needed + 1000
    off_m = np.abs(np.linalg.norm(kept[0], axis=1) - 0.5).max()
    assert 1000 * off_m <= told["residual_off_by_mm"] + 1.0 < 15.0


def test_elements_stay_whole_though_they_alone_are_more(demo_facility: Facility) -> None:
    kept, told = within_budget(demo_facility, RESIDUAL, 10)
    assert kept is None
    assert told["residual_left_out"]
    assert told["triangles"] == facility_triangles(demo_facility) > told["budget"]


def test_as_many_are_counted_as_the_file_draws(demo_facility: Facility) -> None:
    content = glb_bytes(demo_facility, RESIDUAL)
    tree = json.loads(content[20 : 20 + int.from_bytes(content[12:16], "little")])
    drawn = 0
    for node in (node for node in tree["nodes"] if "mesh" in node):
        instances = node.get("extensions", {}).get("EXT_mesh_gpu_instancing", {}).get("attributes", {})
        copies = tree["accessors"][instances["TRANSLATION"]]["count"] if instances else 1
        for part in tree["meshes"][node["mesh"]]["primitives"]:
            drawn += copies * tree["accessors"][part["indices"]]["count"] // 3
    assert drawn == facility_triangles(demo_facility, RESIDUAL)


def test_what_is_short_is_told_exactly(demo_facility: Facility) -> None:
    needed = facility_triangles(demo_facility)
    assert shortfall(demo_facility, None) is None
    assert shortfall(demo_facility, needed) is None
    said = shortfall(demo_facility, needed - 1)
    assert said is not None
    assert f"allow {needed:,} or more" in said
