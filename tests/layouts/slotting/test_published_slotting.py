"""The published storage-assignment sets: what the authors say is understood, and our slots are better than theirs."""

from __future__ import annotations

import numpy as np
import pytest
from bench_slotting_published import told
from published import shared_data
from published_slotting import (
    AUTHORS_SCALE,
    FIRST,
    SWAP,
    batched,
    changed,
    first_instance,
    instances,
    proven_tours,
    swap_instance,
    tours_of,
)

from layouts.slotting.joint.batches import routes_of, visits_of
from layouts.slotting.joint.slot_with_batches import JointEffort, first_batches, slot_with_batches
from layouts.slotting.score import score
from layouts.slotting.search.improve import Effort, improve

needs_data = pytest.mark.skipif(shared_data() is None, reason="skipped: no shared data")


def _named(name: str, wanted: tuple[str, ...]) -> list[dict[str, object]]:
    found = [each for each in instances(name) if each["name"] in wanted]
    assert len(found) == len(wanted)
    return found


@needs_data
def test_their_metres_before_are_those_of_shortest_tours() -> None:
    """To a part in 500; but those of "Conventional", whose straight pieces are cut down to whole metres."""
    sample = [each for each in instances(SWAP) if each["layout"] != "Conventional"][::12]
    for instance in sample:
        _, problem, _, length_m = swap_instance(instance)
        today_m, _ = proven_tours(length_m, tours_of(problem, problem.now))
        said_m = AUTHORS_SCALE * instance["author"]["distanceOriginal"]
        assert today_m == pytest.approx(said_m, rel=0.002)
        assert score(problem, problem.now).travel_m >= today_m - 0.01


@needs_data
def test_their_metres_after_leave_out_a_part_of_the_walk_that_makes_the_changes() -> None:
    for instance in _named(SWAP, ("NoObstacles/c153_7702", "NoObstacles/c11_fb1d", "TwelveRacks/c45_ed76")):
        _, problem, theirs, length_m = swap_instance(instance)
        path = [0, *instance["author_reassignment_path"], 1]
        walk_m = length_m[path[:-1], path[1:]].sum()
        after_m, _ = proven_tours(length_m, tours_of(problem, theirs))
        said_m = AUTHORS_SCALE * instance["author"]["distanceOrderPicking"]
        assert after_m == pytest.approx(said_m + 0.3 * walk_m, rel=0.002)
        assert after_m > 1.04 * said_m


@needs_data
def test_they_change_as_many_locations_as_they_say_and_only_among_the_skus_that_move() -> None:
    for instance in instances(SWAP):
        _, problem, theirs, _ = swap_instance(instance)
        assert changed(problem, theirs) == instance["author"]["numberOfLocationChangesProposed"]
        assert np.array_equal(np.sort(theirs), problem.now)


@needs_data
def test_as_many_changes_save_more_than_theirs() -> None:
    wanted = ("NoObstacles/c67_02c4", "TwelveRacks/c71_7728", "NR1/c54_4e35")
    for instance in _named(SWAP, wanted):
        _, problem, theirs, length_m = swap_instance(instance)
        most = changed(problem, theirs)
        found = improve(problem, most_moves=most, effort=Effort(rounds=1, chains=1, steps=100_000))
        assert changed(problem, found.assignment) <= most
        assert np.array_equal(np.sort(found.assignment), problem.now)
        today_m, theirs_m, ours_m = (
            proven_tours(length_m, tours_of(problem, each))[0]
            for each in (problem.now, theirs, found.assignment)
        )
        assert ours_m < 0.95 * theirs_m
        assert ours_m < 0.8 * today_m


@needs_data
def test_their_first_slots_are_free_locations_each_of_one_sku() -> None:
    for instance in instances(FIRST)[::10]:
        (_, problem, theirs, _), batching = first_instance(instance)
        assert len(np.unique(theirs)) == len(theirs)
        assert theirs.min() >= 0
        assert theirs.max() < len(problem.location)
        assert batching.orders <= batching.most_batches * batching.capacity


@needs_data
def test_slots_and_batches_together_are_shorter_than_batches_for_their_slots() -> None:
    wanted = ("SingleRack/c173_f19c", "TwelveRacks/c65_ad06", "NoObstaclesL/c212_6859")
    for instance in _named(FIRST, wanted):
        (_, problem, theirs, length_m), batching = first_instance(instance)
        effort = JointEffort(turns=2, batch_steps=15_000, slot_steps=10_000)
        found = slot_with_batches(problem, batching, effort=effort)
        assert len(np.unique(found.assignment)) == len(found.assignment)
        assert np.array_equal(found.assignment[problem.fixed], problem.now[problem.fixed])
        assert np.unique(found.batch_of, return_counts=True)[1].max() <= batching.capacity
        assert len(np.unique(found.batch_of)) <= batching.most_batches
        generator = np.random.default_rng(0)
        batch_of = first_batches(problem, batching, theirs, steps=40_000, generator=generator)
        theirs_m, ours_m = (
            proven_tours(length_m, tours_of(batched(problem, batches), slots), proof_rounds=0)[0]
            for slots, batches in ((theirs, batch_of), (found.assignment, found.batch_of))
        )
        assert ours_m < 0.95 * theirs_m
        visits = visits_of(problem, found.assignment)
        again_m = routes_of(problem.metric, batching, visits, found.batch_of).length_m.sum()
        assert found.length_m == pytest.approx(again_m, rel=0.02)
        assert found.length_m == pytest.approx(ours_m, rel=0.02)


@needs_data
def test_units_are_not_placed_beside_a_poor_route_when_one_tour_holds_all() -> None:
    (instance,) = _named(FIRST, ("SingleRack/c27_a29e",))
    (_, problem, theirs, length_m), batching = first_instance(instance)
    one_tour = batched(problem, np.zeros(batching.orders, np.int64))
    effort = JointEffort(turns=1, batch_steps=2_000, slot_steps=2_000)
    found = slot_with_batches(problem, batching, effort=effort)
    assert found.length_m < proven_tours(length_m, tours_of(one_tour, theirs))[0]


def test_shares_of_a_set_count_what_is_as_long_apart() -> None:
    rows = [
        {"ours_m": 9.0, "theirs_m": 10.0, "saved": 0.5, "cpu_s": 1.0},
        {"ours_m": 10.0, "theirs_m": 10.0, "saved": 0.1, "cpu_s": 3.0},
        {"ours_m": 11.0, "theirs_m": 10.0, "saved": 0.3, "cpu_s": 2.0},
        {"ours_m": 5.0, "theirs_m": 10.0, "saved": 0.3, "cpu_s": 2.0},
    ]
    summary = told(rows)
    assert summary["better"] == 0.5
    assert summary["even"] == 0.25
    assert summary["saved"] == pytest.approx(0.3)
    assert summary["below_authors"] == pytest.approx((0.1 + 0.0 - 0.1 + 0.5) / 4)
