"""A what-if of a known law finds its knee, pairs its points, and gives the same bytes whoever plays it."""

from __future__ import annotations

import math
import os
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from layouts.scenario import Scenario
from layouts.statistics.common_numbers import stream
from layouts.statistics.intervals import share_interval
from layouts.statistics.replications import Precision
from layouts.what_if.curve import Curve, what_if
from layouts.what_if.curve_files import write_curve
from layouts.what_if.spec import parse_spec
from layouts.what_if.text import answers
from spatial.errors import UndecidedError

ROOT = str(Path(__file__).parents[3])
BEND = 8
NAMES = ("what-if.json", "what-if.csv", "what-if.svg")


def law(pickers: int) -> float:
    """60 lines/h a picker up to the bend, 6 beyond it: a tenth of what the first one brings."""
    return 60.0 * min(pickers, BEND) + 6.0 * max(0, pickers - BEND)


def bent(scenario: Scenario, replication: int, *, common: float = 20.0, own: float = 2.0) -> dict[str, float]:
    """The law with a deviation that all points of a replication share, and one of the point's own."""
    shared = stream(scenario.seed, replication=replication, agent=0, purpose="shared").normal(0, common)
    alone = stream(scenario.seed, replication=replication, agent=scenario.pickers, purpose="own")
    lines = law(scenario.pickers) + shared + alone.normal(0, own) - scenario.piece_s
    return {"lines_per_hour": lines, "makespan_s": 3.6e6 / lines, "blocked_share": scenario.pickers / 100}


def constant(scenario: Scenario, replication: int) -> dict[str, float]:
    return {"lines_per_hour": law(scenario.pickers)}


def jammed(scenario: Scenario, replication: int) -> dict[str, float]:
    if scenario.pickers == 5:
        raise UndecidedError("a deadlock")
    return constant(scenario, replication)


def broken(scenario: Scenario, replication: int) -> dict[str, float]:
    return {"lines_per_hour": 1 / (scenario.pickers - 5 + replication)}


def odd(scenario: Scenario, replication: int) -> dict[str, float]:
    row = constant(scenario, replication)
    return row | {"late_s": 1.0} if scenario.pickers == 5 else row


def stopped(scenario: Scenario, replication: int) -> dict[str, float]:
    return bent(scenario, replication) | {"deadlocks": float(replication < scenario.pickers - 4)}


def rounded_anew(scenario: Scenario, replication: int) -> dict[str, float]:
    """Sums in an order of their own: the metres vary by rounding alone, as the hours do from point to point."""
    metres = [0.1, 0.7, 12.3, 1e-3, 5.5]
    turned = metres[replication % 5 :] + metres[: replication % 5]
    hours = [replication, *[0.1] * 10]
    return bent(scenario, replication) | {
        "metres_per_line": sum(turned),
        "labour_h": sum(hours) if scenario.pickers == 4 else math.fsum(hours),
    }


def endless(scenario: Scenario, replication: int) -> dict[str, float]:
    return {"lines_per_hour": math.inf if (scenario.pickers, replication) == (5, 1) else 1.0}


def traced(scenario: Scenario, replication: int, *, folder: Path) -> dict[str, float]:
    """Leaves a line for each call in a file of its process."""
    with (folder / f"{os.getpid()}.txt").open("a", encoding="utf-8") as calls:
        calls.write(f"{scenario.pickers} {replication}\n")
    return bent(scenario, replication)


@pytest.fixture
def findable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other processes import the doubles from this file."""
    monkeypatch.syspath_prepend(ROOT)


def asked(folder: Path, *texts: str, figures=bent, seed: int = 0, **options) -> Curve:  # type: ignore[no-untyped-def]
    scenario = Scenario(site=folder, seed=seed, piece_s=0)
    return what_if(scenario, parse_spec(texts), figures, folder=folder, **options)


def test_the_knee_of_a_bent_law_is_at_its_bend(tmp_path: Path) -> None:
    curve = asked(tmp_path, "pickers=4..12")
    (line,) = curve.lines
    assert line.knee is not None
    assert (line.knee.answer, line.knee.x) == ("knee", BEND)
    assert [point.x for point in line.points] == list(range(4, 13))
    assert curve.best.leader == "pickers=12"


def test_levels_and_steps_cover_the_law_and_decided_knees_are_wrong_in_less_than_5_of_100(
    tmp_path: Path,
) -> None:
    trials, covered, answers = 200, Counter[str](), Counter[str]()
    for seed in range(trials):
        curve = asked(tmp_path, "pickers=6..10:2", seed=seed, figures=partial(bent, own=14.0))
        (line,) = curve.lines
        level, step = line.points[1].levels["lines_per_hour"], line.steps[0]["lines_per_hour"].difference
        covered["level"] += level.low <= law(8) <= level.high
        covered["step"] += step.low <= law(8) - law(6) <= step.high
        assert line.knee is not None
        answers[line.knee.answer] += 1
        answers["wrong"] += not (line.knee.low <= BEND <= (line.knee.high or 10))
    for kind in ("level", "step"):
        interval = share_interval(covered[kind], trials)
        assert interval.low <= 0.95 <= interval.high
    assert answers["wrong"] / trials <= 0.05
    assert min(answers["knee"], answers["cannot decide"]) > 20


def test_points_are_paired_by_common_numbers(tmp_path: Path) -> None:
    """Of the variance, 400 is shared and 4 is not: the correlation is 400 / 404, the gain a hundredfold."""
    step = asked(tmp_path, "pickers=4..6", first=100).lines[0].steps[0]["lines_per_hour"]
    assert step.correlation is not None
    assert step.variance_ratio is not None
    assert step.correlation.low <= 400 / 404 <= step.correlation.high
    assert 50 < step.variance_ratio < 200
    assert step.difference.half_width < 0.6


def test_every_point_gets_more_replications_until_the_worst_is_sure_enough(tmp_path: Path) -> None:
    curve = asked(tmp_path, "pickers=2..6:2", wanted={"lines_per_hour": Precision(relative=0.03)}, first=5)
    assert curve.converged
    assert curve.n > 5
    for point in curve.lines[0].points:
        level = point.levels["lines_per_hour"]
        assert level.n == curve.n
        assert level.half_width <= 0.03 * level.value


def test_points_that_stay_unsure_are_named(tmp_path: Path) -> None:
    wanted = {"lines_per_hour": Precision(absolute=0.001), "blocked_share": Precision(absolute=0.001)}
    curve = asked(tmp_path, "pickers=2,4", wanted=wanted, first=3, most=7)
    assert curve.n == 7
    assert curve.unsure == ("lines_per_hour at pickers=2", "lines_per_hour at pickers=4")
    assert asked(tmp_path, "pickers=2,4", first=3).n == 3


@pytest.mark.usefixtures("findable")
def test_two_processes_give_the_bytes_of_one(tmp_path: Path) -> None:
    for workers in (1, 2):
        curve = asked(
            tmp_path,
            "pickers=4..8:2",
            "piece_s=0,30",
            wanted={"lines_per_hour": Precision(relative=0.03)},
            first=4,
            workers=workers,
        )
        write_curve(tmp_path / str(workers), curve)
    for name in NAMES:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_replications_of_one_scenario_are_played_in_turn(tmp_path: Path) -> None:
    asked(tmp_path, "pickers=4,6", figures=partial(traced, folder=tmp_path), first=3)
    (calls,) = tmp_path.glob("*.txt")
    assert calls.read_text().splitlines() == ["4 0", "4 1", "4 2", "6 0", "6 1", "6 2"]


def test_curves_of_a_grid_are_held_against_the_first(tmp_path: Path) -> None:
    curve = asked(tmp_path, "pickers=4..12:4", "piece_s=0,30,60")
    first, second, third = curve.lines
    assert [line.name for line in curve.lines] == ["piece_s=0", "piece_s=30", "piece_s=60"]
    assert first.beside == ()
    for line, less in ((second, 30), (third, 60)):
        assert [pair["lines_per_hour"].difference.value for pair in line.beside] == pytest.approx([-less] * 3)
    assert curve.best.leader == "pickers=12, piece_s=0"


def test_values_that_differ_in_their_ninth_decimal_are_points_of_their_own(tmp_path: Path) -> None:
    curve = asked(tmp_path, "pick_s=1000.000000001,1000.000000002,2000", figures=constant, first=2)
    assert [point.name for point in curve.lines[0].points] == [
        "pick_s=1000.000000001",
        "pick_s=1000.000000002",
        "pick_s=2000",
    ]


def test_what_differs_by_rounding_alone_does_not_vary(tmp_path: Path) -> None:
    curve = asked(tmp_path, "pickers=4,5", figures=rounded_anew)
    assert curve.lines[0].points[0].levels["metres_per_line"].half_width == 0
    (step,) = curve.lines[0].steps
    assert step["metres_per_line"].correlation is None
    assert curve.lines[0].points[0].runs["labour_h"] != curve.lines[0].points[1].runs["labour_h"]
    assert step["labour_h"].difference.value == step["labour_h"].difference.half_width == 0


def test_words_have_no_knee_but_a_best(tmp_path: Path) -> None:
    curve = asked(tmp_path, "routing=exact,s-shape", figures=constant)
    assert curve.lines[0].knee is None
    assert not curve.best.is_clear
    (step,) = curve.lines[0].steps
    assert (step["lines_per_hour"].difference.value, step["lines_per_hour"].correlation) == (0, None)


def test_less_is_better_of_times_and_shares(tmp_path: Path) -> None:
    curve = asked(tmp_path, "pickers=4,8", figure="makespan_s")
    assert curve.best.leader == "pickers=8"
    assert asked(tmp_path, "pickers=4,8", figure="blocked_share").best.leader == "pickers=4"


def test_faults_name_their_point_and_replication(tmp_path: Path) -> None:
    with pytest.raises(UndecidedError, match=r"^pickers=5: a deadlock"):
        asked(tmp_path, "pickers=4,5", figures=jammed)
    with pytest.raises(ZeroDivisionError) as raised:
        asked(tmp_path, "pickers=4,5", figures=broken)
    assert raised.value.__notes__[0] == "at pickers=4, replication 1"
    with pytest.raises(
        ValueError, match=r"^pickers=5, replication 1: lines_per_hour is inf, it must be a finite number"
    ):
        asked(tmp_path, "pickers=4,5", figures=endless)
    with pytest.raises(ValueError, match="there is no figure 'lines': choose one of lines_per_hour"):
        asked(tmp_path, "pickers=4,5", figure="lines")
    with pytest.raises(ValueError, match="there is no figure 'lines'"):
        asked(tmp_path, "pickers=4,5", wanted={"lines": Precision(relative=0.1)})
    with pytest.raises(ValueError, match="first 1 must be at least 2 and at most the maximum 200"):
        asked(tmp_path, "pickers=4,5", first=1)


def test_a_figure_that_some_replication_lacks_is_left_out_and_told(tmp_path: Path) -> None:
    curve = asked(tmp_path, "pickers=4,5", figures=odd)
    assert curve.figures == ("lines_per_hour",)
    assert curve.left_out == {"late_s": "pickers=4, replication 0"}
    assert "Late left out: pickers=4, replication 0 has none." in list(answers(curve))
    with pytest.raises(ValueError, match="late_s cannot be compared: pickers=4, replication 0 has none"):
        asked(tmp_path, "pickers=4,5", figures=odd, figure="late_s")


def test_shifts_that_a_deadlock_stopped_are_told(tmp_path: Path) -> None:
    told = list(answers(asked(tmp_path, "pickers=4..6", figures=stopped)))
    assert (
        "Deadlocks stopped shifts, whose figures end there: 1 of 10 at pickers=5, 2 of 10 at pickers=6."
        in told
    )


def test_replications_without_chance_are_told(tmp_path: Path) -> None:
    said = "Nothing varies from one replication to the next, so intervals say nothing of chance"
    assert any(said in each for each in answers(asked(tmp_path, "pickers=4,5", figures=constant)))
    assert not any(said in each for each in answers(asked(tmp_path, "pickers=4,5")))


def test_progress_rises_to_the_whole(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    asked(
        tmp_path,
        "pickers=4,6",
        wanted={"lines_per_hour": Precision(relative=0.02)},
        first=4,
        progress=lambda what, share: told.append((what, share)),
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert shares[0] == 1 / (2 * 200)
    assert told[0][0] == "2 points replicated"
    assert told[-1][0].startswith("2 points × ")
