"""Every bad layout file is named with its line (marked <-- here), its key, what is wrong and the remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layouts.layout_file.layout_fault import LayoutError
from layouts.layout_file.read_layout import build_layout_file, read_layout
from spatial.facility_json import facility_to_json

HALL = "id: H\nbuilding: {width_m: 40, depth_m: 60, height_m: 9}\n"
BLOCK_A = "blocks:\n  - {id: A, at_m: [5, 10]}\n"

BAD = {
    # what is no plain YAML
    "an open bracket": ("id: H\nbuilding: {width_m: 40\nblocks: []  # <--\n", "", "this is no YAML"),
    "a tab": ("id: H\nbuilding:\n\twidth_m: 40  # <--\n", "", "this is no YAML"),
    "a bell": ("id: H\nname: 'a\x07'  # <--\n", "", "#x0007 is not allowed: delete it"),
    "a key twice": (HALL + "id: G  # <--\n", "id", "is there twice, first in line 1: keep one"),
    "a key twice in a block": (
        HALL + "blocks:\n  - id: A\n    bays: 3\n    bays: 4  # <--\n",
        "blocks.0.bays",
        "is there twice, first in line 5",
    ),
    "a key that is a number": (HALL + "rack_types:\n  7: {}  # <--\n", "rack_types", "put it in quotes"),
    "an alias": (HALL + "blocks:\n  - &a {id: A, at_m: [5, 10]}\n  - *a  # <--\n", "", "*a is an alias"),
    "a tag": ("id: H\nbuilding: !!python/name:os.system  # <--\n", "", "this is no YAML"),
    "two documents": ("id: H\n---  # <--\nid: G\n", "", "this is no YAML"),
    "a list": ("- id: H  # <--\n", "", "this holds no keys: start with id:"),
    # keys and values
    "no building": ("id: H  # <--\n", "building", "is missing: add it"),
    "an unknown key": (HALL + "blokcs: []  # <--\n", "blokcs", "no such key: write blocks"),
    "an unknown key far from all": (HALL + "xyz: 1  # <--\n", "xyz", "choose one of schema, id, name"),
    "an unknown key in a block": (
        HALL + "blocks:\n  - id: A\n    at_m: [5, 10]\n    aisle_with_m: 3  # <--\n",
        "blocks.0.aisle_with_m",
        "write aisle_width_m",
    ),
    "another schema": ("schema: aisletwin.layout/2  # <--\n" + HALL, "schema", "choose 'aisletwin.layout/1'"),
    "an id that is a number": (
        "id: 7  # <--\nbuilding: {width_m: 9, depth_m: 9}\n",
        "id",
        "put it in quotes",
    ),
    "an empty id": ("id: ''  # <--\nbuilding: {width_m: 9, depth_m: 9}\n", "id", "'' is shorter than 1"),
    "an id that ends in a space": ("id: 'H '  # <--\nbuilding: {width_m: 9, depth_m: 9}\n", "id", "a space"),
    "a width with its unit": (
        "id: H\nbuilding:\n  width_m: 40 m  # <--\n  depth_m: 60\n",
        "building.width_m",
        "no quotes and no unit",
    ),
    "a width of 0": (
        "id: H\nbuilding:\n  width_m: 0  # <--\n  depth_m: 60\n",
        "building.width_m",
        "0 is not above 0",
    ),
    "a width in millimetres": (
        "id: H\nbuilding:\n  depth_m: 60\n  width_m: 40000  # <--\n",
        "building.width_m",
        "40000 is above 2000",
    ),
    "an infinite width": (
        "id: H\nbuilding:\n  width_m: .inf  # <--\n  depth_m: 60\n",
        "building.width_m",
        "finite",
    ),
    "a width without a depth": ("id: H\nbuilding: {width_m: 40}  # <--\n", "building", "give one of the two"),
    "a width and an outline": (
        "id: H\nbuilding:  # <--\n  width_m: 40\n  depth_m: 60\n  outline_m: [[0, 0], [1, 0], [1, 1]]\n",
        "building",
        "give one of the two",
    ),
    "an outline of two corners": (
        "id: H\nbuilding:\n  outline_m: [[0, 0], [9, 0]]  # <--\n",
        "building.outline_m",
        "shorter than 3",
    ),
    "an outline that crosses itself": (
        "id: H\nbuilding:\n  outline_m: [[0, 0], [9, 9], [9, 0], [0, 9]]  # <--\n",
        "building.outline_m",
        "crosses itself",
    ),
    "a clockwise outline": (
        "id: H\nbuilding:\n  outline_m: [[0, 0], [0, 9], [9, 9], [9, 0]]  # <--\n",
        "building.outline_m",
        "list them counter-clockwise",
    ),
    "a place of one number": (
        HALL + "blocks:\n  - id: A\n    at_m: [5]  # <--\n",
        "blocks.0.at_m.1",
        "is missing: add it",
    ),
    "a place that is no list": (
        HALL + "blocks:\n  - id: A\n    at_m: 5  # <--\n",
        "blocks.0.at_m",
        "no list",
    ),
    "a row of three": (
        HALL + "blocks:\n  - id: A\n    at_m: [5, 10]\n    rows:\n      - 1\n      - 3  # <--\n",
        "blocks.0.rows.1",
        "choose 1 or 2",
    ),
    "half a bay": (
        HALL + "blocks:\n  - id: A\n    at_m: [5, 10]\n    bays: 7.5  # <--\n",
        "blocks.0.bays",
        "7.5 is no whole number",
    ),
    "a block that is text": (HALL + "blocks:\n  - A  # <--\n", "blocks.0", "has no keys"),
    "an unknown station kind": (
        HALL + "stations:\n  - {id: S, at_m: [1, 1], kind: coffee}  # <--\n",
        "stations.0.kind",
        "'coffee' is not one of the known values: choose 'depot'",
    ),
    "neither open nor closed": (
        "id: H\nbuilding:\n  width_m: 40\n  depth_m: 60\n  doors:\n    - {wall: W1, at_m: 1, closed: maybe}  # <--\n",
        "building.doors.0.closed",
        "neither true nor false",
    ),
    "tiers that fall": (
        HALL + "rack_types:\n  pallet:\n    tiers_m: [3.3, 1.65]  # <--\n",
        "rack_types.pallet.tiers_m",
        "1.65 is not above the tier below, 3.3",
    ),
    "a beam that fills its tier": (
        HALL + "rack_types:\n  pallet: {tiers_m: [1, 1.1], beam_height_m: 0.2}  # <--\n",
        "rack_types.pallet",
        "reaches into the tier at 1.0",
    ),
    "uprights below the top tier": (
        HALL + "rack_types:\n  pallet: {height_m: 4}  # <--\n",
        "rack_types.pallet",
        "height_m 4.0 is below the top tier 4.95",
    ),
    "a pitch and a width": (
        HALL + "rack_types:\n  pallet: {bay_pitch_m: 2.8, bay_width_m: 2.7}  # <--\n",
        "rack_types.pallet",
        "bay_width_m and bay_pitch_m say the same",
    ),
    "a pitch of an upright": (
        HALL + "rack_types:\n  pallet: {bay_pitch_m: 0.1}  # <--\n",
        "rack_types.pallet",
        "widen the pitch",
    ),
    "a rack that holds nothing": (
        HALL + "rack_types:\n  pallet: {tiers_m: [], floor_places: false}  # <--\n",
        "rack_types.pallet",
        "give it a tier",
    ),
    # references
    "an unknown rack type": (
        HALL + "blocks:\n  - {id: A, at_m: [5, 10], rack: shelf}  # <--\n",
        "blocks.0.rack",
        "no rack type 'shelf': choose one of pallet",
    ),
    "behind a block listed below": (
        HALL + "blocks:\n  - {id: B, behind: A}  # <--\n  - {id: A, at_m: [5, 10]}\n",
        "blocks.0.behind",
        "no block listed above 'A'",
    ),
    "at a place and behind a block": (
        HALL + BLOCK_A + "  - {id: B, behind: A, at_m: [5, 40]}  # <--\n",
        "blocks.1",
        "give one of the two",
    ),
    "two blocks of one id": (
        HALL + BLOCK_A + "  - {id: A, behind: A}  # <--\n",
        "blocks.1.id",
        "'A' is also the id of blocks.0",
    ),
    "two stations of one id": (
        HALL
        + "stations:\n  - {id: S, kind: pack, at_m: [1, 1]}\n  - {id: S, kind: pack, at_m: [2, 1]}  # <--\n",
        "stations.1.id",
        "'S' is also the id of stations.0",
    ),
    "too few aisle widths": (
        HALL + "blocks:\n  - id: A\n    at_m: [5, 10]\n    aisle_widths_m: [3]  # <--\n",
        "blocks.0.aisle_widths_m",
        "1 widths for 2 aisles",
    ),
    "a row that faces nothing": (
        HALL + "blocks:\n  - id: A\n    at_m: [5, 10]\n    rows: [1]  # <--\n",
        "blocks.0.rows",
        "set open_sides",
    ),
    "a row number given twice": (
        HALL + BLOCK_A + "  - {id: B, behind: A, bays: 3, first_row: 2}  # <--\n",
        "blocks.1.first_row",
        "R2 is there twice, in block 'A' too",
    ),
    "an aisle number given twice": (
        HALL + BLOCK_A + "  - {id: B, behind: A, bays: 3, first_aisle: 1}  # <--\n",
        "blocks.1.first_aisle",
        "A1 is there twice, in block 'A' too",
    ),
    "more places than a hall": (
        HALL
        + "rack_types:\n  pallet: {positions: 100}\nblocks:\n  - {id: A, at_m: [5, 10], bays: 1000}  # <--\n",
        "blocks.0",
        "more than 1000000: split the hall",
    ),
    "a door in no wall": (
        "id: H\nbuilding:\n  width_m: 40\n  depth_m: 60\n  doors:\n    - {wall: W5, at_m: 1}  # <--\n",
        "building.doors.0.wall",
        "no wall 'W5': choose one of W1, W2, W3, W4",
    ),
    "a door past its wall": (
        "id: H\nbuilding:\n  width_m: 40\n  depth_m: 60\n  doors:\n    - {wall: W1, at_m: 38}  # <--\n",
        "building.doors.0.at_m",
        "it ends at 40.8 m, W1 at 40 m",
    ),
    "a door above the roof": (
        "id: H\nbuilding:\n  width_m: 40\n  depth_m: 60\n  height_m: 3\n  doors:\n    - {wall: W1, at_m: 1}  # <--\n",
        "building.doors.0.height_m",
        "it reaches 3.2 m, above building.height_m 3",
    ),
    "two doors in one place": (
        "id: H\nbuilding:\n  width_m: 40\n  depth_m: 60\n  doors:\n    - {wall: W1, at_m: 1, count: 3}\n"
        "    - {wall: W1, at_m: 6}  # <--\n",
        "building.doors.1.at_m",
        "overlaps building.doors.0 in W1 (5 … 7.8 m)",
    ),
    "one id for two doors": (
        "id: H\nbuilding:\n  width_m: 40\n  depth_m: 60\n  doors:\n    - {id: D, wall: W1, at_m: 1, count: 2}"
        "  # <--\n",
        "building.doors.0.id",
        "an entry for each door",
    ),
    "an obstacle of two shapes": (
        HALL + "obstacles:\n  - {at_m: [5, 5], size_m: [1, 1], outline_m: [[0, 0], [1, 0], [1, 1]]}  # <--\n",
        "obstacles.0",
        "give one of the two",
    ),
    "an obstacle that crosses itself": (
        HALL + "obstacles:\n  - outline_m: [[0, 0], [9, 9], [9, 0], [0, 9]]  # <--\n",
        "obstacles.0.outline_m",
        "crosses itself",
    ),
    "bays that are not as many as their widths": (
        HALL
        + "rack_types:\n  pallet: {bay_widths_m: [2.7, 1.8]}\nblocks:\n  - {id: A, at_m: [5, 10]}  # <--\n",
        "blocks.0.bays",
        "10 bays of rack type 'pallet', which has 2 bay_widths_m",
    ),
    # what stands there
    "a block that leaves the hall": (
        HALL + "blocks:\n  - {id: A, at_m: [5, 40]}  # <--\n",
        "blocks.0",
        "rack R1 (block A) stands 8.10 m outside the building, at W3",
    ),
    "racks above the roof": (
        HALL + "rack_types:\n  pallet: {height_m: 12}\nblocks:\n  - {id: A, at_m: [5, 10]}  # <--\n",
        "blocks.0",
        "rack R1 (block A) reaches 12 m, above building.height_m 9",
    ),
    "blocks that overlap": (
        HALL + BLOCK_A + "  - {id: B, at_m: [5.6, 12], bays: 3}  # <--\n",
        "blocks.1",
        "rack R5 (block B) overlaps rack R1 (block A) by 0.50 m",
    ),
    "a column in a rack": (
        HALL + BLOCK_A + "columns:\n  - {x_m: [5.5], y_m: [20]}  # <--\n",
        "columns.0",
        "column C1 overlaps rack R1 (block A) by 0.30 m",
    ),
    "a machine in a rack": (
        HALL + BLOCK_A + "obstacles:\n  - {id: M, at_m: [5, 20], size_m: [1, 1]}  # <--\n",
        "obstacles.0",
        "obstacle M overlaps rack R1 (block A) by 0.50 m",
    ),
    "an aisle filled by a stack": (
        HALL + "blocks:\n  - {id: A, at_m: [5, 10]}  # <--\nobstacles:\n"
        "  - {id: M, at_m: [7.5, 20], size_m: [2.8, 1]}\n",
        "blocks.0",
        "aisle A1 (2.8 m) is filled by obstacle M",
    ),
    "a pair with its back at the wall": (
        HALL + "blocks:\n  - {id: A, at_m: [0, 10], rows: [2, 1]}  # <--\n",
        "blocks.0",
        "aisle A1 (2.8 m) is filled by the ground outside the building",
    ),
    "a station outside": (
        HALL + "stations:\n  - {id: S, kind: pack, at_m: [41, 5]}  # <--\n",
        "stations.0.at_m",
        "station S stands 1.00 m outside the building",
    ),
    "a station in a rack": (
        HALL + BLOCK_A + "stations:\n  - {id: S, kind: pack, at_m: [5.5, 20]}  # <--\n",
        "stations.0.at_m",
        "station S stands in rack R1 (block A): move it beside",
    ),
    # levels and holes
    "a hole outside the floor": (
        HALL.replace("9}", "9, holes: [{at_m: [39, 5], size_m: [4, 2]}]}  # <--"),
        "building.holes.0",
        "lies outside the floor of the building: move it in",
    ),
    "two holes that overlap": (
        HALL + "levels:\n  - id: M\n    elevation_m: 4\n    holes:\n      - {at_m: [9, 9], size_m: [2, 2]}\n"
        "      - {at_m: [10, 9], size_m: [2, 2]}  # <--\n",
        "levels.0.holes.1",
        "overlaps hole 0 of level M: draw the two as one",
    ),
    "a hole that crosses itself": (
        HALL + "levels:\n  - id: M\n    elevation_m: 4\n    holes:\n"
        "      - outline_m: [[0, 0], [9, 9], [9, 0], [0, 9]]  # <--\n",
        "levels.0.holes.0.outline_m",
        "crosses itself",
    ),
    "a hole of no shape": (
        HALL + "levels:\n  - id: M\n    elevation_m: 4\n    holes:\n      - {at_m: [9, 9]}  # <--\n",
        "levels.0.holes.0",
        "a hole needs at_m and size_m, or outline_m",
    ),
    "a level without floor": (
        HALL + "levels:\n  - {id: M, elevation_m: 4, at_m: [9, 9], size_m: [5, 5], holes: [{at_m: [9, 9], "
        "size_m: [5, 5]}]}  # <--\n",
        "levels.0",
        "the holes of level M leave no floor",
    ),
    "a level without elevation": (HALL + "levels:\n  - {id: M}  # <--\n", "levels.0.elevation_m", "missing"),
    "a level of half a shape": (
        HALL + "levels:\n  - {id: M, elevation_m: 4, at_m: [5, 5]}  # <--\n",
        "levels.0",
        "a level smaller than the building needs at_m and size_m",
    ),
    "a level that runs clockwise": (
        HALL + "levels:\n  - {id: M, elevation_m: 4, outline_m: [[0, 0], [0, 9], [9, 9], [9, 0]]}  # <--\n",
        "levels.0.outline_m",
        "list them counter-clockwise",
    ),
    "two levels of one name": (
        HALL + "levels:\n  - {id: L0, elevation_m: 4}  # <--\n",
        "levels.0.id",
        "'L0' is also the id of building",
    ),
    "a level that leaves the building": (
        HALL + "levels:\n  - {id: M, elevation_m: 4, at_m: [39, 9], size_m: [6, 6]}  # <--\n",
        "levels.0.outline_m",
        "level M reaches 2.00 m out of the building",
    ),
    "levels that overlap": (
        HALL + "levels:\n  - {id: M, elevation_m: 4, at_m: [9, 9], size_m: [6, 6]}\n"
        "  - id: N\n    elevation_m: 4.5  # <--\n    at_m: [12, 9]\n    size_m: [6, 6]\n",
        "levels.1.elevation_m",
        "only 0.2 m are between level M and the underside of level N",
    ),
    "a level in the ground": (
        HALL + "levels:\n  - {id: M, elevation_m: 0.5}  # <--\n",
        "levels.0.elevation_m",
        "only 0.2 m are between the building and the underside of level M",
    ),
    "a level at the roof": (
        HALL + "levels:\n  - {id: M, elevation_m: 8.5}  # <--\n",
        "levels.0.elevation_m",
        "the roof is 0.5 m over level M",
    ),
    "a leg beside its level": (
        HALL
        + "levels:\n  - {id: M, elevation_m: 4, at_m: [9, 9], size_m: [6, 6], legs: [{x_m: [20], y_m: [9]}]}"
        "  # <--\n",
        "levels.0.legs.0",
        "the leg at (20.0, 9.0) is not under level M",
    ),
    "a leg in a pit": (
        HALL.replace("9}", "9, holes: [{at_m: [9, 9], size_m: [2, 2]}]}")
        + "levels:\n  - {id: M, elevation_m: 4, legs: [{x_m: [9], y_m: [9]}]}  # <--\n",
        "levels.0.legs.0",
        "a leg of level M stands on no floor",
    ),
    "a leg in an aisle": (
        HALL + "levels:\n  - id: M\n    elevation_m: 4\n    legs:\n      - {x_m: [6], y_m: [12]}  # <--\n"
        "rack_types: {pallet: {tiers_m: [1.5]}}\n" + BLOCK_A,
        "levels.0.legs.0",
        "obstacle M-LEG1 overlaps rack R1 (block A) by 0.20 m",
    ),
    "doors of a level with no walls": (
        HALL
        + "levels:\n  - {id: M, elevation_m: 4, at_m: [9, 9], size_m: [6, 6], doors: [{wall: W1, at_m: 1}]}"
        "  # <--\n",
        "levels.0",
        "doors need walls: set walls: true",
    ),
    "a door higher than the room": (
        HALL + "levels:\n  - {id: M, elevation_m: 7, walls: true, doors: [{wall: W1, at_m: 1}]}  # <--\n",
        "levels.0.doors.0.height_m",
        "it reaches 3.2 m, above the ceiling of level M 2",
    ),
    "a block on an unknown level": (
        HALL
        + "blocks:\n  - {id: A, level: MEZ, at_m: [5, 10]}  # <--\nlevels: [{id: MEZZ, elevation_m: 4}]\n",
        "blocks.0.level",
        "there is no level 'MEZ': choose one of L0, MEZZ",
    ),
    "a station on an unknown level": (
        HALL + "stations:\n  - {id: S, kind: pack, level: L1, at_m: [5, 10]}  # <--\n",
        "stations.0.level",
        "there is no level 'L1': choose one of L0",
    ),
    "a block behind one of another level": (
        HALL
        + BLOCK_A.replace("[5, 10]", "[5, 10], bays: 3")
        + "  - {id: B, behind: A, level: M}  # <--\nlevels: [{id: M, elevation_m: 7}]\n",
        "blocks.1.level",
        "it stands behind 'A', which is on 'L0': leave level out, or give at_m",
    ),
    "racks that reach into the level above": (
        HALL + "blocks:\n  - {id: A, at_m: [5, 10]}  # <--\nlevels: [{id: M, elevation_m: 6}]\n",
        "blocks.0",
        "rack R1 (block A) reaches 6.6 m, into level M, whose underside is at 5.7 m",
    ),
    "racks above the roof of a level": (
        HALL + "blocks:\n  - {id: A, level: M, at_m: [5, 10]}  # <--\nlevels: [{id: M, elevation_m: 4}]\n",
        "blocks.0",
        "rack R1 (block A) reaches 6.6 m, above the roof over level M, 5",
    ),
    "racks beside their level": (
        HALL
        + "rack_types: {pallet: {tiers_m: [1.5]}}\nblocks:\n  - {id: A, level: M, at_m: [5, 10]}  # <--\n"
        "levels: [{id: M, elevation_m: 4, at_m: [20, 20], size_m: [20, 20]}]\n",
        "blocks.0",
        "rack R1 (block A) stands 9.52 m outside level M, at W4",
    ),
    "racks over a pit": (
        HALL.replace("9}", "9, holes: [{at_m: [5.5, 20], size_m: [2, 2]}]}")
        + "blocks:\n  - {id: A, at_m: [5, 10]}  # <--\n",
        "blocks.0",
        "rack R1 (block A) stands over hole 0 of the building: move one of the two",
    ),
    "an aisle filled by a pit": (
        HALL.replace("9}", "9, holes: [{at_m: [7.5, 20], size_m: [2.8, 2]}]}")
        + "blocks:\n  - {id: A, at_m: [5, 10]}  # <--\n",
        "blocks.0",
        "aisle A1 (2.8 m) is filled by hole 0 of the building",
    ),
    "a station in a pit": (
        HALL.replace("9}", "9, holes: [{at_m: [5, 5], size_m: [2, 2]}]}")
        + "stations:\n  - {id: S, kind: pack, at_m: [5, 5]}  # <--\n",
        "stations.0.at_m",
        "station S stands over a hole of the building",
    ),
    "a lift to an unknown level": (
        HALL + "links:\n  - {id: X, from: {level: L0, at_m: [5, 5]}, to: {level: L1, at_m: [5, 5]}}  # <--\n",
        "links.0.to.level",
        "there is no level 'L1': choose one of L0",
    ),
    "a lift that goes nowhere": (
        HALL + "links:\n  - {id: X, from: {level: L0, at_m: [5, 5]}, to: {level: L0, at_m: [5, 5]}}  # <--\n",
        "links.0.to.level",
        "joins level 'L0' to itself",
    ),
    "a lift for nobody": (
        HALL + "levels: [{id: M, elevation_m: 4}]\nlinks:\n"
        "  - {id: X, agents: [ghost], from: {level: L0, at_m: [5, 5]}, to: {level: M, at_m: [5, 5]}}  # <--\n",
        "links.0.agents.0",
        "there is no agent class 'ghost': choose one of",
    ),
    "a lift that ends in its own shaft": (
        HALL + "levels: [{id: M, elevation_m: 4, holes: [{at_m: [5, 5], size_m: [2, 2]}]}]\nlinks:\n"
        "  - {id: X, from: {level: L0, at_m: [5, 5]}, to: {level: M, at_m: [5, 5]}}  # <--\n",
        "links.0.to.at_m",
        "an end of link X stands over a hole of level M: move it beside",
    ),
}


def test_there_are_at_least_forty_of_them() -> None:
    assert len(BAD) >= 40


@pytest.mark.parametrize("name", BAD)
def test_a_bad_layout_is_named_with_its_line_and_key(name: str, tmp_path: Path) -> None:
    text, key, words = BAD[name]
    path = tmp_path / "hall.layout.yaml"
    path.write_text(text, encoding="utf-8")
    line = next(i for i, each in enumerate(text.splitlines(), 1) if "# <--" in each)
    with pytest.raises(LayoutError) as caught:
        build_layout_file(path)
    (told,) = str(caught.value).splitlines()
    assert told.startswith(f"{path}:{line}: {key}: " if key else f"{path}:{line}: ")
    assert words in told
    assert ": " in told.removeprefix(f"{path}:{line}: ")


def test_all_faults_are_told_in_the_order_of_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "hall.layout.yaml"
    path.write_text("stations: 3\nname: 5\nbuilding: {width_m: 0, depth_m: 60}\nid: ''\n", encoding="utf-8")
    with pytest.raises(LayoutError) as caught:
        read_layout(path)
    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == [
        f"{path}:{i}" for i in (1, 2, 3, 4)
    ]
    assert [fault.path for fault in caught.value.faults] == [
        ("stations",),
        ("name",),
        ("building", "width_m"),
        ("id",),
    ]


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match=r"cannot be read .*: check the path"):
        read_layout(tmp_path / "none.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"id: \xff\xfe")
    with pytest.raises(LayoutError, match="byte 4 is not UTF-8: save it as UTF-8"):
        read_layout(tmp_path / "binary.yaml")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_written_is_built_or_told_with_its_line(data: st.DataObject, tmp_path: Path) -> None:
    name = data.draw(st.sampled_from(["demo_hall.layout.yaml", "two_levels.layout.yaml"]))
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    word = data.draw(st.sampled_from([*re.finditer(r"[\w.]+", text)]))
    strange = st.sampled_from(
        ["-1", "1e9", ".nan", "null", "[]", "{}", "true", "'", "&a", "<<", "\t", "2020-01-01"]
    )
    new = data.draw(strange | st.integers(0, 400).map(str) | st.text(max_size=5))
    path = tmp_path / "demo.layout.yaml"
    path.write_text(text[: word.start()] + new + text[word.end() :], encoding="utf-8")
    told = ""
    try:
        facility_to_json(build_layout_file(path))
    except LayoutError as error:
        told = str(error)
    assert all(re.match(re.escape(str(path)) + r":\d+: .*: ", line) for line in told.split("\n") if told)
