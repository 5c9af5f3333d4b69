"""Moves in safe order: every prefix is legal, and no more go to a buffer than must."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.slotting.hard_rules import Capacity, Conflict, HardRules
from layouts.slotting.moves.move_list import MoveList, ordered_moves
from layouts.slotting.moves.work_list import STAGING, work_steps
from layouts.slotting.problem import NOWHERE, SlottingProblem

Maker = Callable[..., SlottingProblem]
Replay = Callable[[MoveList], None]
Fewest = Callable[[SlottingProblem, Sequence[int]], int | None]
Broken = Callable[[SlottingProblem, Sequence[int]], list[str]]


def target_of(places: Sequence[int]) -> np.ndarray:
    return np.array(places, np.int64)


def cycles(now: Sequence[int], target: Sequence[int]) -> int:
    holder = {place: unit for unit, place in enumerate(now)}
    seen: set[int] = set()
    count = 0
    for unit in range(len(now)):
        way, one = [], unit
        while one is not None and one not in seen and now[one] != target[one]:
            seen.add(one)
            way.append(one)
            one = holder.get(target[one])  # type: ignore[assignment]
        count += bool(way) and one == way[0]
    return count


@given(seed=st.integers(0, 10_000), units=st.integers(2, 40), free=st.integers(1, 5))
@settings(max_examples=60)
def test_of_any_permutation_each_cycle_and_nothing_else_takes_one_buffer_move(
    line_problem: Maker, replay: Replay, seed: int, units: int, free: int
) -> None:
    random = np.random.default_rng(seed)
    now, target = (random.permutation(units + free)[:units] for _ in range(2))
    moves = ordered_moves(line_problem(now, units + free), target)
    replay(moves)
    assert not moves.left_out
    assert moves.buffer_moves == cycles(now.tolist(), target.tolist())
    assert len(moves.moves) == (now != target).sum() + moves.buffer_moves


def mixed(random: np.random.Generator, units: int, locations: int, sizes: Sequence[float]) -> HardRules:
    """Locations of two or three slots, bays of two locations with a weight, and classes that may not share a bay."""
    bays = np.arange(locations) // 2
    classes = random.integers(-1, 3, units)
    apart = np.zeros((3, 3), np.bool_)
    apart[0, 1] = apart[1, 0] = apart[2, 2] = True
    count = int(bays.max()) + 1
    return HardRules(
        kind=np.arange(locations) % 2,
        allowed={"cold": random.random((units, 2)) < 0.9},
        capacities=(
            Capacity(
                name="cube",
                group=np.arange(locations),
                use=random.choice(sizes, units),
                most=random.integers(1, 4, locations).astype(np.float64),
            ),
            Capacity(
                name="weight", group=bays, use=random.integers(0, 4, units) * 1.0, most=np.full(count, 6.0)
            ),
        ),
        conflicts=(
            Conflict(
                name="hazard",
                of_unit=classes,
                apart=apart,
                group=bays,
                near_start=np.arange(count + 1),
                near=np.arange(count),
            ),
        ),
    )


def legal_pair(
    line_problem: Maker,
    broken: Broken,
    random: np.random.Generator,
    units: int,
    locations: int,
    rules: HardRules,
) -> tuple[SlottingProblem, np.ndarray] | None:
    """A problem in a legal state and a legal target, found by putting unit after unit where it may be."""
    states = []
    for _ in range(2):
        at = [-1] * units
        for unit in random.permutation(units).tolist():
            for place in random.permutation(locations).tolist():
                at[unit] = place
                if not broken(line_problem(at, locations, rules=rules), at):
                    break
                at[unit] = -1
        if min(at) < 0:
            return None
        states.append(at)
    return line_problem(states[0], locations, rules=rules), target_of(states[1])


@given(
    seed=st.integers(0, 100_000), units=st.integers(2, 14), locations=st.integers(3, 9), even=st.booleans()
)
@settings(max_examples=60)
def test_with_shared_locations_weights_and_conflicts_every_prefix_is_legal(
    line_problem: Maker, replay: Replay, broken: Broken, seed: int, units: int, locations: int, even: bool
) -> None:
    random = np.random.default_rng(seed)
    rules = mixed(random, units, locations, (1.0,) if even else (0.5, 1.0, 2.0))
    pair = legal_pair(line_problem, broken, random, units, locations, rules)
    if pair is not None:
        moves = ordered_moves(*pair)
        replay(moves)
        stays = {one.unit for one in moves.left_out}
        reached = [u for u in range(units) if u not in stays]
        assert moves.target[reached].tolist() == pair[1][reached].tolist()


def slots(locations: int, units: int, most: Sequence[int]) -> HardRules:
    return HardRules(
        kind=np.zeros(locations, np.int64),
        capacities=(
            Capacity(
                name="slots",
                group=np.arange(locations),
                use=np.ones(units),
                most=np.array(most, np.float64),
            ),
        ),
    )


@given(seed=st.integers(0, 100_000))
@settings(max_examples=40)
def test_locations_of_several_slots_take_as_few_moves_as_can_be(
    line_problem: Maker, broken: Broken, replay: Replay, fewest_moves: Fewest, seed: int
) -> None:
    random = np.random.default_rng(seed)
    most = [2, 2, 1, 1]
    units = int(random.integers(4, 6))
    rules = slots(4, units, most)
    pair = legal_pair(line_problem, broken, random, units, 4, rules)
    assert pair is not None
    moves = ordered_moves(*pair)
    replay(moves)
    best = fewest_moves(pair[0], pair[1])
    assert (best is None) >= bool(moves.left_out)
    if best is not None:
        assert len(moves.moves) == best


@given(seed=st.integers(0, 100_000))
@settings(max_examples=25)
def test_few_units_are_moved_in_as_few_moves_as_can_be_or_told_where_no_way_exists(
    line_problem: Maker, broken: Broken, replay: Replay, fewest_moves: Fewest, seed: int
) -> None:
    random = np.random.default_rng(seed)
    pair = legal_pair(line_problem, broken, random, 5, 5, mixed(random, 5, 5, (0.5, 1.0, 2.0)))
    if pair is not None:
        moves = ordered_moves(*pair)
        replay(moves)
        best = fewest_moves(pair[0], pair[1])
        assert (best is None) == bool(moves.left_out)
        assert best is None or len(moves.moves) == best


def test_a_chain_is_walked_from_its_empty_end(line_problem: Maker, replay: Replay) -> None:
    moves = ordered_moves(line_problem([0, 1, 2], 4), target_of([1, 2, 3]))
    replay(moves)
    assert [(move.unit, move.here, move.to) for move in moves.moves] == [(2, 2, 3), (1, 1, 2), (0, 0, 1)]


def test_a_swap_goes_over_the_nearest_empty_location(line_problem: Maker, replay: Replay) -> None:
    moves = ordered_moves(line_problem([0, 2], 20), target_of([2, 0]))
    replay(moves)
    assert [move.to for move in moves.moves if move.is_to_buffer] == [1]
    far = ordered_moves(line_problem([0, 2], 20), target_of([2, 0]), buffers=[19])
    replay(far)
    assert [move.to for move in far.moves if move.is_to_buffer] == [19]
    assert far.seconds > moves.seconds


def test_without_a_buffer_a_cycle_stays_and_the_rest_moves(line_problem: Maker, replay: Replay) -> None:
    full = ordered_moves(line_problem([0, 1], 2), target_of([1, 0]))
    replay(full)
    assert not full.moves
    assert {one.sku for one in full.left_out} == {"S0", "S1"}
    assert "'S0', 'S1'" in full.left_out[0].why
    rest = ordered_moves(line_problem([0, 1, 2], 4), target_of([1, 0, 3]), buffers=[])
    replay(rest)
    assert [move.unit for move in rest.moves] == [2]


def test_a_cycle_waits_until_a_chain_has_freed_its_only_buffer(line_problem: Maker, replay: Replay) -> None:
    """Units 0 and 1 may be in warm locations only; the one free location is cold until unit 2 goes there."""
    rules = HardRules(
        kind=np.array([0, 0, 0, 1]),
        allowed={"cold": np.array([[1, 0], [1, 0], [1, 1]], np.bool_)},
        capacities=slots(4, 3, [1, 1, 1, 1]).capacities,
    )
    moves = ordered_moves(line_problem([0, 1, 2], 4, rules=rules), target_of([1, 0, 3]))
    replay(moves)
    assert not moves.left_out
    assert [move.to for move in moves.moves if move.is_to_buffer] == [2]


def test_what_the_rules_forbid_stays_and_so_does_who_needs_its_place(
    line_problem: Maker, replay: Replay
) -> None:
    """Unit 1 may not go to the cold location 2, so unit 0 cannot have its place; unit 2 goes all the same."""
    rules = HardRules(
        kind=np.array([0, 0, 1, 0, 0]),
        allowed={"cold": np.array([[1, 1], [1, 0], [1, 1]], np.bool_)},
        capacities=slots(5, 3, [1] * 5).capacities,
    )
    moves = ordered_moves(line_problem([0, 1, 3], 5, rules=rules), target_of([1, 2, 4]))
    replay(moves)
    assert [(one.sku, one.target) for one in moves.left_out] == [("S1", "L2"), ("S0", "L1")]
    assert "'cold'" in moves.left_out[0].why
    assert "'slots'" in moves.left_out[1].why
    assert moves.target.tolist() == [0, 1, 4]


def test_a_conflicting_unit_leaves_before_the_other_comes(line_problem: Maker, replay: Replay) -> None:
    """Units 0 and 1 may not share a bay, and change bays; each bay has room for both."""
    rules = HardRules(
        kind=np.zeros(6, np.int64),
        capacities=slots(6, 2, [1] * 6).capacities,
        conflicts=(
            Conflict(
                name="hazard",
                of_unit=np.array([0, 1]),
                apart=np.array([[False, True], [True, False]]),
                group=np.arange(6) // 2,
                near_start=np.arange(4),
                near=np.arange(3),
            ),
        ),
    )
    moves = ordered_moves(line_problem([0, 2], 6, rules=rules), target_of([3, 1]))
    replay(moves)
    assert moves.buffer_moves == 1
    assert len(moves.moves) == 3


def test_goods_come_from_nowhere_and_leave(line_problem: Maker, replay: Replay) -> None:
    moves = ordered_moves(line_problem([-1, 0], 1), target_of([0, -1]))
    replay(moves)
    assert [(move.unit, move.here, move.to) for move in moves.moves] == [(1, 0, -1), (0, -1, 0)]


def test_a_wrong_target_is_refused(line_problem: Maker) -> None:
    problem = line_problem([0, 1], 3)
    with pytest.raises(ValueError, match="shape"):
        ordered_moves(problem, target_of([0]))
    with pytest.raises(ValueError, match="must be -1 to 2"):
        ordered_moves(problem, target_of([0, 3]))
    with pytest.raises(ValueError, match="buffers must be locations 0 to 2"):
        ordered_moves(problem, target_of([1, 0]), buffers=[7])
    problem.fixed[1] = True
    with pytest.raises(ValueError, match="'S1' is fixed"):
        ordered_moves(problem, target_of([0, 2]))


def test_a_full_hall_stages_one_unit_a_cycle_where_tours_start(line_problem: Maker) -> None:
    problem = line_problem([0, 1, 2, 3], 4)
    target = target_of([1, 0, 3, 2])
    assert len(ordered_moves(problem, target).left_out) == 4
    moves = ordered_moves(problem, target, staging=True)
    assert not moves.left_out
    assert moves.buffer_moves == 2
    assert [move.to for move in moves.moves if move.is_to_buffer] == [NOWHERE, NOWHERE]
    assert moves.assignment(len(moves.moves)).tolist() == target.tolist()
    told = [(step.here, step.to) for step in work_steps(moves)]
    assert told.count((told[0][0], STAGING)) == 1
    assert sum(here == STAGING for here, _ in told) == 2
