"""Laws of the difference: nothing from itself, an inverse, and every edit found with nothing besides."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from layouts.demo_hall import BAY_WIDTH_M, UPRIGHT_M, demo_hall
from layouts.diff.changes import Z_PLANE, Change, Z
from layouts.diff.facility_diff import DiffLimits, diff_facilities, inverse_diff
from layouts.diff.text import diff_text
from spatial.facility import Bay, Facility, Frame, Georeference, Location, Rack
from spatial.locations import location_box

HALL = demo_hall()
ALONG = np.array([math.cos(HALL.racks[0].yaw_rad), math.sin(HALL.racks[0].yaw_rad)])


def with_rack(facility: Facility, name: str, edit: Callable[[Rack], Rack]) -> Facility:
    """The facility with one rack edited and the places of that rack put where it is now."""
    old = next(rack for rack in facility.racks if rack.id == name)
    new = edit(old)
    places = tuple(in_rack(place, new) if place.rack == name else place for place in facility.locations)
    racks = tuple(new if rack is old else rack for rack in facility.racks)
    return replace(facility, racks=racks, locations=places)


def in_rack(place: Location, rack: Rack) -> Location:
    center, size = location_box(rack, place.bay, place.tier, place.position, 3)
    return replace(place, rack=rack.id, center=center, size_m=size)


def shifted(rack: Rack, x: float, y: float) -> Rack:
    return replace(rack, center=(rack.center[0] + x, rack.center[1] + y))


def only_change(a: Facility, b: Facility, limits: DiffLimits | None = None) -> Change:
    (change,) = diff_facilities(a, b, limits=limits).changes
    return change


def measured(facility: Facility, sigma_m: float) -> Facility:
    racks = tuple(replace(rack, sigma_m=sigma_m, yaw_sigma_rad=1e-4) for rack in facility.racks)
    return replace(facility, kind="as_built", racks=racks)


def test_a_facility_does_not_differ_from_itself() -> None:
    for hall in (HALL, measured(HALL, 0.2)):
        diff = diff_facilities(hall, hall)
        assert diff.is_empty
        assert all(total.difference == 0 for total in diff.totals)
        assert {one.kind: one.count for one in diff.unchanged}["rack"] == 8


def test_the_order_of_elements_does_not_matter() -> None:
    other = with_rack(HALL, "R4", lambda rack: shifted(rack, 0.4, 0.1))
    backwards = replace(
        other,
        racks=other.racks[::-1],
        locations=other.locations[::-1],
        obstacles=other.obstacles[::-1],
        walls=other.walls[::-1],
        aisles=other.aisles[::-1],
        columns=other.columns[::-1],
    )
    assert diff_facilities(HALL, backwards) == diff_facilities(HALL, other)


@settings(deadline=None, max_examples=50)
@given(x=st.floats(-1, 1), y=st.floats(-1, 1))
def test_a_shifted_rack_is_found_with_its_shift(x: float, y: float) -> None:
    by = math.hypot(x, y)
    diff = diff_facilities(HALL, with_rack(HALL, "R2", lambda rack: shifted(rack, x, y)))
    assert diff.locations.count == 0  # places go along
    if by > 2e-9:
        (change,) = diff.changes
        assert (change.before, change.after, change.words) == ("R2", "R2", ("moved",))
        assert change.shift is not None
        assert change.shift.vector_m == pytest.approx((x, y), abs=1e-9)
        assert change.shift.by_m == pytest.approx(by, abs=1e-9)
    elif by < 5e-10:
        assert diff.is_empty


def test_a_turned_rack_is_found_with_its_turn_and_its_places_go_along() -> None:
    other = with_rack(HALL, "R1", lambda rack: replace(rack, yaw_rad=rack.yaw_rad + 0.1))
    diff = diff_facilities(HALL, other)
    (change,) = diff.changes
    assert change.words == ("turned",)
    assert change.shift is not None
    assert change.shift.turn_rad == pytest.approx(0.1, abs=1e-12)
    assert diff.locations.count == 0


PITCH = BAY_WIDTH_M + UPRIGHT_M


def grown(rack: Rack) -> Rack:
    """By a bay at its far end."""
    bays = (*rack.bays, Bay(offset_m=rack.bays[-1].offset_m + PITCH, width_m=BAY_WIDTH_M))
    return shifted(replace(rack, length_m=rack.length_m + PITCH, bays=bays), *(PITCH / 2 * ALONG))


def from_other_end(rack: Rack) -> Rack:
    """The same row counted along the opposite heading."""
    bays = tuple(replace(bay, offset_m=rack.length_m - bay.offset_m - bay.width_m) for bay in rack.bays[::-1])
    missing = tuple((len(bays) - 1 - bay, tier) for bay, tier in rack.missing_beams)
    faces = tuple(-face for face in rack.faces)
    return replace(rack, yaw_rad=rack.yaw_rad - math.pi, bays=bays, faces=faces, missing_beams=missing)


def test_a_row_that_grew_by_a_bay_at_its_far_end_has_not_moved() -> None:
    diff = diff_facilities(HALL, with_rack(HALL, "R5", grown))
    (change,) = diff.changes
    assert change.words == ("resized",)
    told = {field.name: (field.before, field.after) for field in change.fields}
    assert told["bays"] == ("8", "9")
    length = HALL.racks[4].length_m
    assert told["length_m"] == pytest.approx((length, length + PITCH))
    assert diff.locations.count == 0
    turned = replace(HALL, racks=tuple(from_other_end(grown(rack)) for rack in HALL.racks), locations=())
    told_words = {change.words for change in diff_facilities(replace(HALL, locations=()), turned).changes}
    assert told_words == {("resized",)}


def test_a_row_described_from_its_other_end_is_the_same_row() -> None:
    def uneven_one(rack: Rack) -> Rack:
        bays = (replace(rack.bays[0], width_m=BAY_WIDTH_M - 0.2), *rack.bays[1:])
        return replace(rack, missing_beams=((2, 1),), bays=bays)

    uneven = with_rack(HALL, "R3", uneven_one)
    places = tuple(
        replace(place, bay=7 - place.bay, position=4 - place.position) if place.rack == "R3" else place
        for place in uneven.locations
    )
    other = with_rack(replace(uneven, locations=places), "R3", from_other_end)
    assert diff_facilities(uneven, other).is_empty
    facing_away = with_rack(HALL, "R3", lambda rack: replace(rack, faces=(1,)))
    assert [field.name for field in only_change(HALL, facing_away).fields] == ["faces"]


def test_which_side_of_a_column_is_called_the_first_says_nothing() -> None:
    def with_column(size: tuple[float, float], turn: float) -> Facility:
        column = replace(HALL.columns[0], size_m=size, yaw_rad=HALL.columns[0].yaw_rad + turn)
        return replace(HALL, columns=(column, *HALL.columns[1:]))

    quarter = math.pi / 2
    assert diff_facilities(with_column((0.3, 0.3), 0.0), with_column((0.3, 0.3), quarter)).is_empty
    assert diff_facilities(with_column((0.3, 0.5), 0.0), with_column((0.5, 0.3), quarter)).is_empty
    turned = only_change(with_column((0.3, 0.5), 0.0), with_column((0.3, 0.5), quarter))
    assert turned.words == ("turned",)
    assert turned.shift is not None
    assert abs(turned.shift.turn_rad) == pytest.approx(quarter)


def test_changes_are_told_in_the_order_of_numbers_in_their_names() -> None:
    gone = diff_facilities(HALL, replace(HALL, obstacles=())).changes
    assert [change.before for change in gone] == [f"O{i + 1}" for i in range(19)]


def test_two_racks_that_exchanged_names_were_renamed_and_not_moved() -> None:
    names = {"R1": "R8", "R8": "R1"}
    racks = tuple(replace(rack, id=names.get(rack.id, rack.id)) for rack in HALL.racks)
    places = tuple(replace(place, rack=names.get(place.rack, place.rack)) for place in HALL.locations)
    diff = diff_facilities(HALL, replace(HALL, racks=racks, locations=places))
    assert {(change.before, change.after, change.words) for change in diff.changes} == {
        ("R1", "R8", ("renamed",)),
        ("R8", "R1", ("renamed",)),
    }
    assert diff.locations.count == 0


def test_rows_that_all_went_on_by_more_than_their_depth_moved_and_are_not_each_other() -> None:
    wider = tuple(shifted(rack, 0.0, 1.2 * i) for i, rack in enumerate(HALL.racks))
    diff = diff_facilities(HALL, replace(HALL, racks=wider, locations=()))
    racks = [change for change in diff.changes if change.kind == "rack"]
    assert {change.words for change in racks} == {("moved",)}
    assert [round(change.shift.by_m, 6) for change in racks if change.shift] == [
        pytest.approx(1.2 * i) for i in range(1, len(HALL.racks))
    ]


def test_rows_behind_one_that_was_taken_away_are_counted_anew_and_have_not_moved() -> None:
    left = [rack for rack in HALL.racks if rack.id != "R3"]
    counted = tuple(replace(rack, id=f"R{i}") for i, rack in enumerate(left, 1))
    racks = [
        change
        for change in diff_facilities(HALL, replace(HALL, racks=counted, locations=())).changes
        if change.kind == "rack"
    ]
    assert {(change.before, change.words) for change in racks} == {
        ("R3", ("removed",)),
        *((f"R{i}", ("renamed",)) for i in range(4, 9)),
    }


def test_ids_that_mean_nothing_do_not_mislead_the_match_of_a_moved_rack() -> None:
    names = {f"R{i + 1}": f"R{8 - i}" for i in range(8)}
    racks = tuple(replace(rack, id=names[rack.id], back_to_back=None) for rack in HALL.racks)
    places = tuple(replace(place, rack=names[place.rack]) for place in HALL.locations)
    renamed = replace(HALL, racks=racks, locations=places)
    other = with_rack(renamed, names["R1"], lambda rack: shifted(rack, 1.4, 0.6))
    diff = diff_facilities(replace(HALL, aisles=()), replace(other, aisles=()))
    assert {change.before: change.after for change in diff.changes} == names
    moved = [change for change in diff.changes if "moved" in change.words]
    assert [change.before for change in moved] == ["R1"]


def test_a_name_is_no_evidence_where_most_names_are_others() -> None:
    others = [replace(rack, id=f"N{i}", back_to_back=None) for i, rack in enumerate(HALL.racks[2:])]
    moved = replace(shifted(HALL.racks[0], *(1.5 * ALONG)), id="R2", base_z_m=HALL.racks[0].base_z_m)
    gone_one = replace(moved, center=shifted(moved, 1.2 * ALONG[1], -1.2 * ALONG[0]).center)
    a = replace(HALL, aisles=(), locations=())
    changes = diff_facilities(a, replace(a, racks=(gone_one, *others))).changes
    assert [(c.before, c.after) for c in changes if "moved" in c.words] == [("R1", "R2")]
    assert [c.before for c in changes if c.words == ("removed",)] == ["R2"]
    kept = diff_facilities(a, replace(a, racks=(gone_one, *HALL.racks[2:]))).changes
    assert [(c.before, c.after) for c in kept if "moved" in c.words] == [("R2", "R2")]


def test_another_sort_of_rack_nearby_is_another_rack() -> None:
    shelf = replace(shifted(HALL.racks[0], 1.8, 0.0), id="S1", kind="shelving")
    a = replace(HALL, locations=(), aisles=())
    changes = diff_facilities(a, replace(a, racks=(shelf, *HALL.racks[1:]))).changes
    assert [(c.before, c.after) for c in changes] == [("R1", None), (None, "S1")]


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=7, unique=True),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=7, unique=True),
    st.permutations(range(7)),
)
@example(
    [(2, 1), (1, 3), (2, 2)], [(0, 1), (3, 0), (2, 3)], [3, 4, 8]
)  # a tie that falls otherwise from the other side
def test_pairs_are_the_same_from_both_sides_whatever_ties_there_are(
    one: list[tuple[int, int]], other: list[tuple[int, int]], names: list[int]
) -> None:
    def columns(places: list[tuple[int, int]], numbers: list[int]) -> Facility:
        found = zip(places, numbers, strict=False)
        return replace(
            HALL,
            columns=tuple(
                replace(HALL.columns[0], id=f"C{k}", center=(x + 0.0, y + 0.0)) for (x, y), k in found
            ),
        )

    a, b = columns(one, list(range(7))), columns(other, names)
    diff = diff_facilities(a, b)
    assert inverse_diff(diff) == diff_facilities(b, a)
    assert len(diff.changes) + sum(u.count for u in diff.unchanged if u.kind == "column") >= max(
        len(one), len(other)
    )


def test_each_kind_is_found_where_it_was_moved() -> None:
    other = replace(
        HALL,
        columns=(
            replace(HALL.columns[0], center=(HALL.columns[0].center[0] + 0.1, HALL.columns[0].center[1])),
        ),
        walls=(replace(HALL.walls[0], height_m=8.0), *HALL.walls[1:]),
        stations=(replace(HALL.stations[0], servers=3), HALL.stations[1]),
        aisles=(replace(HALL.aisles[0], clear_width_m=2.5, blocked=True), *HALL.aisles[1:]),
        obstacles=(replace(HALL.obstacles[0], z1_m=2.0), *HALL.obstacles[1:]),
    )
    diff = diff_facilities(HALL, replace(other, columns=(*other.columns, *HALL.columns[1:])))
    assert [(change.kind, change.before, change.words) for change in diff.changes] == [
        ("aisle", "A1", ("resized", "altered")),
        ("wall", "W1", ("resized",)),
        ("column", "C1", ("moved",)),
        ("obstacle", "O1", ("resized",)),
        ("station", "DEPOT", ("altered",)),
    ]


def test_a_place_that_got_another_address_is_renamed_and_two_exchanged_ones_moved() -> None:
    first, second, third, *rest = HALL.locations
    renamed = (replace(first, id="NEW"), second, third, *rest)
    found = diff_facilities(HALL, replace(HALL, locations=renamed)).locations
    assert (found.renamed, found.count) == (((first.id, "NEW"),), 1)
    exchanged = (replace(second, id=first.id), replace(first, id=second.id), third, *rest)
    found = diff_facilities(HALL, replace(HALL, locations=exchanged)).locations
    assert [move.id for move in found.moved] == sorted([first.id, second.id])
    assert found.moved[0].by_m == pytest.approx(math.dist(first.center, second.center))
    assert found.count == 2


@pytest.mark.parametrize(
    ("by_m", "sigma_m", "verdict"),
    [
        (0.005, 0.004, "unchanged"),
        (0.0215, 0.004, "unchanged"),  # bound 0.0293 m
        (0.0230, 0.004, "cannot_decide"),  # bound 0.0308 m: may be above the limit of 0.03 m
        (0.0310, 0.004, "changed"),
        (0.0310, 0.012, "cannot_decide"),  # 2.58 sigma: no move at all shows as much in more than 2.5 %
        (0.0330, 0.012, "changed"),  # 2.75 sigma
    ],
)
def test_a_move_is_told_only_where_sigma_allows(by_m: float, sigma_m: float, verdict: str) -> None:
    built = measured(with_rack(HALL, "R6", lambda rack: shifted(rack, by_m, 0.0)), sigma_m)
    diff = diff_facilities(
        replace(HALL, obstacles=(), stations=()), replace(built, obstacles=(), stations=())
    )
    told = {change.before: change.shift.moved for change in diff.changes if change.shift}
    assert told.get("R6", "unchanged") == verdict
    if verdict == "unchanged":
        bound = next(one.bound_m for one in diff.unchanged if one.kind == "rack")
        assert bound == pytest.approx(by_m + Z * sigma_m)


def test_noise_alone_is_called_a_move_in_two_and_a_half_percent() -> None:
    random = np.random.default_rng(5)
    lengths = np.hypot(*random.normal(size=(2, 200_000)))
    assert np.mean(lengths > Z_PLANE) == pytest.approx(0.025, abs=0.0015)


def test_an_edit_of_a_scan_is_exact() -> None:
    base = measured(HALL, 0.05)
    edited = with_rack(base, "R6", lambda rack: shifted(rack, 0.01, 0.0))
    assert only_change(base, edited).words == ("cannot_decide",)
    assert only_change(base, edited, DiffLimits(is_edit=True)).words == ("moved",)


def test_levels_of_other_names_are_paired_by_elevation() -> None:
    def on(level: str, rise_m: float) -> Facility:
        levels = (replace(HALL.levels[0], id=level, elevation_m=HALL.levels[0].elevation_m + rise_m),)
        return replace(HALL, levels=levels, walls=(), columns=(), obstacles=(), aisles=(), stations=(),
                       racks=tuple(replace(rack, level=level) for rack in HALL.racks))  # fmt: skip

    raised = only_change(on("L0", 0.0), on("ground", 0.1))
    assert (raised.kind, raised.words) == ("level", ("resized", "renamed"))
    assert raised.fields[0].by == pytest.approx(0.1)
    apart = diff_facilities(on("L0", 0.0), on("ground", 4.0))
    assert apart.words() == {"added": 9, "removed": 9}
    moved = with_rack(on("ground", 0.1), "R3", lambda rack: shifted(rack, 0.5, 0.0))
    assert {(change.kind, change.level) for change in diff_facilities(on("L0", 0.0), moved).changes} == {
        ("level", "L0"),
        ("rack", "L0"),
    }
    assert inverse_diff(diff_facilities(on("L0", 0.0), moved)) == diff_facilities(moved, on("L0", 0.0))


def test_a_floor_that_got_a_hole_lost_area_and_a_scan_tells_it_only_above_chance() -> None:
    hole = ((20.0, 1.0), (22.0, 1.0), (22.0, 2.0), (20.0, 2.0))
    level = replace(HALL.levels[0], holes=(hole,))
    area, drawn = only_change(HALL, replace(HALL, levels=(level,))).fields
    assert (area.name, area.by, area.verdict) == ("floor_m2", pytest.approx(-2.0), "changed")
    told = "2.00 m² from (20.00, 1.00) to (22.00, 2.00)"
    assert (drawn.name, drawn.before, drawn.after) == ("hole", "none", told)
    text = diff_text(diff_facilities(HALL, replace(HALL, levels=(level,))))
    assert f"floor −2.000 m² (1120.000 → 1118.000); hole none → {told}" in text
    blurred = tuple(replace(wall, sigma_m=0.02) for wall in HALL.walls)
    scan = replace(measured(HALL, 0.0), levels=(level,), walls=blurred)
    assert not [change for change in diff_facilities(scan, scan).changes if change.kind == "level"]
    (seen,) = [change for change in diff_facilities(HALL, scan).changes if change.kind == "level"]
    assert {field.name: field.verdict for field in seen.fields}["floor_m2"] == "cannot_decide"


def test_stock_is_told_between_scans_and_one_sided_georeferences_are_noted() -> None:
    scan = measured(HALL, 0.0)
    emptied = replace(scan, locations=tuple(replace(place, state="empty") for place in scan.locations))
    totals = {total.name: total for total in diff_facilities(scan, emptied).totals}
    occupied = sum(place.state == "occupied" for place in HALL.locations)
    assert totals["occupied places"].difference == -occupied
    assert "occupied places" not in {total.name for total in diff_facilities(HALL, HALL).totals}
    placed = replace(
        HALL, frame=Frame(georeference=Georeference(crs="EPSG:25832", enu_origin=(1.0, 2.0, 0.0)))
    )
    (note,) = diff_facilities(HALL, placed).notes
    assert "Only DEMO is georeferenced (EPSG:25832)" in note
    assert not diff_facilities(placed, placed).notes


def test_what_cannot_be_compared_is_refused() -> None:
    one, other = (
        replace(HALL, frame=Frame(georeference=Georeference(crs=crs, enu_origin=(0.0, 0.0, 0.0))))
        for crs in ("EPSG:25832", "EPSG:25833")
    )
    with pytest.raises(ValueError, match="bring both into one frame"):
        diff_facilities(one, other)
    with pytest.raises(ValueError, match=r"reach_m -1 .*: give metres"):
        DiffLimits(reach_m=-1)


def test_totals_add_up_over_what_was_taken_away() -> None:
    gone = HALL.racks[7]
    places = [place for place in HALL.locations if place.rack == gone.id]
    other = replace(
        HALL,
        racks=HALL.racks[:7],
        locations=tuple(place for place in HALL.locations if place.rack != gone.id),
        aisles=(replace(HALL.aisles[0], clear_width_m=3.2), *HALL.aisles[1:]),
    )
    totals = {(t.name, t.kind): t.difference for t in diff_facilities(HALL, other).totals}
    assert totals["pick positions", "pallet_rack"] == -len(places)
    assert totals["storage cube", "pallet_rack"] == pytest.approx(-sum(math.prod(p.size_m) for p in places))
    assert totals["rack floor area", "pallet_rack"] == pytest.approx(-gone.length_m * gone.depth_m)
    assert totals["aisle length", "aisle"] == 0
    assert totals["mean clear width", "aisle"] == pytest.approx(0.4 / 4)


def grid_hall(columns: int = 6) -> Facility:
    """Racks 8 m apart in a grid, so far that an edit of one never stands for another."""
    racks = tuple(
        replace(HALL.racks[0], id=f"G{i}-{j}", center=(8.0 * i, 40.0 * j), yaw_rad=math.pi / 2)
        for i in range(columns)
        for j in range(2)
    )
    return replace(HALL, racks=racks, locations=(), obstacles=(), aisles=())


GRID = grid_hall()
SIZES = st.sampled_from([-0.5, 0.25, 2.8])
EDIT = st.one_of(
    st.just(("keep", 0.0, 0.0)),
    st.just(("removed", 0.0, 0.0)),
    st.just(("renamed", 0.0, 0.0)),
    st.tuples(st.just("moved"), st.floats(0.01, 2.9), st.floats(-math.pi, math.pi)),
    st.tuples(st.just("turned"), st.floats(0.001, 1.5), st.just(0.0)),
    st.tuples(st.just("resized"), SIZES, SIZES),
    st.tuples(st.just("moved renamed"), st.floats(0.01, 2.9), st.floats(-math.pi, math.pi)),
)


def edited(rack: Rack, edit: tuple[str, float, float]) -> Rack:
    words, size, angle = edit
    if "renamed" in words:
        rack = replace(rack, id=f"N-{rack.id}")
    if "moved" in words.split():
        rack = shifted(rack, size * math.cos(angle), size * math.sin(angle))
    if words == "turned":
        rack = replace(rack, yaw_rad=rack.yaw_rad + size)
    if words == "resized":
        rack = replace(rack, length_m=rack.length_m + size, height_m=rack.height_m + angle)
    return rack


@settings(deadline=None, max_examples=60)
@given(edits=st.lists(EDIT, min_size=12, max_size=12), added=st.integers(0, 3))
def test_random_edits_are_all_found_and_nothing_else(
    edits: list[tuple[str, float, float]], added: int
) -> None:
    pairs = list(zip(GRID.racks, edits, strict=True))
    new = [replace(GRID.racks[0], id=f"A{i}", center=(8.0 * i, 80.0)) for i in range(added)]
    other = replace(GRID, racks=(*(edited(rack, e) for rack, e in pairs if e[0] != "removed"), *new))
    diff = diff_facilities(GRID, other)
    wanted = {
        (rack.id, None if e[0] == "removed" else edited(rack, e).id, tuple(e[0].split()))
        for rack, e in pairs
        if e[0] != "keep"
    } | {(None, rack.id, ("added",)) for rack in new}
    assert {(change.before, change.after, change.words) for change in diff.changes} == wanted
    assert inverse_diff(diff) == diff_facilities(other, GRID)
    assert inverse_diff(inverse_diff(diff)) == diff


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_the_difference_from_the_other_side_is_the_inverse_whatever_was_shuffled(seed: int) -> None:
    random = np.random.default_rng(seed)
    racks = []
    for rack, name in zip(HALL.racks, random.permutation(8), strict=True):
        x, y = random.normal(0, 1.5, 2)
        yaw, sigma = rack.yaw_rad + random.normal(0, 0.5), float(random.choice([0.0, 0.01, 0.1]))
        more = float(random.choice([0.0, 0.0, 1.0]))
        racks.append(
            replace(
                shifted(rack, x, y),
                id=f"R{name + 1}",
                yaw_rad=yaw,
                sigma_m=sigma,
                length_m=rack.length_m + more,
            )
        )
    keep = random.random(8) < 0.8
    kept = tuple(rack for rack, stays in zip(racks, keep, strict=True) if stays)
    names = {rack.id for rack in kept}
    places = tuple(place for place in HALL.locations if place.rack in names and random.random() < 0.9)
    other = replace(HALL, kind="as_built", racks=kept, locations=places, obstacles=HALL.obstacles[::2])
    assert inverse_diff(diff_facilities(HALL, other)) == diff_facilities(other, HALL)
