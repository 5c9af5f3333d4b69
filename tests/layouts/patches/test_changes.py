"""Each change does what it says, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from layouts.layout_file.layout_fault import LayoutError
from layouts.patches.apply_patch import Patched
from layouts.patches.beside import neighbours
from spatial.facility import Aisle, Facility, Location, Obstacle, Rack
from spatial.facility_json import facility_to_json
from spatial.floor.free_space import rack_footprint

Patching = Callable[..., Patched]
Change = Mapping[str, Any]


def rack(facility: Facility, name: str) -> Rack:
    return next(each for each in facility.racks if each.id == name)


def aisle(facility: Facility, name: str) -> Aisle:
    return next(each for each in facility.aisles if each.id == name)


def place(facility: Facility, name: str) -> Location:
    return next(each for each in facility.locations if each.id == name)


def gap_m(facility: Facility, one: str, other: str) -> float:
    return float(rack_footprint(rack(facility, one)).distance(rack_footprint(rack(facility, other))))


def by_id(elements: tuple[Any, ...]) -> dict[str, Any]:
    return {each.id: each for each in elements}


def untouched(base: Facility, result: Facility, kind: str, *but: str) -> None:
    """All elements of a kind are the very same but some."""
    old, new = by_id(getattr(base, kind)), by_id(getattr(result, kind))
    assert {name for name in {**old, **new} if old.get(name) != new.get(name)} == {*but}


def test_a_shifted_row_takes_its_places_along(scanned: Facility, patched: Patching) -> None:
    done = patched(scanned, {"shift_row": {"racks": ["R4", "R5"], "by_m": [0.4, -0.05]}}).facility
    old, new = rack(scanned, "R4"), rack(done, "R4")
    c, s = math.cos(old.yaw_rad), math.sin(old.yaw_rad)
    by = np.array([0.4 * c + 0.05 * s, 0.4 * s - 0.05 * c])
    np.testing.assert_allclose(np.subtract(new.center, old.center), by, atol=1e-12)
    assert new == replace(old, center=new.center)
    moved = [each for each in scanned.locations if each.rack in ("R4", "R5")]
    for each in moved:
        now = place(done, each.id)
        np.testing.assert_allclose(np.subtract(now.center, each.center), [*by, 0], atol=1e-12)
        assert now == replace(each, center=now.center)
    untouched(scanned, done, "racks", "R4", "R5")
    untouched(scanned, done, "locations", *(each.id for each in moved))
    untouched(scanned, done, "aisles", "A2", "A3", "X-BACK")
    assert done.kind == "planned"
    # A2 is on the left of R4, A3 on the right of R5
    assert aisle(done, "A2").clear_width_m == pytest.approx(2.85, abs=0.002)
    assert aisle(done, "A3").clear_width_m == pytest.approx(2.75, abs=0.002)
    assert aisle(done, "X-BACK").clear_width_m == pytest.approx(3.6, abs=0.02)
    assert {*by_id(done.aisles)} == {*by_id(scanned.aisles)}


def test_a_measured_width_changes_by_what_was_moved(scanned: Facility, patched: Patching) -> None:
    biased = replace(
        scanned,
        aisles=tuple(replace(each, clear_width_m=each.clear_width_m - 0.07) for each in scanned.aisles),
    )
    done = patched(biased, {"shift_row": {"racks": "R8", "by_m": [0, 0.2]}}).facility
    was, now = aisle(biased, "A4"), aisle(done, "A4")
    side = rack(biased, "R8").faces[0]  # to the left of it or away from it
    assert now.clear_width_m == pytest.approx(was.clear_width_m - 0.2 * side, abs=1e-6)
    assert now.sigma_m == was.sigma_m


@pytest.mark.parametrize("to_m", [3.1, 2.6])
@pytest.mark.parametrize("moving", ["right", "R2"])
def test_an_aisle_gets_the_width_that_was_asked_for(
    hall: Callable[..., Facility], patched: Patching, to_m: float, moving: str
) -> None:
    base = replace(hall(rows=5, yaw_rad=0.3), levels=hall(rows=5).levels)
    base = replace(base, levels=(replace(base.levels[0], outline=()),))
    side = {"right": ["R0", "R1"], "R2": ["R2", "R3", "R4"]}[moving]
    done = patched(base, {"widen_aisle": {"aisle": "A1", "to_m": to_m, "moving": moving}}).facility
    assert aisle(done, "A1").clear_width_m == pytest.approx(to_m, abs=1e-6)
    assert gap_m(done, "R1", "R2") == pytest.approx(to_m, abs=1e-9)
    untouched(base, done, "racks", *side)
    for name in ("A0", "A2", "A3"):
        assert aisle(done, name).clear_width_m == pytest.approx(3.0, abs=1e-9)


def test_only_the_row_at_the_aisle_moves_when_asked(hall: Callable[..., Facility], patched: Patching) -> None:
    base = hall(rows=4)
    change = {"aisle": "A1", "to_m": 3.5, "moving": "left", "carrying": "row"}
    done = patched(base, {"widen_aisle": change}).facility
    untouched(base, done, "racks", "R2")
    assert aisle(done, "A1").clear_width_m == pytest.approx(3.5)
    assert aisle(done, "A2").clear_width_m == pytest.approx(2.5)


def test_a_row_takes_its_mate_along(demo: Facility, patched: Patching) -> None:
    base = replace(demo, columns=())
    change = {"aisle": "A2", "to_m": 2.5, "moving": "R4", "carrying": "row"}
    done = patched(base, {"widen_aisle": change}).facility
    untouched(base, done, "racks", "R4", "R5")
    assert gap_m(done, "R4", "R5") == pytest.approx(0.4)
    assert aisle(done, "A3").clear_width_m == pytest.approx(3.1)
    assert rack(done, "R4").back_to_back == "R5"


def test_a_widened_aisle_is_stopped_by_a_column_and_says_by_how_much(
    demo: Facility, patched: Patching
) -> None:
    with pytest.raises(LayoutError) as caught:
        patched(demo, {"widen_aisle": {"aisle": "A2", "to_m": 3.0}})
    assert "changes.0: rack R" in str(caught.value)
    assert "overlaps column C" in str(caught.value)
    assert "by 0.15 m: move it 0.05 m less far" in str(caught.value)


def test_a_cross_aisle_takes_whole_bays_and_the_rest_keeps_its_addresses(
    scanned: Facility, patched: Patching
) -> None:
    done = patched(scanned, {"open_cross_aisle": {"block": "R1", "at_m": 11.3, "width_m": 3.0, "id": "MID"}})
    result, lane = done.facility, aisle(done.facility, "MID")
    assert lane.cross
    assert lane.clear_width_m == pytest.approx(3.0, abs=1e-6)
    assert math.dist(lane.p0, lane.p1) == pytest.approx(27.0, abs=0.1)
    # 11.3 ± 1.5 m reaches into the bays 9.8 … 12.8, the fourth and fifth of 2.8 m
    assert len(done.lost) == 8 * 2 * 4 * 3
    assert len(result.racks) == 16
    old, new = by_id(scanned.locations), by_id(result.locations)
    assert {*old} - {*new} == {*done.lost}
    for name, each in new.items():
        assert each == replace(old[name], rack=each.rack, bay=each.bay)
        row = rack(result, each.rack)
        away = np.subtract(each.center[:2], row.center)
        along = float(away @ [math.cos(row.yaw_rad), math.sin(row.yaw_rad)]) + row.length_m / 2
        bay = row.bays[each.bay]
        assert bay.offset_m < along < bay.offset_m + bay.width_m
    facility_to_json(result)
    pairs = {frozenset((each.id, each.back_to_back)) for each in result.racks if each.back_to_back}
    assert len(pairs) == 6
    assert {*by_id(result.aisles)} == {*by_id(scanned.aisles), "MID", "A1-2", "A2-2", "A3-2", "A4-2"}


def test_a_cross_aisle_by_shifting_loses_nothing(scanned: Facility, patched: Patching) -> None:
    done = patched(
        scanned, {"open_cross_aisle": {"block": "R1", "at_m": 11.0, "width_m": 2.2, "by": "shifting"}}
    )
    assert done.lost == ()
    assert {*by_id(done.facility.locations)} == {*by_id(scanned.locations)}
    lane = next(each for each in done.facility.aisles if each.cross and each.id == "X1")
    assert lane.clear_width_m == pytest.approx(2.2, abs=1e-6)
    assert aisle(done.facility, "X-BACK").clear_width_m == pytest.approx(4.0 - 2.2 - 0.1, abs=0.03)


def test_a_turned_block_keeps_its_aisles(traditional: Callable[..., Facility], patched: Patching) -> None:
    base = traditional(3, 6, margin_m=8.0)
    done = patched(base, {"turn_block": {"block": "R1", "by_deg": 90}}).facility
    assert [(each.id, each.racks) for each in done.aisles] == [(each.id, each.racks) for each in base.aisles]
    for old, new in zip(base.aisles, done.aisles, strict=True):
        assert new.clear_width_m == pytest.approx(old.clear_width_m, abs=1e-6)
        turn = np.subtract(new.p1, new.p0) @ [[0, -1], [1, 0]]
        np.testing.assert_allclose(turn, np.subtract(old.p1, old.p0), atol=1e-6)
    for old, new in zip(base.racks, done.racks, strict=True):
        assert (new.faces, new.back_to_back) == (old.faces, old.back_to_back)
        assert new.yaw_rad == pytest.approx(math.pi)
    back = patched(done, {"turn_block": {"block": "R1", "by_deg": -90}}).facility
    for old, new in zip(base.locations, back.locations, strict=True):
        np.testing.assert_allclose(new.center, old.center, atol=1e-9)


def test_another_type_keeps_what_addresses_it_can(scanned: Facility, patched: Patching) -> None:
    new_type = {"bay_width_m": 1.8, "positions": 2, "depth_m": 0.9, "tiers_m": [1.2, 2.4, 3.6, 4.8]}
    done = patched(scanned, {"swap_rack_type": {"racks": ["R2", "R3"], "type": new_type, "keep": "back"}})
    result, row, old = done.facility, rack(done.facility, "R2"), rack(scanned, "R2")
    assert len(row.bays) == 11  # 11 × 1.9 + 0.1 = 21 m of 22.5 m
    assert (row.length_m, row.depth_m) == (pytest.approx(21.0), 0.9)
    assert (row.evidence_points, row.sigma_m, row.faces) == (None, old.sigma_m, old.faces)
    assert gap_m(result, "R2", "R3") == pytest.approx(gap_m(scanned, "R2", "R3"), abs=0.003)
    assert aisle(result, "A1").clear_width_m == pytest.approx(
        aisle(scanned, "A1").clear_width_m + 0.2, abs=1e-3
    )
    ids = {each.id for each in result.locations if each.rack == "R2"}
    # even bays on the right of aisle 1, five tiers, two places: the scheme of the hall goes on
    assert ids == {
        f"01-{2 * bay + 2:02}-{tier + 1:02}-{position:02}"
        for bay in range(11)
        for tier in range(5)
        for position in (1, 2)
    }
    assert place(result, "01-02-01-01").state == place(scanned, "01-02-01-01").state
    assert place(result, "01-22-05-02").state == "empty"
    assert {*done.lost} == {
        each.id for each in scanned.locations if each.rack in ("R2", "R3") and each.position == 3
    }
    untouched(scanned, result, "racks", "R2", "R3")


def test_a_pair_that_is_parted_faces_the_new_lane(demo: Facility, patched: Patching) -> None:
    base = replace(demo, columns=(), obstacles=())
    done = patched(
        base,
        {"shift_row": {"racks": ["R6", "R7", "R8"], "by_m": [0.0, -2.0]}},
        {"shift_row": {"racks": "R5", "by_m": [0, -2.0]}},
    )
    row, mate = rack(done.facility, "R4"), rack(done.facility, "R5")
    assert (row.back_to_back, mate.back_to_back) == (None, None)
    assert (sorted(row.faces), sorted(mate.faces)) == ([-1, 1], [-1, 1])
    fresh = next(each for each in done.facility.aisles if {*each.racks} == {"R4", "R5"})
    assert fresh.id == "A5"
    assert fresh.clear_width_m == pytest.approx(2.4)
    assert any(note.startswith("rack R4 stays") for note in done.notes)


def test_without_a_row_its_aisle_reaches_the_next(demo: Facility, patched: Patching) -> None:
    base = replace(demo, columns=())
    done = patched(base, {"remove_rack": {"racks": "R4"}})
    assert aisle(done.facility, "A2").clear_width_m == pytest.approx(2.8 + 1.1 + 0.4)
    assert aisle(done.facility, "A2").racks == ("R3", "R5")
    assert rack(done.facility, "R5").back_to_back is None
    assert len(done.lost) == 96
    assert all(each.rack != "R4" for each in done.facility.locations)


def test_stations_and_obstacles_come_go_and_move(demo: Facility, patched: Patching) -> None:
    done = patched(
        demo,
        {"move_station": {"station": "DEPOT", "to_m": [50.0, -5.0]}},
        {"add_station": {"id": "PACK-2", "kind": "pack", "at_m": [55.0, -5.0], "servers": 3}},
        {"remove_station": {"stations": "PACK-1"}},
        {"remove_obstacle": {"obstacles": ["O1", "O2"]}},
        {"add_obstacle": {"at_m": [58.0, -3.0], "size_m": [2, 1], "kind": "machine", "movable": False}},
    ).facility
    stations = by_id(done.stations)
    assert [*stations] == ["DEPOT", "PACK-2"]
    assert stations["DEPOT"].pose == (50.0, -5.0, demo.stations[0].pose[2])
    assert {*by_id(done.obstacles)} == {*by_id(demo.obstacles)} - {"O1", "O2"} | {"O20"}
    for kind in ("racks", "locations", "aisles"):
        untouched(demo, done, kind)


def test_what_is_put_into_an_aisle_blocks_it(hall: Callable[..., Facility], patched: Patching) -> None:
    base = hall(rows=3)
    (x0, y0), (x1, _) = base.aisles[1].p0, base.aisles[1].p1
    stack = {"id": "S", "at_m": [(x0 + x1) / 2, y0], "size_m": [1.0, 2.4], "kind": "floor_stack"}
    done = patched(base, {"add_obstacle": stack})
    blocked = aisle(done.facility, "A1")
    assert (blocked.blocked, blocked.blocked_by, blocked.clear_width_m) == (True, ("S",), 3.0)
    assert "aisle A1 is blocked by S" in done.notes
    free = patched(done.facility, {"remove_obstacle": {"obstacles": "S"}}).facility
    assert free.aisles == base.aisles
    machine = patched(base, {"add_obstacle": {**stack, "movable": False, "size_m": [1.0, 0.6]}}).facility
    assert aisle(machine, "A1").clear_width_m == pytest.approx(1.2)


def test_changes_are_made_one_on_the_other(demo: Facility, patched: Patching) -> None:
    row = {"id": "R20", "at_m": [62.0, 5.0], "heading_deg": 102.0, "bays": 3}
    base = replace(demo, obstacles=())
    done = patched(base, {"add_rack": row}, {"shift_row": {"racks": "R20", "by_m": [0.5, 0]}}).facility
    new = rack(done, "R20")
    assert len([each for each in done.locations if each.rack == "R20"]) == 3 * 4 * 3
    along = np.array([math.cos(new.yaw_rad), math.sin(new.yaw_rad)])
    np.testing.assert_allclose(new.center - along * (new.length_m / 2 + 0.5), [62.0, 5.0], atol=1e-9)


def test_a_stack_that_overlapped_before_is_no_fault_of_the_patch(
    hall: Callable[..., Facility], patched: Patching
) -> None:
    """A scan finds loads in front of a face as obstacles that reach into the row."""
    stack = ((4.0, 9.9), (5.0, 9.9), (5.0, 10.5), (4.0, 10.5))
    base = hall(
        rows=3, obstacles=(Obstacle(id="S", level="L0", kind="unknown", footprint=stack, z0_m=0.0, z1_m=1.0),)
    )
    lower = rack(base, "R1")
    assert rack_footprint(lower).bounds[1] < 9.9 < rack_footprint(rack(base, "R2")).bounds[1] + 1
    patched(base, {"shift_row": {"racks": "R2", "by_m": [0.0, 0.0]}})
    with pytest.raises(
        LayoutError, match=r"rack R1 overlaps obstacle S .*remove_obstacle: \{obstacles: \[S\]\}"
    ):
        patched(base, {"shift_row": {"racks": "R1", "by_m": [0.0, 2.9]}})


def test_pieces_of_rows_that_reach_above_the_walls_may_do_so_as_before(
    scanned: Facility, patched: Patching
) -> None:
    low = replace(scanned, walls=tuple(replace(wall, height_m=5.9) for wall in scanned.walls))
    done = patched(low, {"open_cross_aisle": {"block": "R1", "at_m": 11.0, "width_m": 2.5}}).facility
    assert max(each.height_m for each in done.racks) > 5.9
    with pytest.raises(LayoutError, match=r"rack R1 reaches 9 m, above the walls, 5\.9 m"):
        patched(low, {"swap_rack_type": {"racks": "R1", "type": {"height_m": 9.0}}})


def test_looking_no_further_than_asked_leaves_out_only_what_is_further(scanned: Facility) -> None:
    racks = by_id(scanned.racks)
    for within_m in (0.5, 3.0, 8.0):
        for each in scanned.racks:
            for side in (1, -1):
                seen, near = neighbours(each, side, racks), neighbours(each, side, racks, within_m=within_m)
                assert [one for one in near if one.gap_m <= within_m] == [
                    one for one in seen if one.gap_m <= within_m
                ]
