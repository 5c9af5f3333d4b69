"""Knees and peaks of known curves are found where they are, and noise is told from them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt
import pytest

from layouts.statistics.curve import Curve, curve_of_runs
from layouts.statistics.intervals import mean_interval, share_interval
from layouts.statistics.knee import find_knee, find_peak

X = tuple(float(x) for x in range(1, 21))
Floats = npt.NDArray[np.float64]


def amdahl(serial: float) -> Floats:
    """Amdahl's law: the speed of x workers when a share of the work cannot be split."""
    x = np.array(X)
    return 1 / (serial + (1 - serial) / x)


def runs(levels: Floats, noise: float, seed: int, n: int = 30) -> Floats:
    """Common numbers: a deviation of 1 shared by all points of a replication, and `noise` for each."""
    random = np.random.default_rng(seed)
    return levels[:, None] + random.normal(0, 1, (1, n)) + random.normal(0, noise, (len(levels), n))


def independent(levels: Floats, noise: float, seed: int, n: int = 30) -> Curve:
    random = np.random.default_rng(seed)
    drawn = levels[:, None] + random.normal(0, noise, (len(levels), n))
    return Curve(x=X, levels=tuple(map(mean_interval, drawn)))


def knee_of_amdahl(serial: float, share: float) -> float:
    """By its closed form: the gain from x to x + 1 is (1 - s) / ((s x + 1 - s) (s (x + 1) + 1 - s))."""

    def gain(x: float) -> float:
        return (1 - serial) / ((serial * x + 1 - serial) * (serial * (x + 1) + 1 - serial))

    return next(x for x in X if gain(x) < share * gain(1))


@pytest.mark.parametrize(("serial", "share", "knee"), [(0.3, 0.2, 6.0), (0.2, 0.3, 6.0), (0.5, 0.35, 3.0)])
def test_the_knee_of_a_saturating_curve_is_found(serial: float, share: float, knee: float) -> None:
    assert knee_of_amdahl(serial, share) == knee
    for seed in range(10):
        found = find_knee(curve_of_runs(X, runs(amdahl(serial), 0.003, seed)), share=share)
        assert (found.answer, found.x) == ("knee", knee)
        assert find_knee(independent(amdahl(serial), 0.003, seed), share=share).x == knee


def test_a_bent_line_has_its_knee_at_the_bend() -> None:
    """Gains of 10 an added unit up to 8, then of 1; points need not stand one unit apart."""
    x = (2.0, 4.0, 7.0, 8.0, 10.0, 15.0)
    levels = np.interp(x, [0, 8, 16], [0, 80, 88])
    assert find_knee(curve_of_runs(x, runs(levels, 0.1, 1))).x == 8


def test_decided_knees_are_wrong_in_less_than_5_of_100_cases_and_open_ones_hold_it_between_their_ends() -> (
    None
):
    wrong, answers, trials = 0, Counter[str](), 300
    for seed in range(trials):
        found = find_knee(curve_of_runs(X, runs(amdahl(0.3), 0.01, seed)))
        answers[found.answer] += 1
        wrong += not (found.low <= 6 <= (found.high or X[-1]))
    assert wrong / trials <= 0.05
    assert min(answers["knee"], answers["cannot decide"]) > 20


def test_an_open_knee_tells_between_which_points_it_lies() -> None:
    assert str(find_knee(curve_of_runs(X, runs(amdahl(0.3), 0.01, 299)))) == (
        "knee: cannot decide, from 6 to 7, where an added unit falls below 20 % of what the first unit brought: "
        "replicate more"
    )
    wide = str(find_knee(curve_of_runs(X, runs(amdahl(0.3), 1.0, 0))))
    assert wide.startswith("knee: cannot decide, 1 or more, where an added unit falls below 20 %")


def test_noise_has_no_knee_and_no_best_point() -> None:
    trials, knees, peaks = 300, 0, 0
    for seed in range(trials):
        curve = curve_of_runs(X, runs(np.full(20, 50.0), 1.0, seed))
        knees += find_knee(curve).answer != "cannot decide"
        peak = find_peak(curve)
        peaks += peak.answer == "best" or peak.down_by is not None
    assert knees / trials <= 0.05
    assert peaks / trials <= 0.05


def test_a_straight_line_reaches_no_knee() -> None:
    found = find_knee(curve_of_runs(X, runs(3 * np.array(X), 0.1, 2)))
    assert (
        str(found) == "no knee up to 20: every added unit brings at least 20 % of what the first unit brought"
    )


def test_a_curve_that_falls_from_the_start_has_no_knee() -> None:
    found = find_knee(curve_of_runs(X, runs(-np.array(X), 0.01, 3)))
    assert str(found) == "no knee: beyond 1 the first added unit brings nothing, or makes it worse"


def test_where_less_is_better_the_mirrored_curve_has_the_same_knee_and_peak() -> None:
    for shape in (amdahl(0.3), -((np.array(X) - 12) ** 2)):
        rows = runs(shape, 0.003, 4)
        more, less = curve_of_runs(X, rows), curve_of_runs(X, -rows, larger_is_better=False)
        assert find_knee(more) == find_knee(less)
        assert find_peak(more) == find_peak(less)


def test_the_peak_and_the_turn_behind_it_are_found() -> None:
    """Velocity slotting gains up to 12 pickers and loses beyond."""
    found = find_peak(curve_of_runs(X, runs(-((np.array(X) - 12) ** 2), 0.1, 5)))
    assert str(found) == "best at 12; a turn by 13 for the worse shown"


def test_a_flat_top_leaves_the_best_open_and_still_shows_the_turn() -> None:
    levels = np.minimum(10.0, np.minimum(np.array(X), 28 - np.array(X)))  # flat from 10 to 18
    found = find_peak(curve_of_runs(X, runs(levels, 0.1, 6)))
    assert (found.answer, found.x, found.low, found.high, found.down_by) == (
        "cannot decide",
        None,
        10,
        18,
        19,
    )
    assert str(found) == "best: cannot decide, from 10 to 18; a turn by 19 for the worse shown"


def test_the_true_peak_lies_between_the_ends_in_95_of_100_cases() -> None:
    levels = -0.1 * (np.array(X) - 12) ** 2
    found = [find_peak(curve_of_runs(X, runs(levels, 1.0, seed))) for seed in range(200)]
    assert np.mean([one.low <= 12 <= one.high for one in found]) >= 0.95
    assert np.mean([one.down_by is not None and one.down_by > 12 for one in found]) >= 0.95


def test_a_curve_that_still_rises_at_its_end_shows_no_turn() -> None:
    assert (
        str(find_peak(curve_of_runs(X, runs(np.array(X), 0.1, 7))))
        == "best at 20; no turn for the worse shown"
    )


def test_levels_of_shares_and_of_single_values_serve_as_well() -> None:
    shares = (share_interval(100, 1000), share_interval(900, 1000), share_interval(905, 1000))
    assert find_peak(Curve(x=(1.0, 2.0, 3.0), levels=shares)).low == 2
    single = tuple(mean_interval([value]) for value in (1.0, 5.0, 2.0))
    assert find_peak(Curve(x=(1.0, 2.0, 3.0), levels=single)).answer == "cannot decide"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            lambda: find_knee(curve_of_runs(X, np.ones((20, 5))), share=1.0),
            "share 1.0 must lie between 0 and 1",
        ),
        (lambda: find_peak(curve_of_runs(X, np.ones((20, 5))), confidence=95), "confidence 95"),
    ],
)
def test_wrong_arguments_are_told(wrong, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        wrong()


def test_a_curve_that_is_flat_in_every_run_has_no_gain() -> None:
    knee = find_knee(curve_of_runs([1, 2, 3], [[5.0, 6.0, 7.0]] * 3))
    assert (knee.answer, knee.x) == ("no gain", None)
    assert "brings nothing" in str(knee)
