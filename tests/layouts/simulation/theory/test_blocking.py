"""Blocking on a ring against exact values, closed forms and published simulations."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

CLOSED_FORMS: dict[tuple[str, int], Callable[[float, int, float], float]] = {
    ("narrow", 0): lambda n, k, p: (
        k * k * p * (1 - p)
        / ((n - 1) * (1 + k * p) ** 2 + 2 * k * k * p * (1 - p) + k * (1 - 2 * p) - 1)
    ),
    ("narrow", 1): lambda n, k, p: p * (1 - p) / (n * (1 + p) ** 2 - (3 + 4 * p + 3 * p * p)),
    ("narrow_multi", 0): lambda n, k, p: p / (n - 1 + 2 * p),
    ("narrow_inf", 0): lambda n, k, p: (1 - p) / ((n - 1) * p + 2 * (1 - p)),
    ("narrow_inf_multi", 0): lambda n, k, p: 1 / ((n - 1) * p + 2),
    ("wide", 0): lambda n, k, p: p * p * (1 - p) / (n * (1 + p) ** 2 * (2 - p) - p * (1 + p * p)),
    ("wide_inf", 0): lambda n, k, p: (1 - p) / (2 * n - (n + 1) * p),
    ("wide_inf_multi", 0): lambda n, k, p: 1 / (2 * n - (n - 1) * p),
}  # fmt: skip
"""Blocked shares of two pickers, by model and headway, of n, k and p. That of narrow holds for n = c k + 2."""


def closed_form(ring: Any) -> float | None:
    """The blocked share of a ring, None where no formula is known."""
    if ring.model == "narrow_inf":
        return any_number_blocked(ring.n, ring.m, ring.p)
    holds = ring.k == 1 or (ring.model == "narrow" and ring.headway == 0 and (ring.n - 2) % ring.k == 0)
    return CLOSED_FORMS[ring.model, ring.headway](ring.n, ring.k, ring.p) if ring.m == 2 and holds else None


def any_number_blocked(n: int, m: int, p: float) -> float:
    """narrow_inf: b = Σ j T_j / (m Σ T_j), T_j = C(m, j) (q/p)^j C(n−j−1, m−j−1)."""
    terms = [math.comb(m, j) * ((1 - p) / p) ** j * math.comb(n - j - 1, m - j - 1) for j in range(m)]
    return sum(j * term for j, term in enumerate(terms)) / (m * sum(terms))


class Played(NamedTuple):
    rings: list[Any]
    exact: np.ndarray
    shares: Any


def rings_of(theory: Any, rows: list[dict[str, Any]]) -> list[Any]:
    """Published rows as rings; `inf` picks take one slot, as walking takes none."""
    slots = [row.get("k", row.get("pick_slots", 1)) for row in rows]
    return [
        theory.ring(row["model"], row["n"], row["m"], row["p"], 1 if k == "inf" else k, row.get("headway", 0))
        for row, k in zip(rows, slots, strict=True)
    ]


@pytest.fixture(scope="module")
def exact_rows(theory: Any, congestion: Any) -> Played:
    rows = congestion("blocking_exact.json")["rows"]
    rings, exact = rings_of(theory, rows), np.array([row["blocked_share"] for row in rows])
    slots = [theory.slots_for(ring, share, waits=20) for ring, share in zip(rings, exact, strict=True)]
    return Played(rings, exact, theory.play_rings(rings, slots, replications=20, seed=4))


def test_intervals_of_ten_replications_cover_every_exact_value_as_often_as_they_say(
    exact_rows: Played, theory: Any
) -> None:
    tens = exact_rows.shares.blocked.reshape(len(exact_rows.exact), 2, 10)
    found = theory.means(tens)
    covered = np.abs(found.mean - exact_rows.exact[:, None]) <= found.half_width
    assert 0.93 <= covered.mean() <= 0.97


def test_no_exact_value_is_missed_and_all_together_lean_to_neither_side(
    exact_rows: Played, theory: Any
) -> None:
    found = theory.means(exact_rows.shares.blocked)
    z = (found.mean - exact_rows.exact) / found.error
    assert theory.all_agree(exact_rows.shares.blocked, exact_rows.exact)
    spread = math.sqrt(19 / 17 / len(z))
    assert abs(z.mean()) < 3.3 * spread


def test_picks_and_steps_follow_from_the_blocked_share(exact_rows: Played, theory: Any) -> None:
    blocked, picking, walking = exact_rows.shares
    assert np.allclose(blocked + picking + walking, 1.0, rtol=0, atol=1e-9)
    timed = np.array([ring.walk_slots == 1 for ring in exact_rows.rings])
    assert (walking[~timed] == 0).all()
    ratio = np.array([[ring.k * ring.picks_per_visit] for ring in exact_rows.rings])
    assert theory.all_agree((walking - (1 - blocked) / (1 + ratio))[timed], 0.0)


def test_the_formulas_give_the_exact_rows(exact_rows: Played) -> None:
    known = {k: closed_form(ring) for k, ring in enumerate(exact_rows.rings)}
    known = {k: share for k, share in known.items() if share is not None}
    assert {(exact_rows.rings[k].model, exact_rows.rings[k].headway) for k in known} == set(CLOSED_FORMS)
    assert np.allclose([*known.values()], exact_rows.exact[[*known]], rtol=1e-9, atol=0)


def test_the_engine_agrees_with_every_formula_for_two_pickers(theory: Any) -> None:
    rings = [
        theory.ring(model, n, 2, p, 1, headway)
        for model, headway in CLOSED_FORMS
        for n in (6, 13)
        for p in (0.15, 0.55)
    ] + [theory.ring("narrow", 4 * k + 2, 2, p, k) for k in (2, 4) for p in (0.15, 0.55)]
    exact = np.array([closed_form(ring) for ring in rings])
    slots = [theory.slots_for(ring, share, waits=200) for ring, share in zip(rings, exact, strict=True)]
    blocked = theory.play_rings(rings, slots, replications=10, seed=5).blocked
    assert theory.all_agree(blocked, exact)
    assert (theory.means(blocked).error < 0.1 * exact).all()


@pytest.mark.parametrize(("n", "m"), [(8, 3), (12, 5), (20, 12)])
def test_the_engine_agrees_with_the_formula_for_any_number_of_pickers(theory: Any, n: int, m: int) -> None:
    rings = [theory.ring("narrow_inf", n, m, p) for p in (0.2, 0.5, 0.8)]
    exact = np.array([any_number_blocked(n, m, ring.p) for ring in rings])
    blocked = theory.play_rings(rings, [2048] * 3, replications=10, seed=6).blocked
    assert theory.all_agree(blocked, exact)
    assert (theory.means(blocked).error < 0.03 * exact).all()


def test_published_simulations_agree_within_the_error_of_both(theory: Any, congestion: Any) -> None:
    rows = congestion("blocking_monte_carlo.json")["rows"]
    rings, theirs = rings_of(theory, rows), np.array([row["blocked_share"] for row in rows])
    half_width = np.array([row["ci95_half_width"] for row in rows])
    slots = [theory.slots_for(ring, share, waits=10) for ring, share in zip(rings, theirs, strict=True)]
    found = theory.means(theory.play_rings(rings, slots, replications=10, seed=7).blocked)
    within = np.abs(found.mean - theirs) <= np.hypot(found.half_width, half_width)
    assert within.mean() > 0.95 - 3 * math.sqrt(0.95 * 0.05 / len(rows))
    z = (found.mean - theirs) / np.hypot(found.error, half_width / 1.96)
    assert np.abs(z).max() < theory.largest(len(z), replications=10)
    kinds = {(ring.model, ring.k, ring.headway): [] for ring in rings}
    for ring, each in zip(rings, z.tolist(), strict=True):
        kinds[ring.model, ring.k, ring.headway].append(each)
    leaning = np.array([np.mean(kind) * math.sqrt(len(kind)) for kind in kinds.values()])
    assert np.abs(leaning).max() < 3.5
