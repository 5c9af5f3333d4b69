"""facility.json: nothing is lost on the way through a file, and every fault is named with its JSON path."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.demo_hall import demo_hall
from spatial.errors import BadDataError, InvalidFacilityError
from spatial.facility import (
    Bay,
    Column,
    Facility,
    FloorHeights,
    Frame,
    Georeference,
    Level,
    Location,
    Obstacle,
    Opening,
    Provenance,
    Rack,
    Station,
    Tier,
    Wall,
)
from spatial.facility_json import facility_from_json, facility_to_json, read_facility, write_facility

coordinates = st.floats(-1e6, 1e6)
lengths = st.floats(0.01, 1e4)
points = st.tuples(coordinates, coordinates)
rings = st.lists(points, min_size=3, max_size=5).map(tuple)
sigmas = st.floats(0, 10)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
extras = st.dictionaries(texts.map(lambda name: f"x-{name}"), st.integers() | texts | st.none(), max_size=2)


@st.composite
def racks(draw, rack_id: str, level: str) -> Rack:
    heights = sorted(draw(st.sets(st.integers(1, 90), max_size=3)))
    bays = tuple(draw(st.lists(st.builds(Bay, offset_m=lengths, width_m=lengths), min_size=1, max_size=3)))
    return Rack(
        id=rack_id,
        level=level,
        kind=draw(st.sampled_from(["pallet_rack", "shelving", "cantilever", "flow", "other"])),
        center=draw(points),
        base_z_m=draw(st.floats(-100, 100)),
        yaw_rad=draw(st.floats(-3.1, 3.1)),
        length_m=draw(lengths),
        depth_m=draw(lengths),
        height_m=draw(lengths),
        bays=bays,
        tiers=tuple(Tier(z_m=z / 10, beam_height_m=draw(sigmas)) for z in heights),
        missing_beams=((0, 0),) if heights and draw(st.booleans()) else (),
        faces=draw(st.sampled_from([(), (1,), (-1,), (1, -1)])),
        yaw_sigma_rad=draw(st.none() | sigmas),
        evidence_points=draw(st.none() | st.integers(0, 10**12)),
        extra=draw(extras),
    )


@st.composite
def facilities(draw) -> Facility:
    level = draw(texts)
    floor = FloorHeights(
        points=draw(st.lists(st.tuples(*[coordinates] * 3), max_size=3).map(tuple)), grid_m=2.0
    )
    rows = [draw(racks(f"R{i}", level)) for i in range(draw(st.integers(0, 3)))]
    places = [
        Location(
            id=f"{i}",
            rack=row.id,
            bay=draw(st.integers(0, len(row.bays) - 1)),
            tier=draw(st.integers(0, len(row.tiers))),
            center=draw(st.tuples(*[coordinates] * 3)),
            size_m=draw(st.tuples(*[lengths] * 3)),
            state=draw(st.sampled_from(["occupied", "empty", "unseen"])),
            fill=draw(st.none() | st.floats(0, 1)),
            extra=draw(extras),
        )
        for i, row in enumerate(rows)
    ]
    door = Opening(
        id="D", kind="door", s0_m=0.0, s1_m=1.0, z0_m=0.0, z1_m=2.0, closed=draw(st.none() | st.booleans())
    )
    return Facility(
        id=draw(texts),
        name=draw(texts),
        kind=draw(st.sampled_from(["as_built", "planned"])),
        frame=Frame(
            georeference=draw(st.none() | st.just(Georeference(crs="EPSG:25832", enu_origin=(1.0, 2.0, 3.0))))
        ),
        provenance=(Provenance(source="a", method="b", points=draw(st.none() | st.integers(0, 10**9))),),
        levels=(
            Level(
                id=level,
                elevation_m=draw(st.floats(-100, 100)),
                outline=draw(rings),
                floor=draw(st.none() | st.just(floor)),
            ),
        ),
        walls=(Wall(id="W", level=level, p0=draw(points), p1=draw(points), height_m=3.0, openings=(door,)),),
        columns=(Column(id="C", level=level, center=draw(points), size_m=(0.3, 0.3)),),
        racks=tuple(rows),
        locations=tuple(places),
        obstacles=(Obstacle(id="O", level=level, kind="machine", footprint=draw(rings), z0_m=0.0, z1_m=1.0),),
        stations=(Station(id="S", level=level, kind="depot", pose=(0.0, 1.0, 2.0)),),
        extra=draw(extras),
    )


@settings(max_examples=60, deadline=None)
@given(facilities())
def test_a_facility_comes_back_from_json_text_unchanged(facility: Facility) -> None:
    text = json.dumps(facility_to_json(facility))
    assert facility_from_json(json.loads(text)) == facility


def test_a_written_file_reads_back_the_same_and_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    hall = demo_hall()
    write_facility(tmp_path, hall)
    write_facility(tmp_path / "again.json", hall)
    assert read_facility(tmp_path) == read_facility(tmp_path / "again.json") == hall
    assert (tmp_path / "facility.json").read_bytes() == (tmp_path / "again.json").read_bytes()


def test_unknown_fields_survive_and_absent_options_are_not_written_as_null() -> None:
    obj = facility_to_json(demo_hall())
    obj["colour"] = "blue"
    obj["racks"][0]["extra"] = {"maker": None}
    obj["levels"][0]["floor"] = None
    again = facility_to_json(facility_from_json(obj))
    assert again["colour"] == "blue"
    assert again["racks"][0]["extra"] == {"maker": None}
    assert "floor" not in again["levels"][0]


def set_at(*keys: str | int):
    *path, last, value = keys

    def change(obj) -> None:
        for key in path:
            obj = obj[key]
        obj[last] = value

    return change


FAULTS = [
    (set_at("racks", 2, "bays", 0, "width_m", -1), "$.racks[2].bays[0].width_m: -1 is not above 0"),
    (set_at("racks", 1, "height_m", "tall"), "$.racks[1].height_m: 'tall' is no number"),
    (set_at("racks", 1, "height_m", float("nan")), "$.racks[1].height_m: NaN or infinity is no number"),
    (set_at("racks", 0, "center", [1.0]), "$.racks[0].center: [1.0] is shorter than 2"),
    (set_at("racks", 0, "center", [1e300, 0]), "$.racks[0].center[0]: 1e+300 is above 100000000.0"),
    (set_at("racks", 0, "level", "L9"), "$.racks[0].level: there is no level 'L9' (known: 'L0')"),
    (set_at("racks", 0, "missing_beams", [[8, 0]]), "$.racks[0].missing_beams[0][0]: 8 is above 7"),
    (set_at("racks", 3, "tiers", 1, "z_m", 1.0), "$.racks[3].tiers[1].z_m: 1.0 is not above the tier below"),
    (set_at("racks", 1, "id", "R1"), "$.racks[1].id: 'R1' is also the id of $.racks[0]"),
    (set_at("locations", 5, "rack", "R99"), "$.locations[5].rack: there is no rack 'R99'"),
    (set_at("locations", 5, "bay", 8), "$.locations[5].bay: 8 is above 7"),
    (set_at("locations", 5, "tier", 4), "$.locations[5].tier: 4 is above 3"),
    (
        set_at("locations", 5, "state", "full"),
        "$.locations[5].state: 'full' is none of occupied, empty, unseen",
    ),
    (set_at("aisles", 0, "racks", ["R1", "R77"]), "$.aisles[0].racks[1]: there is no rack 'R77'"),
    (set_at("walls", 0, "openings", 1, "s1_m", 0.0), "$.walls[0].openings[1].s1_m: 0.0 is below s0_m 8.5"),
    (set_at("frame", "units", "cm"), "$.frame.units: 'cm' is not 'm'"),
    (set_at("schema", "aisletwin.facility/2"), "$.schema: 'aisletwin.facility/2' is not"),
    (lambda obj: obj["racks"][0].pop("yaw_rad"), "$.racks[0]: 'yaw_rad' is missing: add it"),
]


@pytest.mark.parametrize(("change", "message"), FAULTS, ids=[message for _, message in FAULTS])
def test_a_fault_is_named_with_its_path_value_and_bound(change, message: str) -> None:
    obj = facility_to_json(demo_hall())
    change(obj)
    with pytest.raises(InvalidFacilityError) as caught:
        facility_from_json(obj, "hall.json")
    assert str(caught.value).startswith(f"hall.json: {message}")
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"id": "A",\n  "name" "B"}', "line 2, column 10"),
        (b"[]", "$: [] is no object"),
        (b"\xff\xfe{}", "byte 0 is not UTF-8"),
        (b"[" * 100_000, "no sensible JSON"),
        (b'{"id": ' + b"9" * 5000 + b"}", "no sensible JSON"),
        (b'{"schema": NaN}', "no sensible JSON"),
        (b"", "line 1, column 1"),
    ],
)
def test_a_file_that_is_no_json_says_where(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "facility.json"
    path.write_bytes(content)
    with pytest.raises(InvalidFacilityError, match=r"facility\.json: ") as caught:
        read_facility(path)
    assert message in str(caught.value)


def test_a_missing_file_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match=r"name a facility\.json or a folder that holds one"):
        read_facility(tmp_path)


def test_the_writer_is_as_strict_as_the_reader_and_leaves_no_file(tmp_path: Path) -> None:
    hall = demo_hall()
    broken = replace(hall, racks=(replace(hall.racks[0], length_m=-1.0), *hall.racks[1:]))
    with pytest.raises(InvalidFacilityError, match=r"racks\[0\]\.length_m: -1\.0 is not above 0"):
        write_facility(tmp_path / "facility.json", broken)
    assert list(tmp_path.iterdir()) == []


def test_boxes_left_out_follow_from_the_rack() -> None:
    hall = demo_hall()
    obj = facility_to_json(hall)
    for location in obj["locations"]:
        del location["center"], location["size_m"]
    assert facility_from_json(obj) == hall


def test_boxes_of_one_stack_that_share_an_id_are_told_apart(caplog: pytest.LogCaptureFixture) -> None:
    obj = facility_to_json(demo_hall())
    obj["obstacles"][1]["id"] = obj["obstacles"][2]["id"] = "O1"
    names = [obstacle.id for obstacle in facility_from_json(obj).obstacles]
    assert names[:3] == ["O1", "O1#2", "O1#3"]
    assert "$.obstacles[1].id: 'O1' repeats: read as 'O1#2'" in caplog.text


def test_a_mate_taken_out_of_the_plan_is_forgotten(caplog: pytest.LogCaptureFixture) -> None:
    obj = facility_to_json(demo_hall())
    obj["racks"][1]["back_to_back"] = "GONE"
    assert facility_from_json(obj).racks[1].back_to_back is None
    assert "$.racks[1].back_to_back: no rack 'GONE'" in caplog.text


def test_twenty_thousand_locations_are_read_within_seconds(tmp_path: Path) -> None:
    hall = demo_hall()
    copies = tuple(replace(place, id=f"{i}-{place.id}") for i in range(27) for place in hall.locations)
    write_facility(tmp_path, replace(hall, locations=copies[:20_000]))
    start = time.process_time()
    assert len(read_facility(tmp_path).locations) == 20_000
    assert time.process_time() - start < 3.0  # 0.7 s on a quiet machine


def test_generated_truth_reads(tmp_path: Path) -> None:
    import runpy

    shared = Path(__file__).parents[2].parent / "shared"
    truth, tool = shared / "data/scan_bench/tiny101.truth.json", shared / "tools/truth_to_facility.py"
    if not (truth.exists() and tool.exists()):
        pytest.skip("skipped: ../shared/data is not here")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", [str(tool), str(truth), str(tmp_path / "facility.json")])
        patch.syspath_prepend(str(tool.parent))
        runpy.run_path(str(tool), run_name="__main__")
    facility = read_facility(tmp_path)
    assert facility.racks
    assert all(min(location.size_m) > 0 for location in facility.locations)
