"""Proof by branch and cut: legs are chosen by a linear program to which what it overlooks is added as cuts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from layouts.tours.metric.fixed_ends import Lengths

Cut = tuple[npt.NDArray[np.int64], float]
"""Columns of which at least that many are used."""

PROOF = 1e-6
"""A bound this share below a tour proves it: no closer than the linear programs' tolerances allow."""
NODES_EACH = 2000
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
    chosen: npt.NDArray[np.int64] | None = None


def branch_and_cut(
    relaxation: Relaxation, *, tour_m: float, bound_m: float, rounds: int, deadline: float | None = None
) -> Proof:
    """Raise `bound_m` towards `tour_m`, the shortest tour known, or find a shorter one, in so many programs.

    Linear programs with cuts come first (Dantzig, Fulkerson and Johnson, 1954). Columns whose reduced cost
    lifts the bound to the known tour are dropped: no shorter tour uses them. When no cut is violated integer
    programs follow, again with the cuts that their answers violate; one without such cuts is the shortest tour.
    `deadline` is a reading of time.perf_counter.
    """
    keep = np.arange(len(relaxation.length_m))
    cuts: list[Cut] = []
    is_integer = False
    goal = tour_m * (1 - PROOF)
    for _ in range(rounds):
        if bound_m >= goal:
            return Proof(bound_m=tour_m)
        if deadline is not None and time.perf_counter() > deadline:
            break
        rows, least = _rows(cuts, len(relaxation.length_m))
        if not is_integer:
            answer = linprog(  # type: ignore[call-overload]  # its stubs know no sparse matrices
                relaxation.length_m[keep],
                A_eq=relaxation.equal[:, keep],
                b_eq=relaxation.degree,
                A_ub=-rows[:, keep],
                b_ub=-least,
                bounds=(0, 1),
                method="highs",
            )
            if answer.status != 0:
                return _without_tour(answer.status == 2, tour_m, bound_m)
            bound_m = max(bound_m, answer.fun)
            x = np.zeros(len(relaxation.length_m))
            x[keep] = answer.x
            keep = keep[(answer.fun + answer.lower.marginals < goal) | (answer.x > 0.5)]
        else:
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
            if answer.mip_dual_bound is not None and np.isfinite(answer.mip_dual_bound):
                bound_m = max(bound_m, min(answer.mip_dual_bound, tour_m))
            if answer.x is None:
                return _without_tour(answer.status == 2, tour_m, bound_m)
            x = np.zeros(len(relaxation.length_m))
            x[keep] = np.round(answer.x)
        violated = relaxation.separate(x)
        cuts += violated
        if not violated and np.all(np.abs(x - np.round(x)) < 1e-6):
            chosen = np.flatnonzero(x > 0.5)
            return Proof(bound_m=bound_m, chosen=chosen)
        if not violated:
            is_integer = True
    return Proof(bound_m=min(bound_m, tour_m))


def _without_tour(is_infeasible: bool, tour_m: float, bound_m: float) -> Proof:
    """What a program without an answer says: if there is none among the columns kept, the known tour is shortest."""
    return Proof(bound_m=tour_m if is_infeasible else min(bound_m, tour_m))


def _rows(cuts: list[Cut], columns: int) -> tuple[csr_array, Lengths]:
    """The cuts as a sparse matrix and the least sum of each row."""
    if not cuts:
        return csr_array((1, columns)), np.zeros(1)
    start = np.cumsum([0, *(len(members) for members, _ in cuts)])
    index = np.concatenate([members for members, _ in cuts])
    matrix = csr_array((np.ones(len(index)), index, start), shape=(len(cuts), columns))
    return matrix, np.array([least for _, least in cuts])
