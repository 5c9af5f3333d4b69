"""The simulator judges slottings at every staffing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from layouts.simulation.operations.settings import Operations
from layouts.simulation.operations.staffing import StaffGroup
from layouts.slotting.congestion.proof import Proof, prove


@pytest.fixture(scope="module")
def slottings(small):  # type: ignore[no-untyped-def]
    """Random, and the fast movers one after the other along one lane: good for one picker, bad for many."""
    problem, lane = small.start.problem, small.crowding.lane
    packed = problem.now.copy()
    packed[np.argsort(-problem.visits, kind="stable")] = np.argsort(lane, kind="stable")
    return {"random": small.start.slotting(problem.now), "packed": small.start.slotting(packed)}


@pytest.fixture(scope="module")
def proof(small, slottings, tmp_path_factory: pytest.TempPathFactory) -> Proof:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("proof")
    return prove(small.scenario, slottings, folder=folder, pickers=(14, 1, 14), first=5)


def test_one_lane_of_fast_movers_pays_for_one_picker_and_costs_many(proof: Proof) -> None:
    assert [*proof.comparisons] == [1, 14]
    assert proof.verdict("packed", 1) == "accept"
    assert proof.verdict("packed", 14) == "reject"
    assert (proof.best(1).name, proof.best(14).name) == ("packed", "random")
    assert (proof.best(1).ahead_of, proof.best(14).ahead_of) == (("random",), ("packed",))


def test_the_proof_names_the_staffing_at_which_it_stops_paying(proof: Proof) -> None:
    found = proof.stops_paying("packed")
    assert found.paying == "up to"
    assert found.low is not None
    assert found.high is not None
    assert found.up_to is not None
    assert 1 < found.low < found.up_to < found.high < 14
    assert proof.answers()[0] == f"packed: accept at 1 pickers; reject at 14 pickers; {found.text()}."
    assert "14 pickers: random picks most" in proof.text()


def test_the_record_is_json_and_holds_every_staffing(proof: Proof) -> None:
    record = json.loads(json.dumps(proof.record(), allow_nan=False))
    assert [each["pickers"] for each in record["staffings"]] == [1, 14]
    assert record["staffings"][1]["verdicts"] == {"packed": "reject"}
    assert record["stops_paying"]["packed"]["paying"] == "up to"


def test_played_again_from_the_cache_it_is_the_same(small, slottings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    told = [
        prove(small.scenario, slottings, folder=tmp_path, first=2, cache=tmp_path / "cache").record()
        for _ in range(2)
    ]
    assert told[0] == told[1]
    assert told[0]["staffings"][0]["pickers"] == small.scenario.pickers


def test_what_cannot_be_asked_is_refused(small, slottings, tmp_path: Path, proof: Proof) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="pickers 0 must be at least 1"):
        prove(small.scenario, slottings, folder=tmp_path, pickers=(0, 4))
    with pytest.raises(ValueError, match="there is no slotting 'other'"):
        prove(small.scenario, slottings, folder=tmp_path, today="other")
    staffed = small.scenario.model_copy(
        update={"operations": Operations(staff=(StaffGroup(agent="picker", count=3, does=("pick",)),))}
    )
    with pytest.raises(ValueError, match="staff says who works"):
        prove(staffed, slottings, folder=tmp_path, pickers=(2, 4))
    with pytest.raises(ValueError, match="there is no slotting 'other': choose one of packed"):
        proof.verdict("other", 14)
