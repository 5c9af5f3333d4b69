"""Sentences on verdicts and money say what the numbers say, for every figure and every outcome."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from layouts.comparison.compare import Comparison, compare
from layouts.comparison.money import Cost, payback
from layouts.report.glossary import WORDS
from layouts.report.markup import Markup, joined, listed, tag
from layouts.report.numbers import decimals_of, figure_text, interval_text, percent_text, plain_number
from layouts.report.sections.answer import money_sentence
from layouts.report.verdict_words import best_sentence, headline, verdict_sentence
from layouts.report.whiskers import decisive_whiskers, small_whisker
from layouts.scenario import Scenario
from layouts.simulation.figures_of_run import FIGURES
from layouts.statistics.intervals import Estimate, mean_interval

NOISE = (-2.0, 1.0, 0.0, 2.0, -1.0, 0.5, -0.5, 1.5, -1.5, 0.0)


def compared(
    *gains: float,
    figure: str = "lines_per_hour",
    base: float = 400.0,
    noise: float = 1.0,
    indifference: float | None = None,
) -> Comparison:
    """Scenarios B, C, … that have `gains` more of the figure than A, give or take."""

    def play(scenario: Scenario, replication: int) -> dict[str, float]:
        place = scenario.pickers - 1
        own = noise * NOISE[(3 * place + replication) % len(NOISE)] if place else 0.0
        return {figure: base + (gains[place - 1] if place else 0.0) + own}

    scenarios = {
        name: Scenario(site=Path("site"), pickers=number)
        for number, name in enumerate("ABCDEF"[: len(gains) + 1], 1)
    }
    return compare(scenarios, play, figure=figure, indifference=indifference, first=10, most=10)


def sentence(comparison: Comparison) -> str:
    return text(verdict_sentence(comparison, comparison.against[0]))


def text(markup: Markup | None) -> str:
    assert markup is not None
    return re.sub("<[^>]*>", "", markup)


def test_more_lines_are_better_in_percent_of_the_baseline() -> None:
    told = sentence(compared(16.0))
    assert re.match(
        r"B picks 4\.00? % more lines per hour than A \(95 % interval \+3\.\d+ to \+4\.\d+ %\)", told
    )
    assert told.endswith("It is better, and by more than chance explains.")


def test_fewer_lines_are_worse() -> None:
    """The noise has a deviation of 1.291, so that the half-width is 2.262 × 1.291 / √10 = 0.92 lines/h."""
    told = sentence(compared(-16.0))
    assert told.startswith("B picks 4.00 % fewer lines per hour than A (95 % interval −4.23 to −3.77 %)")
    assert "It is worse" in told


def test_less_time_is_better() -> None:
    told = sentence(compared(-60.0, figure="makespan_s", base=3600.0))
    assert told.startswith("B takes 1.667 % less time than A")
    assert "It is better" in told


def test_shares_are_compared_in_points() -> None:
    told = sentence(compared(-0.05, figure="blocked_share", base=0.14, noise=0.001))
    assert told.startswith(
        "B is blocked 5.000 points less of the time than A (95 % interval −5.092 to −4.908 points)"
    )


def test_a_baseline_of_nought_gives_no_percent() -> None:
    told = sentence(compared(30.0, figure="back_offs", base=0.0))
    assert told.startswith("B has 30.00 more back-offs than A")
    assert "%)" not in told


def test_no_difference_is_told_with_its_bound() -> None:
    told = sentence(compared(0.2))
    assert told.startswith("No difference is shown between B and A in lines per hour: at most ±0.28 %")
    assert "(95 % interval −0.18 to +0.28 %)" in told


def test_equal_runs_are_the_same_in_every_replication() -> None:
    assert sentence(compared(0.0, noise=0.0)) == "B and A have the same lines per hour in every replication."
    told = sentence(compared(4.0, noise=0.0))
    assert "picks 1.000 % more lines per hour than A (the same in every replication)" in told


def test_the_zone_of_what_does_not_matter_is_told() -> None:
    assert "surely less than the 5 lines/h that matter" in sentence(compared(0.2, indifference=5.0))
    assert "surely more than the 5 lines/h that matter" in sentence(compared(16.0, indifference=5.0))
    assert "surely more than the 5 lines/h that matter" in sentence(compared(-16.0, indifference=5.0))
    assert "not shown whether the difference is less than the 16 lines/h" in sentence(
        compared(16.0, indifference=16.0)
    )


def test_several_scenarios_have_a_headline_and_a_best() -> None:
    found = compared(16.0, -9.0, 0.1, indifference=2.0)
    assert headline(found) == "Better than A in lines per hour: B. Worse: C. No difference shown: D."
    assert text(best_sentence(found)).startswith("Best in lines per hour: B, or within 2 lines/h of the best")
    assert best_sentence(compared(16.0)) is None


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_has_words_for_more_and_less(figure: str) -> None:
    assert WORDS[figure].meaning.endswith(".")
    more, less = sentence(compared(16.0, figure=figure)), sentence(compared(-16.0, figure=figure))
    assert more != less
    for told in (more, less):
        assert re.match(r"B (picks|is|takes|travels|has) ", told)
        assert " than A (" in told
    assert ("It is better" in more) != ("It is better" in less)


def test_a_figure_of_ones_own_is_told_by_its_title() -> None:
    assert sentence(compared(16.0, figure="carton_use")).startswith("B has 4.00 % more carton use than A")


def test_the_picture_of_differences_names_its_sides_in_words() -> None:
    for figure, sides in (
        ("lines_per_hour", ["◀ worse", "better ▶"]),
        ("makespan_s", ["◀ better", "worse ▶"]),
    ):
        drawing = decisive_whiskers(compared(16.0, -9.0, 0.1, figure=figure))
        labels = [shape.text for shape in drawing.shapes if hasattr(shape, "text")]
        assert [label for label in labels if "▶" in label or "◀" in label] == sides
        assert sum("no difference shown" in label for label in labels) == 1


def test_long_names_stay_on_the_sheet() -> None:
    found = compared(16.0, -9.0)
    renamed = replace(found, against=tuple(replace(each, name="N" * 200) for each in found.against))
    drawing = decisive_whiskers(renamed)
    for shape in drawing.shapes:
        if hasattr(shape, "text"):
            assert len(shape.text) < 60


def test_whiskers_of_rows_have_worse_on_the_left() -> None:
    def dot(value: float, figure: str) -> float:
        drawn = small_whisker(mean_interval([value - 0.1, value + 0.1]), figure)
        found = re.search(r'cx="([\d.]+)"', drawn)
        return 75.0 if found is None else float(found[1])

    assert dot(5.0, "lines_per_hour") > 75.0
    assert dot(-5.0, "makespan_s") > 75.0
    assert "<circle" not in small_whisker(mean_interval([-5.1, -4.9]), "lines_per_hour")


@pytest.mark.parametrize(
    ("value", "half", "shown"),
    [
        (812.34, 22.0, "812 [790 to 834]"),
        (-0.0004, 0.02, "0.000 [−0.020 to +0.020]"),
        (123456.0, 1500.0, "+123,500 [+122,000 to +125,000]"),
    ],
)
def test_numbers_are_rounded_to_their_interval(value: float, half: float, shown: str) -> None:
    estimate = Estimate(value, value - half, value + half, 10, "Student t")
    signed = not shown.startswith("812")
    told = figure_text(value, decimals_of(estimate), signed=signed)
    assert f"{told} [{interval_text(estimate, signed=signed)}]" == shown


def test_numbers_agree_with_those_of_the_terminal() -> None:
    for value, half in ((812.34, 22.0), (0.0312, 0.00047), (5.0, 0.0), (1e7, 3.0)):
        estimate = Estimate(value, value - half, value + half, 10, "Student t")
        terminal = estimate.text().split(" [")[0]
        assert figure_text(value, decimals_of(estimate)).replace(",", "") == terminal


def test_an_interval_without_an_end_is_told() -> None:
    assert interval_text(Estimate(3.0, -float("inf"), float("inf"), 1, "t")).startswith("no interval")
    assert interval_text(Estimate(3.0, 2.0, float("inf"), 9, "t"), "s").endswith("s or more")


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "0"), (12.0, "12"), (0.5, "0.5"), (12345.678, "12,350"), (1e6, "1,000,000")]
)
def test_plain_numbers(value: float, shown: str) -> None:
    assert plain_number(value) == shown


@pytest.mark.parametrize(
    ("confidence", "shown"),
    [
        (0.95, "95"),
        (0.9, "90"),
        (1 - 0.05 / 3, "98.3"),
        (1 - 0.05 / 16, "99.69"),
        (0.9999, "99.99"),
        (0.99, "99"),
    ],
)
def test_a_confidence_is_never_rounded_to_certainty(confidence: float, shown: str) -> None:
    assert percent_text(confidence) == shown


def cost(savings: Sequence[float], once: float) -> Cost:
    saving = mean_interval(savings)
    year = mean_interval([1000.0, 1001.0])
    return Cost(
        name="B",
        runs=(1000.0, 1001.0),
        year=year,
        labour=year,
        floor=0.0,
        vehicles=0.0,
        once=once,
        saving=saving,
        payback=payback(saving, once=once),
    )


@pytest.mark.parametrize(
    ("savings", "once", "parts"),
    [
        (
            [9900, 10000, 10100],
            40_000,
            ["costs 40,000 EUR once and saves 10,000 EUR a year", "paid back in 4.00 years"],
        ),
        ([9900, 10000, 10100], 0, ["costs nothing and saves 10,000 EUR a year", "pays from the first day"]),
        ([-9900, -10000, -10100], 40_000, ["loses 10,000 EUR a year", "never pays back"]),
        (
            [-5000, 5000, 300],
            40_000,
            ["no saving or loss is shown", "cannot be decided, in", "years at the earliest"],
        ),
        ([-5000, 5000, 300], 0, ["whether it pays cannot be decided"]),
    ],
)
def test_money_is_told_in_one_sentence(savings: Sequence[float], once: float, parts: Sequence[str]) -> None:
    told = money_sentence(cost(savings, once), "EUR")
    assert told.count(".") <= 1 + len(re.findall(r"\d\.\d", told))
    for part in parts:
        assert part in told


def test_only_markup_is_not_escaped() -> None:
    inner = tag("b", "<i>", title='"quoted"')
    assert inner == '<b title="&quot;quoted&quot;">&lt;i&gt;</b>'
    assert tag("p", inner, None, " & ") == f"<p>{inner} &amp; </p>"
    assert joined("<", Markup("<br>")) == "&lt;<br>"
    assert tag("th", "x", class_="a", data_low=1.5, scope=None) == '<th class="a" data-low="1.5">x</th>'


def test_names_are_listed() -> None:
    assert [listed(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
