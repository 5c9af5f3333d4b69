"""A mesh keeps to its budget of triangles: what no element explains gives way, and the report tells it."""

from __future__ import annotations

import json

import numpy as np
import trimesh

from server.mesh_budget import within_budget
from spatial.facility import Facility
from spatial.meshes.boxes import Triangles
from spatial.meshes.glb import glb_bytes
from spatial.meshes.triangle_count import facility_triangles

BALL = trimesh.creation.icosphere(4, 0.5)
RESIDUAL: Triangles = (np.asarray(BALL.vertices), BALL.faces.astype(np.int32))


def test_without_a_budget_all_stays(hall: Facility) -> None:
    kept, told = within_budget(hall, RESIDUAL, None)
    assert kept is RESIDUAL
    needed = facility_triangles(hall)
    assert told == {"of_elements": needed, "of_residual": 5120, "triangles": needed + 5120}


def test_the_residual_is_thinned_into_what_elements_leave(hall: Facility) -> None:
    needed = facility_triangles(hall)
    kept, told = within_budget(hall, RESIDUAL, needed + 1000)
    assert kept is not None
    assert 800 <= len(kept[1]) == told["of_residual"] <= 1000
    assert told["triangles"] <= told["budget"] == needed + 1000
    off_m = np.abs(np.linalg.norm(kept[0], axis=1) - 0.5).max()
    assert 1000 * off_m <= told["residual_off_by_mm"] + 1.0 < 15.0


def test_elements_stay_whole_though_they_alone_are_more(hall: Facility) -> None:
    kept, told = within_budget(hall, RESIDUAL, 10)
    assert kept is None
    assert told["residual_left_out"]
    assert told["triangles"] == facility_triangles(hall) > told["budget"]


def test_as_many_are_counted_as_the_file_draws(hall: Facility) -> None:
    content = glb_bytes(hall, RESIDUAL)
    tree = json.loads(content[20 : 20 + int.from_bytes(content[12:16], "little")])
    drawn = 0
    for node in (node for node in tree["nodes"] if "mesh" in node):
        instances = node.get("extensions", {}).get("EXT_mesh_gpu_instancing", {}).get("attributes", {})
        copies = tree["accessors"][instances["TRANSLATION"]]["count"] if instances else 1
        for part in tree["meshes"][node["mesh"]]["primitives"]:
            drawn += copies * tree["accessors"][part["indices"]]["count"] // 3
    assert drawn == facility_triangles(hall, RESIDUAL)
