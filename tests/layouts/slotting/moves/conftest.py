"""Small problems along a line, and a replay of moves that shares no code with what orders them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from layouts.slotting.hard_rules import HardRules, one_each
from layouts.slotting.metric import table_metric
from layouts.slotting.moves.move_list import MoveList
from layouts.slotting.problem import SlottingProblem, TourUnits


def line_problem(
    now: Sequence[int],
    locations: int,
    *,
    rules: HardRules | None = None,
    tours: Sequence[Sequence[int]] = (),
    weight: Sequence[float] | None = None,
    **others: object,
) -> SlottingProblem:
    """Location l is l + 1 metres from the depot, on a line; each unit is a SKU of its own."""
    at = np.arange(locations + 1.0)
    return SlottingProblem(
        sku=tuple(f"S{unit}" for unit in range(len(now))),
        location=tuple(f"L{location}" for location in range(locations)),
        now=np.array(now, np.int64),
        fixed=np.zeros(len(now), np.bool_),
        place=np.arange(1, locations + 1),
        metric=table_metric(np.abs(at[:, None] - at[None, :]), start=0, end=0),
        seconds_per_m=1.0,
        tours=TourUnits(
            start=np.cumsum([0, *(len(tour) for tour in tours)]),
            unit=np.array([unit for tour in tours for unit in tour], np.int64),
            weight=np.ones(len(tours)) if weight is None else np.array(weight, np.float64),
        ),
        rules=rules or one_each(locations, len(now)),
        **others,  # type: ignore[arg-type]
    )


def broken(problem: SlottingProblem, at: Sequence[int]) -> list[str]:
    """The rules that a state breaks, by their definitions."""
    rules = problem.rules
    names = []
    for name, allowed in rules.allowed.items():
        if any(place >= 0 and not allowed[unit, rules.kind[place]] for unit, place in enumerate(at)):
            names.append(name)
    for capacity in rules.capacities:
        for group, most in enumerate(capacity.most):
            inside = [unit for unit, place in enumerate(at) if place >= 0 and capacity.group[place] == group]
            if sum(capacity.use[unit] for unit in inside) > most + 1e-9 * max(1.0, most):
                names.append(capacity.name)
    for conflict in rules.conflicts:
        for one, here in enumerate(at):
            for other, there in enumerate(at):
                classes = conflict.of_unit[one], conflict.of_unit[other]
                if one == other or min(classes) < 0 or min(here, there) < 0 or not conflict.apart[classes]:
                    continue
                group, second = conflict.group[here], conflict.group[there]
                if (
                    group >= 0
                    and second in conflict.near[conflict.near_start[group] : conflict.near_start[group + 1]]
                ):
                    names.append(conflict.name)
    return names


def replay(moves: MoveList) -> None:
    """Every prefix breaks no rule, each move starts where its unit is, and each block ends with none in a buffer."""
    problem = moves.problem
    at = problem.now.tolist()
    assert not broken(problem, at)
    ends = set(moves.block_ends.tolist())
    waiting: set[int] = set()
    for count, move in enumerate(moves.moves, 1):
        assert at[move.unit] == move.here != move.to
        if move.is_to_buffer:
            assert moves.buffers is None or move.to in moves.buffers
            waiting.add(move.unit)
        else:
            assert move.to == moves.target[move.unit]
            waiting.discard(move.unit)
        at[move.unit] = move.to
        assert not broken(problem, at), (count, move)
        if count in ends:
            assert not waiting
    assert at == moves.target.tolist()
    stays = {one.unit for one in moves.left_out}
    assert all(at[unit] == problem.now[unit] for unit in stays)


def fewest_moves(problem: SlottingProblem, target: Sequence[int]) -> int | None:
    """Of all ways to `target` over all legal states, by units that are to move; None if there is none."""
    start, goal = tuple(problem.now.tolist()), tuple(int(place) for place in target)
    known, row = {start: 0}, deque([start])
    while row:
        at = row.popleft()
        if at == goal:
            return known[at]
        for then in _after(problem, at, goal):
            if then not in known:
                known[then] = known[at] + 1
                row.append(then)
    return None


def _after(problem: SlottingProblem, at: tuple[int, ...], goal: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for unit in np.flatnonzero(problem.now != goal).tolist():
        for place in range(len(problem.location)):
            if place != at[unit]:
                then = (*at[:unit], place, *at[unit + 1 :])
                if not broken(problem, then):
                    yield then


@pytest.fixture(name="line_problem", scope="session")
def _line_problem() -> Callable[..., SlottingProblem]:
    return line_problem


@pytest.fixture(name="replay", scope="session")
def _replay() -> Callable[[MoveList], None]:
    return replay


@pytest.fixture(name="broken", scope="session")
def _broken() -> Callable[[SlottingProblem, Sequence[int]], list[str]]:
    return broken


@pytest.fixture(name="fewest_moves", scope="session")
def _fewest_moves() -> Callable[[SlottingProblem, Sequence[int]], int | None]:
    return fewest_moves
