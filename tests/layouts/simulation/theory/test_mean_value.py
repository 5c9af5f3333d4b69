"""A hall of 20 aisles and 50 bays with exponential picks, played by the engine against exact mean value analysis."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

from layouts.simulation.engine.run_tape import run_tape
from layouts.simulation.engine.tape import AHEAD, GIVE, MOVE, ROW, TAKE, WAIT, Rules, Tape
from layouts.simulation.itineraries.alone import each_its_own, seats

AISLES, BAYS, AISLE_PITCH_M, AISLE_M = 20, 50, 4.0, 51.0
LINES, PICK_S, DEPOT_S = 20, 10.0, 60.0
MEAN_WALK_S = 806.1746421
"""The mean length of S-shape tours of 20 lines, at 1 m/s; test_the_drawn_tours_… finds it again."""


class Exact(NamedTuple):
    lines_per_s: float
    waiting_share: float


def mean_value(pickers: int, *, faces: int, visits: float, service_s: float, delay_s: float) -> Exact:
    """Reiser and Lavenberg's recursion for alike single servers, each visited `visits` times a cycle, and a delay."""
    at_a_face = 0.0
    for customers in range(1, pickers + 1):
        response_s = service_s * (1 + at_a_face)
        cycle_s = delay_s + faces * visits * response_s
        at_a_face = customers / cycle_s * visits * response_s
    waiting_s = faces * visits * (response_s - service_s)
    return Exact(pickers / cycle_s * faces * visits, waiting_s / cycle_s)


def hall(pickers: int) -> Exact:
    faces = AISLES * BAYS
    return mean_value(
        pickers, faces=faces, visits=LINES / faces, service_s=PICK_S, delay_s=MEAN_WALK_S + DEPOT_S
    )


def s_shape_tours(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Faces (count, LINES) in the order of the walk, and the seconds (count, LINES + 1) before, between and after.

    Aisles with picks are walked through, up and down in turn; a last one that would end at the far side is walked
    back from its last pick.
    """
    face = np.sort(rng.integers(0, AISLES * BAYS, (count, LINES)), axis=1)
    aisle, bay = np.divmod(face, BAYS)
    turn = np.cumsum(np.diff(aisle, axis=1, prepend=aisle[:, :1]) > 0, axis=1)
    is_down = turn % 2 == 1
    order = np.argsort(aisle * BAYS + np.where(is_down, BAYS - 1 - bay, bay), axis=1, kind="stable")
    face = np.take_along_axis(face, order, axis=1)
    aisle, height = face // BAYS, face % BAYS + 1.0
    changes = np.diff(aisle, axis=1) > 0
    across = np.diff(aisle, axis=1) * AISLE_PITCH_M
    within = np.abs(np.diff(height, axis=1))
    to_end = np.where(is_down, height, AISLE_M - height)
    from_end = np.where(is_down, AISLE_M - height, height)
    between = np.where(changes, to_end[:, :-1] + across + from_end[:, 1:], within)
    out = aisle[:, :1] * AISLE_PITCH_M + height[:, :1]
    back = aisle[:, -1:] * AISLE_PITCH_M + height[:, -1:]
    return face, np.concatenate([out, between, back], axis=1)


def played_hall(pickers: int, tours: int, rng: np.random.Generator) -> tuple[float, float]:
    """Lines per second and the waiting share of one replication with so many tours a picker, all drawn afresh."""
    face, walk_s = s_shape_tours(pickers * tours, rng)
    rows = np.zeros((pickers * tours, 2 + 5 * LINES), ROW)
    rows["b"] = -1
    rows["op"][:, 0], rows["x"][:, 0] = WAIT, DEPOT_S
    rows["op"][:, -1], rows["x"][:, -1] = MOVE, walk_s[:, -1]
    for k, op in enumerate((MOVE, AHEAD, TAKE, WAIT, GIVE)):
        rows["op"][:, 1 + k : -1 : 5] = op
    rows["x"][:, 1:-1:5] = walk_s[:, :-1]
    rows["b"][:, 2:-1:5] = 3
    rows["a"][:, 3:-1:5] = rows["a"][:, 5:-1:5] = face
    rows["x"][:, 4:-1:5] = rng.exponential(PICK_S, face.shape)
    cycle_s = MEAN_WALK_S + DEPOT_S + LINES * PICK_S
    warm_up_s, horizon_s = 5 * cycle_s, 0.95 * tours * cycle_s
    played = run_tape(
        Tape(rows.reshape(-1), rows.shape[1] * tours * np.arange(pickers + 1)),
        seats(np.ones(AISLES * BAYS, np.int64)),
        *each_its_own(rng.uniform(0, cycle_s, pickers)),
        Rules(warm_up_s=warm_up_s, horizon_s=horizon_s, logs=False),
    )
    assert played.ending == "horizon"
    assert not np.isfinite(played.state.jobs["ended_s"]).any(), "the tours were too few for the horizon"
    who, span_s = played.state.agents, horizon_s - warm_up_s
    picks = who["works"].sum() * LINES / (LINES + 1)
    return picks / span_s, who["waited_s"].sum() / pickers / span_s


def test_the_recursion_gives_the_published_figures(congestion: Any) -> None:
    for row in congestion("travel.json")["w20x50_exponential_picks"]:
        exact = hall(row["pickers"])
        assert 3600 * exact.lines_per_s == pytest.approx(row["lines_per_hour"], rel=1e-9)
        assert exact.waiting_share == pytest.approx(row["waiting_share"], rel=1e-7, abs=1e-12)


def test_one_picker_alone_picks_twenty_lines_a_cycle() -> None:
    assert 3600 * hall(1).lines_per_s == pytest.approx(3600 * 20 / (806.1746421 + 200 + 60), rel=1e-12)
    assert hall(1).waiting_share == 0


def test_the_drawn_tours_are_as_long_as_s_shape_tours_are() -> None:
    _, walk_s = s_shape_tours(200_000, np.random.default_rng(41))
    length = walk_s.sum(axis=1)
    assert abs(length.mean() - MEAN_WALK_S) < 4.5 * length.std() / np.sqrt(len(length))
    assert length.std() < 150


@pytest.mark.parametrize(("pickers", "tours"), [(30, 800), (100, 120)])
def test_the_hall_picks_and_waits_as_mean_value_analysis_says(theory: Any, pickers: int, tours: int) -> None:
    streams = np.random.SeedSequence([42, pickers]).spawn(8)
    found = np.array([played_hall(pickers, tours, np.random.default_rng(stream)) for stream in streams]).T
    exact = np.array(hall(pickers))
    assert theory.all_agree(found, exact)
    assert (np.abs(found.mean(axis=1) / exact - 1) < [0.001, 0.03]).all()
