"""The generated halls: the same from the same seed, their truth what their points show, and perfect where scored."""

import json
from collections import Counter

import numpy as np
import pytest
from generated_halls import generated_hall
from hall_boxes import PARTS
from hall_frame import floor_z, turn
from hall_plans import KINDS
from recognition_score import NoScorerError, score, scorer
from recognition_targets import FEWEST_ERRORS, ROWS, honesty

SMALL_M = {
    "dense": (18.0, 24.0),
    "shelving": (14.0, 22.0),
    "fishbone": (24.0, 30.0),
    "mezzanine": (19.0, 22.0),
}
LAYOUTS = tuple(SMALL_M)
POINTS_ON_A_BEAM = 3


@pytest.fixture(scope="module")
def halls():
    return {kind: generated_hall(kind, 3, size_m=size) for kind, size in SMALL_M.items()}


@pytest.fixture
def as_facility():
    try:
        return scorer("truth_to_facility").facility
    except NoScorerError as absent:
        pytest.skip(f"skipped: {absent}")


def test_the_same_kind_and_seed_give_the_same_hall_and_points():
    first, again = (generated_hall("dense", 5, size_m=(14.0, 18.0)) for _ in range(2))
    assert json.dumps(first.truth) == json.dumps(again.truth)
    assert json.dumps(first.drawing.plan) == json.dumps(again.drawing.plan)
    one, other = first.scan(20_000), again.scan(20_000)
    np.testing.assert_array_equal(one.cloud.points, other.cloud.points)
    assert 15_000 < len(one.cloud) < 25_000


def test_another_seed_is_another_hall():
    assert generated_hall("dense", 5).truth["racks"] != generated_hall("dense", 6).truth["racks"]


@pytest.mark.parametrize("kind", ["thin", "clutter", "noisy", "sparse"])
def test_a_hard_kind_is_the_dense_hall_of_its_seed(halls, kind):
    hard, dense = generated_hall(kind, 3, size_m=SMALL_M["dense"]), halls["dense"]
    for key in ("racks", "walls", "columns", "aisles", "slots", "floor"):
        assert hard.truth[key] == dense.truth[key]


def test_clutter_covers_a_third_of_what_the_racks_do():
    def covered(hall):
        clutter = sum(np.prod(t["size"][:2]) for key in ("stacks", "clutter") for t in hall.truth[key])
        conveyors = sum(t["length"] * t["width"] for t in hall.truth["conveyors"])
        return (clutter + conveyors) / sum(r["length"] * r["depth"] for r in hall.truth["racks"])

    assert covered(generated_hall("clutter", 1)) > covered(generated_hall("dense", 1)) + 0.28


@pytest.mark.parametrize("kind", LAYOUTS)
def test_every_beam_and_shelf_of_the_truth_has_points_and_no_missing_one_has(halls, kind):
    hall = halls[kind]
    points = hall.scan(1_200_000).cloud.world_points()
    hidden = [beam for rack in hall.truth["racks"] for beam in beams_without_points(rack, points)]
    missing = [
        (rack["id"], *beam)
        for rack in hall.truth["racks"]
        for beam in rack["missing_beams"]
    ]  # fmt: skip
    assert hidden == missing


def beams_without_points(rack, points):
    """Rack, bay and level of the beams with nearly no point on their front and rear faces, or shelves with none."""
    local = points[:, :2] - rack["centre"]
    near = (local**2).sum(axis=1) < (rack["length"] ** 2 + rack["depth"] ** 2) / 4
    u, v = (local[near] @ turn(rack["yaw"])).T
    z = points[near, 2] - rack["base_z"]
    inside = 0.012 if rack["kind"] == "pallet_rack" else rack["depth"]
    on_face = (np.abs(v) > rack["depth"] / 2 - inside) & (np.abs(v) < rack["depth"] / 2 + 0.012)
    pitch = rack["bay_clear"] + rack["post"]
    along, bay = np.modf((u + rack["length"] / 2 - rack["post"]) / pitch)
    in_bay = on_face & (along > 0.02) & (along < rack["bay_clear"] / pitch - 0.02)
    for number in range(rack["bays"]):
        heights = z[in_bay & (bay == number)]
        for level, top in enumerate(rack["beam_z"]):
            on_beam = (heights > top - rack["beam_h"] + 0.004) & (heights < top - 0.004)
            if on_beam.sum() < POINTS_ON_A_BEAM:
                yield rack["id"], number, level


def test_floor_points_lie_on_the_floor_of_the_truth(halls):
    scan = halls["dense"].scan(200_000)
    floor = scan.cloud.world_points()[scan.element == PARTS.index("floor")]
    off = floor[:, 2] - floor_z(halls["dense"].truth, floor[:, :2])
    assert abs(np.median(off)) < 0.0005
    assert np.percentile(np.abs(off), 95) < 2 * KINDS["dense"].noise_m


def test_people_who_walk_are_seen_by_one_station_each(halls):
    scan = halls["dense"].scan(200_000)
    movers = scan.element == PARTS.index("mover")
    assert 0 < movers.mean() < 0.05
    cells = np.floor(scan.cloud.world_points()[movers, :2]).astype(int)
    stations = {}
    for cell, station in zip(map(tuple, cells), scan.cloud.station[movers], strict=True):
        stations.setdefault(cell, set()).add(int(station))
    assert np.mean([len(seen) == 1 for seen in stations.values()]) > 0.7


def test_the_deviations_are_the_difference_between_plan_and_truth(halls):
    hall = halls["dense"]
    planned = {rack["id"]: rack for rack in hall.drawing.plan["racks"]}
    built = {rack["id"]: rack for rack in hall.truth["racks"]}
    told = Counter((d["type"], d.get("rack")) for d in hall.drawing.deviations)
    found = Counter()
    for number, rack in built.items():
        if number not in planned:
            found["rack_extra", number] += 1
            continue
        plan = planned[number]
        found["rack_moved", number] += np.linalg.norm(np.subtract(rack["centre"], plan["centre"])) > 0.02
        found["beam_height", number] += rack["beam_z"] != plan["beam_z"]
        found["beam_missing", number] += len(rack["missing_beams"])
    found["aisle_blocked", None] = sum(aisle["blocked"] for aisle in hall.truth["aisles"])
    assert +told == +found


@pytest.mark.parametrize("kind", LAYOUTS)
def test_the_truth_as_a_facility_scores_one(halls, kind, as_facility):
    truth = halls[kind].truth
    got = score(as_facility(truth), truth)
    for racks in (got["racks"], got["shelving"]):
        if racks["n_true"]:
            assert (racks["f1"], racks["bays_exact"], racks["levels_exact"]) == (1.0, 1.0, 1.0)
            assert max(racks[key]["max"] for key in ("across", "along", "yaw_deg", "beam_z")) < 1e-6
    assert got["racks_iou75"] == got["walls"]["f1"] == got["aisles"]["recall"] == 1.0
    assert got["walls"]["offset"]["max"] < 1e-9
    assert got["aisles"]["width"]["max"] < 1e-9
    assert got["aisles"]["blocked_correct"] == got["slots"]["accuracy"] == 1.0
    assert got["floor"]["p95"] < 0.001
    assert got["free_iou"] > 0.999
    states = got["slot_states"]
    assert states["occupied_f1"] == states["empty_f1"] == states["stated_share"] == 1.0


def test_what_is_wrong_in_a_facility_lowers_its_score(halls, as_facility):
    truth = halls["dense"].truth
    facility = as_facility(truth)
    honest = facility["racks"][0]
    for rack in facility["racks"]:
        rack["center"] = (
            np.asarray(rack["center"]) + 0.05 * turn(np.degrees(rack["yaw_rad"]))[:, 1]
        ).tolist()
        rack["sigma_m"] = 0.03 if rack is honest else 0.02
    full = next(place for place in facility["locations"] if place["state"] == "occupied")
    full["state"] = "empty"
    got = score(facility, truth)
    assert got["racks"]["across"]["median"] == pytest.approx(0.05)
    assert got["sigma"]["rack across"]["within"] == pytest.approx(1 / len(truth["racks"]))
    assert got["slot_states"]["occupied_called_empty"] == 1
    assert got["slot_states"]["occupied_f1"] < 1.0


def test_a_slot_that_no_station_sees_counts_when_it_is_called_empty(as_facility):
    hall = generated_hall("thin", 3)
    assert hall.truth["unseen"]
    got = score(as_facility(hall.truth), hall.truth)
    pallet = {rack["id"] for rack in hall.truth["racks"] if rack["kind"] == "pallet_rack"}
    assert got["slot_states"]["unseen_called_empty"] == sum(s[0] in pallet for s in hall.truth["unseen"])


def test_a_hard_kind_has_its_own_bound():
    row = next(row for row in ROWS if row.name == "pallet racks, F1 at IoU 0.5")
    assert row.is_met(0.93, "sparse")
    assert row.is_met(0.93, "dense") is False
    assert row.is_met(None, "dense") is None


def test_a_sigma_is_honest_neither_when_too_small_nor_when_too_large():
    def pooled(*within):
        scans = [{"sigma": {"beam height": {"within": share, "n": FEWEST_ERRORS // 2}}} for share in within]
        return honesty(scans)[0].is_met

    assert pooled(0.9, 0.95) is True
    assert pooled(0.8, 0.85) is False
    assert pooled(1.0, 1.0) is False
    assert pooled(0.95) is None
