"""Whatever a patch does, its inverse gives the hall back to the last bit, and patches add up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from layouts.layout_file.layout_fault import LayoutError
from layouts.patches.apply_patch import Patched, apply_patch, invert
from layouts.patches.fingerprint import facility_sha256
from layouts.patches.patch_model import Patch
from layouts.patches.read_patch import inverse_text, read_patch
from spatial.facility import Facility
from spatial.facility_json import read_facility, write_facility

Change = dict[str, Any]
SHELVES = {
    "kind": "shelving",
    "bay_width_m": 1.0,
    "depth_m": 0.8,
    "tiers_m": [0.6, 1.2],
    "beam_height_m": 0.05,
}


def changes_of(hall: Facility) -> st.SearchStrategy[Change]:
    """Changes that mostly can be made."""
    racks = st.sampled_from([rack.id for rack in hall.racks])
    lanes = st.sampled_from([aisle.id for aisle in hall.aisles if not aisle.cross])
    small = st.floats(-0.3, 0.3).map(lambda x: round(x, 3))
    rows = st.one_of(racks.map(lambda name: {"racks": name}), racks.map(lambda name: {"block": name}))
    stations = [station.id for station in hall.stations]
    made = [
        st.builds(lambda r, u, v: {"shift_row": {**r, "by_m": [u, v]}}, rows, small, small),
        st.builds(
            lambda a, w, m, c: {"widen_aisle": {"aisle": a, "to_m": w, "moving": m, "carrying": c}},
            lanes,
            st.floats(2.5, 3.4),
            st.sampled_from(["left", "right"]),
            st.sampled_from(["all", "row"]),
        ),
        st.builds(
            lambda r, at, by: {"open_cross_aisle": {"block": r, "at_m": at, "width_m": 2.0, "by": by}},
            racks,
            st.floats(1.0, 8.0),
            st.sampled_from(["removing", "shifting"]),
        ),
        st.builds(
            lambda r, by: {"turn_block": {**r, "by_deg": by}}, rows, st.sampled_from([180.0, 0.3, -0.2])
        ),
        st.builds(lambda r: {"swap_rack_type": {**r, "type": SHELVES}}, rows),
        st.builds(lambda r: {"flying_v": {"block": r, "width_m": 2.0}}, racks),
        st.builds(lambda r: {"remove_rack": {"racks": r}}, racks),
    ]
    if hall.obstacles:
        names = st.sampled_from([each.id for each in hall.obstacles])
        made.append(names.map(lambda name: {"remove_obstacle": {"obstacles": name}}))
    if stations:
        made.append(
            st.builds(
                lambda s, x: {
                    "move_station": {
                        "station": s,
                        "to_m": [hall.stations[0].pose[0] + x, hall.stations[0].pose[1]],
                    }
                },
                st.sampled_from(stations),
                small,
            )
        )
    return st.one_of(made)


def check(hall: Facility, one: list[Change], other: list[Change]) -> bool:
    """Whether both patches could be made, one after the other; then all that must hold holds."""
    try:
        a, b = (Patch.model_validate({"changes": each}) for each in (one, other))
        first = apply_patch(hall, a)
    except LayoutError:
        return False
    assert facility_sha256(first.facility) != facility_sha256(hall)
    back = apply_patch(first.facility, first.inverse).facility
    assert facility_sha256(back) == facility_sha256(hall)
    assert apply_patch(hall, a + first.inverse).facility == back
    try:
        second, both = apply_patch(first.facility, b), apply_patch(hall, a + b)
    except LayoutError:
        return False
    assert second.facility.obstacles == both.facility.obstacles
    assert second.facility.stations == both.facility.stations
    # a row cut off later may be named after one that went before, and faces follow from where rows stand when a patch
    # ends; widths are kept to the micrometre
    for one, same in zip(second.facility.racks, both.facility.racks, strict=True):
        assert one == replace(
            same, id=one.id, center=one.center, faces=one.faces, back_to_back=one.back_to_back
        )
        assert one.center == pytest.approx(same.center, abs=1e-5)
    ours, theirs = ({each.id: each for each in done.facility.locations} for done in (second, both))
    assert ours.keys() == theirs.keys()
    for name, place in ours.items():
        assert place == replace(theirs[name], rack=place.rack, center=place.center)
        assert place.center == pytest.approx(theirs[name].center, abs=1e-5)
    assert facility_sha256(apply_patch(both.facility, both.inverse).facility) == facility_sha256(hall)
    return True


MANY = settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@MANY
@given(data=st.data())
def test_random_patches_on_a_small_hall(hall: Callable[..., Facility], data: st.DataObject) -> None:
    base = hall(rows=4, bays=4, yaw_rad=0.4)
    some = st.lists(changes_of(base), min_size=1, max_size=3)
    check(base, data.draw(some), data.draw(some))


@settings(MANY, max_examples=12)
@given(data=st.data())
def test_random_patches_on_a_scanned_hall(lightly_stocked: Facility, data: st.DataObject) -> None:
    some = st.lists(changes_of(lightly_stocked), min_size=1, max_size=2)
    check(lightly_stocked, data.draw(some), data.draw(some))


EACH: list[Change] = [
    {"shift_row": {"racks": ["R4", "R5"], "by_m": [0.3, 0]}},
    {"widen_aisle": {"aisle": "A4", "to_m": 3.2, "moving": "R8"}},
    {"open_cross_aisle": {"block": "R1", "at_m": 12.0}},
    {"open_cross_aisle": {"block": "R1", "at_m": 12.0, "width_m": 2.0, "by": "shifting"}},
    {"turn_block": {"racks": ["R1", "R2"], "by_deg": 180}},
    {"swap_rack_type": {"block": "R1", "type": SHELVES}},
    {"flying_v": {"block": "R1"}},
    {"fishbone": {"block": "R1", "width_m": 2.5}},
    {"remove_rack": {"racks": "R4"}},
    {"add_obstacle": {"at_m": [60.0, -5.0], "size_m": [1, 1]}},
    {"remove_station": {"stations": "PACK-1"}},
]


@pytest.mark.parametrize("change", EACH, ids=lambda change: next(iter(change)))
def test_the_files_of_a_scanned_hall_come_back_byte_for_byte(
    scanned: Facility, change: Change, tmp_path: Path
) -> None:
    write_facility(tmp_path / "base.json", scanned)
    base = read_facility(tmp_path / "base.json")
    done = apply_patch(base, Patch.model_validate({"changes": [change]}))
    write_facility(tmp_path / "patched.json", done.facility)
    (tmp_path / "inverse.yaml").write_text(inverse_text(done.inverse), encoding="utf-8")
    inverse = read_patch(tmp_path / "inverse.yaml")
    back = apply_patch(read_facility(tmp_path / "patched.json"), inverse).facility
    write_facility(tmp_path / "back.json", back)
    assert (tmp_path / "back.json").read_bytes() == (tmp_path / "base.json").read_bytes()
    assert (tmp_path / "patched.json").read_bytes() != (tmp_path / "base.json").read_bytes()


def test_an_inverse_has_an_inverse(scanned: Facility) -> None:
    patch = Patch.model_validate({"changes": EACH[:1]})
    done = apply_patch(scanned, patch)
    assert invert(scanned, patch) == done.inverse
    redo = invert(done.facility, done.inverse)
    assert apply_patch(scanned, redo).facility == done.facility


def test_negative_zeros_and_unknown_fields_come_back_too(demo: Facility) -> None:
    racks = list(demo.racks)
    racks[3] = replace(racks[3], center=(-0.0, racks[3].center[1]), extra={"b": 1, "a": None})
    base = replace(
        demo, racks=tuple(racks), columns=(), walls=(), levels=(replace(demo.levels[0], outline=()),)
    )
    done = apply_patch(
        base, Patch.model_validate({"changes": [{"shift_row": {"racks": "R4", "by_m": [40, 0]}}]})
    )
    back = apply_patch(done.facility, done.inverse).facility
    assert repr(back.racks[3].center[0]) == "-0.0"
    assert facility_sha256(back) == facility_sha256(base)


def test_an_inverse_fits_only_what_its_patch_made(demo: Facility, patched: Callable[..., Patched]) -> None:
    done = patched(demo, {"shift_row": {"racks": "R4", "by_m": [0.3, 0]}})
    with pytest.raises(LayoutError, match="apply it to the unchanged result of that patch"):
        apply_patch(demo, done.inverse)


def test_an_inverse_that_was_edited_is_refused(demo: Facility, patched: Callable[..., Patched]) -> None:
    done = patched(demo, {"shift_row": {"racks": "R4", "by_m": [0.3, 0]}})
    record = done.inverse.record()
    record["changes"][0]["restore"]["elements"]["racks"]["change"]["R4"]["center"][0] += 1e-9
    with pytest.raises(LayoutError, match="were edited"):
        apply_patch(done.facility, Patch.model_validate(record))


def test_where_it_comes_from_names_the_patch_but_no_date(demo: Facility) -> None:
    patch = Patch.model_validate(
        {"name": "wide", "changes": [{"shift_row": {"racks": "R4", "by_m": [0.3, 0]}}]}
    )
    *before, last = apply_patch(demo, patch).facility.provenance
    assert tuple(before) == demo.provenance
    assert (last.source, last.method, last.sha256, last.at) == ("wide", "patch", patch.sha256(), None)
    listed = Patch.model_validate({"changes": [{"shift_row": {"racks": ["R4"], "by_m": [0.3, 0.0]}}]})
    assert listed.sha256() == patch.sha256()
