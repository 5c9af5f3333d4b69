"""Bad patch files: each fault is told with its line, its key and what to do, all of them at once."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from layouts.layout_file.layout_fault import LayoutError
from layouts.patches.read_patch import apply_patch_file, patch_schema, read_patch
from spatial.facility import Facility

SHIFT = "shift_row: {racks: R4, by_m: [0.1, 0]}"

UNREADABLE = {
    "no keys": ("just text  # <--\n", "", "start with changes:"),
    "no changes": ("name: nothing  # <--\n", "changes", "this key is missing: add it"),
    "an empty list": (
        "name: x\nchanges: []  # <--\n",
        "changes",
        "this list is empty: write one entry or more",
    ),
    "two changes in one": (
        f"changes:\n  - {SHIFT}  # <--\n    remove_rack: {{racks: R1}}\n",
        "changes.0",
        "this has remove_rack, shift_row",
    ),
    "a change that is text": (
        "changes:\n  - shift_row  # <--\n",
        "changes.0",
        "has no keys: write key: value",
    ),
    "a change without keys": ("changes:\n  - shift_row:  # <--\n", "changes.0", "shift_row says nothing"),
    "an unknown change": (
        "changes:\n  - shft_row: {racks: R4, by_m: [0.1, 0]}  # <--\n",
        "changes.0.shft_row",
        "there is no such key: write shift_row",
    ),
    "an unknown key": (
        "changes:\n  - shift_row:\n      rack: R4  # <--\n      racks: R4\n      by_m: [0.1, 0]\n",
        "changes.0.shift_row.rack",
        "there is no such key: write racks",
    ),
    "neither racks nor block": (
        "changes:\n  - shift_row: {by_m: [0.1, 0]}  # <--\n",
        "changes.0.shift_row",
        "name the rows by racks, or by block instead",
    ),
    "one number": (
        "changes:\n  - shift_row:\n      racks: R4\n      by_m: [0.1]  # <--\n",
        "changes.0.shift_row.by_m.1",
        "this key is missing",
    ),
    "a width as text": (
        "changes:\n  - widen_aisle:\n      aisle: A2\n      to_m: 3.2 m  # <--\n",
        "changes.0.widen_aisle.to_m",
        "write a plain number, with no quotes and no unit",
    ),
    "a steep angle": (
        "changes:\n  - flying_v:\n      block: R1\n      angle_deg: 85  # <--\n",
        "changes.0.flying_v.angle_deg",
        "85 is above 80: choose a smaller value",
    ),
    "a wrong type": (
        "changes:\n  - swap_rack_type:\n      racks: R1\n      type:\n        tiers_m: [2, 1]  # <--\n",
        "changes.0.swap_rack_type.type.tiers_m",
        "1.0 is not above the tier below",
    ),
    "a base that is no hash": (
        f"base:\n  sha256: 12ab  # <--\nchanges:\n  - {SHIFT}\n",
        "base.sha256",
        "12ab",
    ),
    "a key twice": (f"changes:\n  - {SHIFT}\nchanges: []  # <--\n", "changes", "is there twice"),
}

UNMADE = {
    "an unknown rack": (
        "changes:\n  - shift_row:\n      racks: R44  # <--\n      by_m: [0.1, 0]\n",
        "changes.0.shift_row.racks",
        "there is no rack 'R44': write R4",
    ),
    "one of several": (
        "changes:\n  - remove_rack:\n      racks:\n        - R4\n        - S5  # <--\n",
        "changes.0.remove_rack.racks.1",
        "there is no rack 'S5': write R5",
    ),
    "a rack named twice": (
        "changes:\n  - remove_rack:\n      racks: [R4, R4]  # <--\n",
        "changes.0.remove_rack.racks.1",
        "rack R4 is named twice",
    ),
    "a rack that is gone": (
        "changes:\n  - remove_rack: {racks: R4}\n  - shift_row: {racks: R4, by_m: [0.1, 0]}  # <--\n",
        "changes.1.shift_row.racks",
        "rack R4 is no more, changes.0 took it",
    ),
    "an unknown aisle": (
        "changes:\n  - widen_aisle: {aisle: A22, to_m: 3}  # <--\n",
        "changes.0.widen_aisle.aisle",
        "there is no aisle 'A22': write A2",
    ),
    "a cross-aisle": (
        "changes:\n  - widen_aisle: {aisle: X-FRONT, to_m: 3}  # <--\n",
        "changes.0.widen_aisle.aisle",
        "X-FRONT is a cross-aisle: move the rows at it",
    ),
    "a side that is no row": (
        "changes:\n  - widen_aisle:\n      aisle: A2\n      to_m: 3\n      moving: R1  # <--\n",
        "changes.0.widen_aisle.moving",
        "there is no side or row at the aisle 'R1'",
    ),
    "a lane beyond the rows": (
        "changes:\n  - open_cross_aisle:\n      block: R1\n      at_m: 23  # <--\n",
        "changes.0.open_cross_aisle.at_m",
        "23 is beyond rack R1, 22.50 m long",
    ),
    "an aisle's id that is taken": (
        "changes:\n  - open_cross_aisle:\n      block: R1\n      at_m: 9\n      id: A1  # <--\n",
        "changes.0.open_cross_aisle.id",
        "choose another id, such as A1-2",
    ),
    "a row of one bay": (
        "changes:\n  - swap_rack_type: {racks: R1, type: {bay_width_m: 20, depth_m: 1}}\n"
        "  - open_cross_aisle: {racks: R1, at_m: 5, by: shifting}  # <--\n",
        "changes.1.open_cross_aisle.at_m",
        "rack R1 has one bay and cannot be cut",
    ),
    "a type too wide": (
        "changes:\n  - swap_rack_type: {racks: R1, type: {bay_width_m: 12}}\n"
        "  - swap_rack_type:\n      racks: R1\n      type: {bay_width_m: 13}  # <--\n",
        "changes.1.swap_rack_type.type",
        "rack R1 is 12.20 m long, one bay of the type needs 13.20 m: choose narrower bays",
    ),
    "a row in another": (
        "changes:\n  - shift_row: {racks: R3, by_m: [0, -2.9]}  # <--\n",
        "changes.0",
        "rack R3 overlaps rack R4 by 0.10 m: move it 0.10 m less far, or move the other one too",
    ),
    "a row in a wall": (
        "changes:\n  - shift_row: {racks: R1, by_m: [0, 0.7]}  # <--\n",
        "changes.0",
        "rack R1 stands 0.50 m outside the floor: move it in by as much",
    ),
    "a row at a wall": (
        "changes:\n  - turn_block: {racks: R1, by_deg: 180}  # <--\n",
        "changes.0",
        "rack R1 faces no aisle any more, the wall is closer than 0.6 m",
    ),
    "a row as high as the sky": (
        "changes:\n  - swap_rack_type:  # <--\n      racks: R1\n      type: {tiers_m: [3, 6, 9]}\n",
        "changes.0",
        "rack R1 reaches 12 m, above the walls, 9 m",
    ),
    "a station in a row": (
        "changes:\n  - move_station: {station: DEPOT, to_m: [35.588, 9.365]}  # <--\n",
        "changes.0",
        "station DEPOT stands in rack R1: add move_station",
    ),
    "a station outside": (
        "changes:\n  - move_station: {station: DEPOT, to_m: [0, 0]}  # <--\n",
        "changes.0",
        "m outside the floor: move it in",
    ),
    "an unknown level": (
        "changes:\n  - add_obstacle: {at_m: [50, -5], size_m: [1, 1], level: L1}  # <--\n",
        "changes.0.add_obstacle.level",
        "there is no level 'L1': write L0",
    ),
    "another hall": (
        f"base:\n  id: DE02  # <--\nchanges:\n  - {SHIFT}\n",
        "base.id",
        "this hall is 'DEMO', the patch is for 'DE02'",
    ),
    "a hall that changed": (
        f"base:\n  sha256: {'0a' * 32}  # <--\nchanges:\n  - {SHIFT}\n",
        "base.sha256",
        "the patch is for another",
    ),
}


def told(path: Path, text: str, hall: Facility) -> str:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LayoutError) as caught:
        apply_patch_file(hall, path)
    return str(caught.value)


@pytest.mark.parametrize("name", [*UNREADABLE, *UNMADE])
def test_a_bad_patch_is_named_with_its_line_and_key(name: str, demo: Facility, tmp_path: Path) -> None:
    text, key, message = {**UNREADABLE, **UNMADE}[name]
    line = 1 + text[: text.index("# <--")].count("\n")
    path = tmp_path / "patch.yaml"
    lines = told(path, text, demo).splitlines()
    start = f"{path}:{line}: {key}: " if key else f"{path}:{line}: "
    assert any(each.startswith(start) and message in each for each in lines), "\n".join(lines)
    assert len(lines) == 1 or name == "a row in another", "\n".join(lines)


def test_all_faults_are_told_at_once(demo: Facility, tmp_path: Path) -> None:
    text = (
        "changes:\n"
        "  - shift_row: {racks: [R44, R55], by_m: [0, 0]}\n"
        "  - shift_row: {racks: R4, by_m: [0.1, 0]}\n"
        "  - remove_obstacle: {obstacles: [O1, P2]}\n"
        "  - move_station: {station: DEPO, to_m: [50, -5]}\n"
    )
    lines = told(tmp_path / "patch.yaml", text, demo).splitlines()
    assert [line.split(": ")[0].rsplit(":", 1)[1] for line in lines] == ["2", "2", "4", "5"]


def test_a_missing_file_says_how_it_begins(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="write it, beginning with 'changes:"):
        read_patch(tmp_path / "none.yaml")


def test_the_schema_that_ships_is_that_of_the_models() -> None:
    text = files("layouts.patches").joinpath("patch.schema.json").read_text(encoding="utf-8")
    shipped = json.loads(text)
    assert shipped == json.loads(json.dumps(patch_schema()))
    assert jsonschema_rs.meta.is_valid(shipped)
    validator = jsonschema_rs.Draft202012Validator(shipped)
    assert validator.is_valid(yaml.safe_load(f"changes:\n  - {SHIFT}\n"))
    for text, _, _ in (
        UNREADABLE["two changes in one"],
        UNREADABLE["an unknown change"],
        UNREADABLE["one number"],
    ):
        assert not validator.is_valid(yaml.safe_load(text))
