"""The warehouse W20x50, which the benchmark plays: its traces, and the same waits however they are played."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from peers.simulators import salabim_faces, simpy_faces, simpy_passages
from w20x50 import (
    MEAN_TOUR_M,
    PICKERS,
    draw_faces,
    draw_passages,
    one_pool,
    pickers,
    shared,
    tape_of_faces,
    tape_of_passages,
)

from layouts.simulation.engine.run_tape import run_tape
from layouts.simulation.engine.tape import Rules

TOURS = 120


def waited_s(tape, places: int, **rules: bool) -> float:
    played = run_tape(tape, shared(places), one_pool(TOURS), pickers(PICKERS), Rules(logs=False, **rules))
    return float(played.state.agents.waited_s.sum())


def needs(name: str):
    return pytest.mark.skipif(find_spec(name) is None, reason=f"skipped: {name} is not installed")


def test_tours_have_the_exact_mean_length() -> None:
    trace = draw_faces(20_000, 3)
    length_m = trace.first_s + trace.move_s.sum(axis=1)
    assert abs(length_m.mean() - MEAN_TOUR_M) < 4 * length_m.std() / np.sqrt(len(length_m))


def test_one_way_tours_take_even_aisles_up_and_odd_ones_down_and_come_home() -> None:
    trace = draw_passages(TOURS, 3)
    aisle = trace.first // 50
    assert ((trace.last > trace.first) == (aisle % 2 == 0)).all()
    assert (np.diff(trace.start) % 2 == 0).all()
    assert (trace.pick_s > 0).sum() > 0.9 * trace.lines


def test_faces_lead_to_the_same_waits_in_both_forms() -> None:
    trace = draw_faces(TOURS, 3)
    general = waited_s(tape_of_faces(trace, foreseen=False), trace.faces)
    assert general > 0
    assert waited_s(tape_of_faces(trace, foreseen=True), trace.faces) == general
    assert waited_s(tape_of_faces(trace, foreseen=True), trace.faces, looks_ahead=False) == general


def test_passages_lead_to_the_same_waits_in_both_forms() -> None:
    tape = tape_of_passages(draw_passages(TOURS, 3))
    assert waited_s(tape, 1000) == waited_s(tape, 1000, looks_ahead=False) > 0


@needs("simpy")
def test_simpy_comes_to_the_same_waits() -> None:
    faces, passages = draw_faces(TOURS, 3), draw_passages(TOURS, 3)
    ours = waited_s(tape_of_faces(faces, foreseen=True), faces.faces)
    assert simpy_faces(faces, PICKERS)() == pytest.approx(ours, rel=1e-9)
    ours = waited_s(tape_of_passages(passages), 1000)
    assert simpy_passages(passages, PICKERS)() == pytest.approx(ours, rel=1e-9)


@needs("salabim")
def test_salabim_comes_to_the_same_waits() -> None:
    trace = draw_faces(TOURS, 3)
    ours = waited_s(tape_of_faces(trace, foreseen=True), trace.faces)
    assert salabim_faces(trace, PICKERS)() == pytest.approx(ours, rel=1e-9)
