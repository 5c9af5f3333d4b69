"""Proof by branch and cut: legs are chosen by a linear program to which what it overlooks is added as cuts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from layouts.tours.metric.fixed_ends import Lengths

Columns = npt.NDArray[np.int64]
Cut = tuple[Columns, float]
"""Columns of which at least that many are used."""

PROOF = 1e-6
"""A bound this share below a tour proves it: no closer than the linear programs' tolerances allow."""
WHOLE = 1e-6
"""A value this close to 0 or 1 is that."""
INTEGER_ROUNDS, ENTRIES = 6, 40_000
"""What an integer program counts for, in linear ones: so many, and as many again for so many entries of its cuts."""
NODES_EACH = 500
"""Branches of one integer program, at most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Relaxation:
    """Legs as 0-1 columns: their lengths, the rows `equal` · x = `degree`, and what finds the cuts x violates."""

    length_m: Lengths
    equal: csr_array
    degree: Lengths
    separate: Callable[[Lengths], list[Cut]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Proof:
    """No tour is shorter than `bound_m`; `chosen` are the columns of one that is no longer, None if not found."""

    bound_m: float
    chosen: Columns | None = None


def branch_and_cut(
    relaxation: Relaxation, *, tour_m: float, bound_m: float, rounds: int, deadline: float | None = None
) -> Proof:
    """Raise `bound_m` towards `tour_m`, the shortest tour known, or find a shorter one, in `rounds` linear programs.

    Linear programs with cuts come first (Dantzig, Fulkerson and Johnson, 1954). Columns whose reduced cost
    lifts the bound to the known tour are dropped: no shorter tour uses them. When no cut is violated integer
    programs follow, again with the cuts that their answers violate, for
    `INTEGER_ROUNDS` rounds each or more; one that violates none is the shortest tour.
    `deadline` is a reading of time.perf_counter.
    """
    columns = len(relaxation.length_m)
    keep = np.arange(columns)
    cuts: list[Cut] = []
    is_integer = False
    goal = tour_m * (1 - PROOF)
    while bound_m < goal and (deadline is None or time.perf_counter() < deadline):
        rows, least = _rows(cuts, columns)
        rounds -= INTEGER_ROUNDS * (1 + rows[:, keep].nnz // ENTRIES) if is_integer else 1
        if rounds < 0:
            break
        solve = _integer_program if is_integer else _linear_program
        answer = solve(relaxation, keep, rows, least, deadline)
        if answer.is_impossible:
            return Proof(bound_m=tour_m)
        bound_m = max(bound_m, answer.bound_m)
        if answer.x is None:
            break
        x = np.zeros(columns)
        x[keep] = answer.x
        keep = keep[(answer.bound_m + answer.reduced_m < goal) | (answer.x > 0.5)]
        violated = relaxation.separate(x)
        cuts += violated
        is_whole = bool(np.all(np.abs(x - np.round(x)) < WHOLE))
        if not violated and is_whole:
            return Proof(bound_m=min(bound_m, tour_m), chosen=np.flatnonzero(x > 0.5))
        is_integer |= not violated
    return Proof(bound_m=tour_m if bound_m >= goal else bound_m)


class _Answer(NamedTuple):
    """What a program says of the columns kept: a bound, what using each adds to it, and the best x, if found."""

    bound_m: float
    reduced_m: Lengths
    x: Lengths | None
    is_impossible: bool = False
    """Then no tour over these columns exists, and the known one is the shortest."""


def _linear_program(
    relaxation: Relaxation, keep: Columns, rows: csr_array, least: Lengths, _deadline: float | None
) -> _Answer:
    answer = linprog(  # type: ignore[call-overload]  # its stubs know no sparse matrices
        relaxation.length_m[keep],
        A_eq=relaxation.equal[:, keep],
        b_eq=relaxation.degree,
        A_ub=-rows[:, keep],
        b_ub=-least,
        bounds=(0, 1),
        method="highs",
    )
    nothing = np.zeros(len(keep))
    if answer.status != 0:
        return _Answer(-np.inf, nothing, None, is_impossible=answer.status == 2)
    return _Answer(answer.fun, answer.lower.marginals, answer.x)


def _integer_program(
    relaxation: Relaxation, keep: Columns, rows: csr_array, least: Lengths, deadline: float | None
) -> _Answer:
    left_s = np.inf if deadline is None else max(0.1, deadline - time.perf_counter())
    answer = milp(
        relaxation.length_m[keep],
        integrality=np.ones(len(keep), np.int64),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(relaxation.equal[:, keep], relaxation.degree, relaxation.degree),
            LinearConstraint(rows[:, keep], least, np.inf),
        ],
        options={"mip_rel_gap": PROOF / 10, "node_limit": NODES_EACH, "time_limit": left_s},
    )
    bound_m = -np.inf if answer.mip_dual_bound is None else answer.mip_dual_bound
    x = None if answer.x is None else np.round(answer.x)
    return _Answer(bound_m, np.zeros(len(keep)), x, is_impossible=answer.status == 2)


def _rows(cuts: list[Cut], columns: int) -> tuple[csr_array, Lengths]:
    """The cuts as a sparse matrix and the least sum of each row."""
    if not cuts:
        return csr_array((1, columns)), np.zeros(1)
    start = np.cumsum([0, *(len(members) for members, _ in cuts)])
    index = np.concatenate([members for members, _ in cuts])
    matrix = csr_array((np.ones(len(index)), index, start), shape=(len(cuts), columns))
    return matrix, np.array([least for _, least in cuts])
