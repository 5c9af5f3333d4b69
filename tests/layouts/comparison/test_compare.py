"""A against A shows nothing, a planted difference is found, and the bytes are the same whoever plays them."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from layouts.comparison.compare import Comparison, compare
from layouts.comparison.record import comparison_dict
from layouts.comparison.text import answers, comparison_text
from layouts.scenario import Scenario
from layouts.statistics.common_numbers import stream
from layouts.statistics.intervals import share_interval
from layouts.statistics.replications import Precision
from spatial.errors import BadDataError

ROOT = str(Path(__file__).parents[3])
RATE = "lines_per_hour"


def hall(scenario: Scenario, replication: int, *, own: float = 2.0) -> dict[str, float]:
    """400 lines/h + 3 % for each second of `piece_s`; 20 of deviation is shared, `own` is each `pickers`'s alone."""
    shared = stream(scenario.seed, replication=replication, agent=0, purpose="shared").normal(0, 20)
    alone = stream(scenario.seed, replication=replication, agent=scenario.pickers, purpose="own")
    lines = 400 * (1 + 0.03 * scenario.piece_s) + shared + alone.normal(0, own)
    return {RATE: lines, "makespan_s": 3.6e6 / lines, "blocked_share": 0.02}


def counted(scenario: Scenario, replication: int, *, calls: Path) -> dict[str, float]:
    with calls.open("a", encoding="utf-8") as log:
        log.write(f"{scenario.pickers} {replication}\n")
    return hall(scenario, replication)


def scenario(folder: Path, *, pickers: int, piece_s: float = 0.0, seed: int = 0) -> Scenario:
    return Scenario(site=folder, pickers=pickers, piece_s=piece_s, seed=seed)


def three(folder: Path, *, seed: int = 0) -> dict[str, Scenario]:
    """B is 3 % better than A, C is A again."""
    return {
        "A": scenario(folder, pickers=1, seed=seed),
        "B": scenario(folder, pickers=2, piece_s=1, seed=seed),
        "C": scenario(folder, pickers=3, seed=seed),
    }


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "facility.json").write_text("{}", encoding="utf-8")
    return tmp_path


@pytest.fixture
def findable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other processes import the doubles from this file."""
    monkeypatch.syspath_prepend(ROOT)


def written(comparison: Comparison) -> str:
    return comparison_text(comparison) + json.dumps(comparison_dict(comparison), allow_nan=False)


@pytest.mark.parametrize("trials", [200, 1000])
def test_the_interval_of_a_against_a_covers_0_in_93_to_97_of_100_comparisons(
    tmp_path: Path, trials: int
) -> None:
    covered = shown = 0
    for seed in range(trials):
        found = compare(
            {name: scenario(tmp_path, pickers=pickers, seed=seed) for name, pickers in (("A", 1), ("A'", 2))},
            hall,
        )
        difference = found.against[0].decisive.difference
        covered += difference.low <= 0 <= difference.high
        shown += found.against[0].verdict != "no difference shown"
    assert covered + shown == trials
    assert 0.93 <= covered / trials <= 0.97
    assert share_interval(covered, trials).low <= 0.95 <= share_interval(covered, trials).high


def test_the_very_same_scenario_twice_differs_in_no_replication(tmp_path: Path) -> None:
    same = scenario(tmp_path, pickers=1)
    found = compare({"A": same, "again": same}, hall)
    assert found.against[0].decisive.difference.half_width == 0
    assert "none in any replication" in comparison_text(found)


def test_a_planted_difference_of_3_percent_is_found_and_the_equal_one_is_not(tmp_path: Path) -> None:
    found = compare(three(tmp_path), hall)
    verdicts = {each.name: each.verdict for each in found.against}
    assert verdicts == {"B": "better", "C": "no difference shown"}
    difference = found.against[0].decisive.difference
    assert difference.low <= 12 <= difference.high
    slower = compare(three(tmp_path), hall, figure="makespan_s", baseline="B")
    assert {each.name: each.verdict for each in slower.against} == {"A": "worse", "C": "worse"}


def test_intervals_of_the_verdicts_hold_at_once_and_those_of_the_figures_by_themselves(
    tmp_path: Path,
) -> None:
    """Of 2 comparisons each has 97.5 %; one of them is wrong in at most 5 of 100 cases."""
    trials, wrong = 1000, 0
    for seed in range(trials):
        found = compare(three(tmp_path, seed=seed), partial(hall, own=10.0))
        assert found.against[0].decisive.difference.confidence == pytest.approx(0.975)
        assert found.against[0].figures[RATE].difference.confidence == 0.95
        ends = [each.decisive.difference for each in found.against]
        wrong += not all(end.low <= truth <= end.high for end, truth in zip(ends, (12, 0), strict=True))
    assert share_interval(wrong, trials).low <= 0.05
    assert wrong > 0.025 * trials


def test_the_correlation_is_measured_and_common_numbers_gain_what_they_must(tmp_path: Path) -> None:
    """Of the variance 400 is shared and 4 is not."""
    pair = compare(three(tmp_path), hall, first=100).against[0].decisive
    assert pair.correlation is not None
    assert pair.correlation.low <= 400 / 404 <= pair.correlation.high
    assert pair.variance_ratio is not None
    assert pair.variance_ratio > 50


def test_replications_are_added_until_each_difference_is_as_sure_as_wanted(tmp_path: Path) -> None:
    noisy = partial(hall, own=8.0)
    found = compare(three(tmp_path), noisy, wanted=Precision(relative=0.01), first=5)
    assert found.converged
    assert found.n > 5
    bound = 0.01 * found.levels["A"][RATE].value
    assert all(each.decisive.difference.half_width <= bound for each in found.against)
    assert {level[RATE].n for level in found.levels.values()} == {found.n}
    short = compare(three(tmp_path), noisy, wanted=Precision(absolute=0.5), first=5, most=9)
    assert (short.n, short.unsure, short.converged) == (9, ("B", "C"), False)
    assert any(each.startswith("Not sure enough after 9 replications: B, C") for each in answers(short))


def test_within_the_indifference_zone_scenarios_are_the_same_and_the_best_is_named(tmp_path: Path) -> None:
    found = compare(three(tmp_path), hall, indifference=5.0)
    assert {each.name: each.is_same for each in found.against} == {"B": False, "C": True}
    assert found.best is not None
    assert (found.best.leader, found.best.is_decided) == ("B", True)
    wide = compare(three(tmp_path), hall, indifference=50.0).against[0]
    assert (wide.verdict, wide.is_same) == ("better", True)
    undecided = compare(three(tmp_path), partial(hall, own=20.0), indifference=1.0, most=15)
    assert undecided.best is not None
    assert not undecided.best.is_decided
    assert not undecided.converged
    assert compare(three(tmp_path), hall).best is None


@pytest.mark.usefixtures("findable")
def test_two_processes_give_the_bytes_of_one(tmp_path: Path) -> None:
    one, two = (
        written(compare(three(tmp_path), hall, wanted=Precision(relative=0.004), first=4, workers=workers))
        for workers in (1, 2)
    )
    assert one == two


def test_a_second_run_plays_nothing_and_gives_the_same_bytes(site: Path) -> None:
    calls = site / "calls.txt"
    figures = partial(counted, calls=calls)
    ask = partial(compare, three(site), figures, wanted=Precision(relative=0.004), first=4, most=150)
    plain = written(ask())
    calls.unlink()
    fresh = written(ask(cache=site / "cache"))
    played = calls.read_text()
    again = written(ask(cache=site / "cache"))
    assert plain == fresh == again
    assert calls.read_text() == played
    assert len(set(played.splitlines())) == len(played.splitlines())


def test_the_cache_serves_other_questions_and_plays_only_what_is_new(site: Path) -> None:
    calls = site / "calls.txt"
    figures = partial(counted, calls=calls)
    scenarios = three(site)
    ask = partial(compare, cache=site / "cache")
    ask({"A": scenarios["A"], "B": scenarios["B"]}, figures, first=4)
    calls.unlink()
    found = ask({"C": scenarios["C"], "old": scenarios["A"]}, figures, first=6)
    assert calls.read_text().splitlines() == [f"3 {number}" for number in range(6)] + ["1 4", "1 5"]
    assert found.runs["old"][RATE] == tuple(hall(scenarios["A"], number)[RATE] for number in range(6))


def test_whatever_matters_is_played_anew_and_a_moved_file_is_not(site: Path, tmp_path: Path) -> None:
    calls = site / "calls.txt"
    figures = partial(counted, calls=calls)
    cache = site / "cache"

    def new(scenarios: dict[str, Scenario]) -> int:
        calls.unlink(missing_ok=True)
        compare(scenarios, figures, first=2, cache=cache)
        return len(calls.read_text().splitlines()) if calls.exists() else 0

    assert new(three(site)) == 6
    moved = tmp_path / "moved.json"
    moved.write_bytes((site / "facility.json").read_bytes())
    assert new(three(moved)) == 0
    assert new(three(site, seed=1)) == 6
    (site / "facility.json").write_text('{"id": "other"}', encoding="utf-8")
    assert new(three(site)) == 6


def test_a_file_of_the_cache_that_is_none_is_told(site: Path) -> None:
    compare(three(site), hall, first=2, cache=site / "cache")
    for file in (site / "cache").iterdir():
        file.write_text("[1", encoding="utf-8")
    with pytest.raises(BadDataError, match=r"holds no replications .*: delete it"):
        compare(three(site), hall, first=2, cache=site / "cache")
    for file in (site / "cache").iterdir():
        file.write_text('{"rows": []}', encoding="utf-8")
    with pytest.raises(BadDataError, match=r"does not say schema 'aisletwin.replications/1': delete it"):
        compare(three(site), hall, first=2, cache=site / "cache")


def test_what_scenarios_do_not_share_is_told(tmp_path: Path) -> None:
    for name, rows in (("one", "1,a,1"), ("copy", "1,a,1"), ("other", "2,a,1")):
        (tmp_path / f"{name}.csv").write_text(f"order,sku,quantity\n{rows}\n", encoding="utf-8")
    files = {
        name: Scenario(site=tmp_path, orders=tmp_path / f"{name}.csv", slotting=tmp_path / "slots.csv")
        for name in ("one", "copy", "other")
    }
    found = compare(files, hall, first=2)
    assert [note.partition(",")[0] for note in found.notes] == ["other has other orders than one"]
    made_up = Scenario(site=tmp_path)
    unlike = {
        "more": made_up.model_copy(update={"synthetic_orders": 7}),
        "elsewhere": made_up.model_copy(update={"site": tmp_path / "other"}),
    }
    told = compare({"now": made_up, **unlike}, hall, first=2).notes
    assert [note.partition(",")[0] for note in told[:2]] == [
        "more has other orders than now",
        "elsewhere has other orders than now",
    ]
    for name, places in (("wide", "XY"), ("small", "X")):
        record = {"locations": [{"id": place, "rack": "R"} for place in places]}
        (tmp_path / f"{name}.json").write_text(json.dumps(record | {"name": name}), encoding="utf-8")
    (tmp_path / "narrow.json").write_text((tmp_path / "wide.json").read_text().replace("wide", "narrow"))
    halls = {name: Scenario(site=tmp_path / f"{name}.json") for name in ("wide", "narrow", "small")}
    told = [note for note in compare(halls, hall, first=2).notes if "other orders" in note]
    assert [note.partition(",")[0] for note in told] == ["small has other orders than wide"]
    seeds = compare({"A": scenario(tmp_path, pickers=1), "B": scenario(tmp_path, pickers=1, seed=7)}, hall)
    assert "B has seed 7 and A has 0: they share no random numbers, give both the same." in seeds.notes


def test_the_text_tells_verdicts_and_differences_before_levels(tmp_path: Path) -> None:
    text = comparison_text(compare(three(tmp_path), hall, indifference=5.0))
    assert text.startswith("B: better than A in lines per hour by 2.9 %: +11.6 lines/h [97.5 %: 9.2 to 13.9]")
    assert text.splitlines()[0].endswith("Student t; by more than the 5 lines/h that matter.")
    unsure = comparison_text(compare(three(tmp_path), hall, indifference=11.0))
    told = "Student t; not shown to be the same within 11 lines/h, nor to differ by more."
    assert unsure.splitlines()[0].endswith(told)
    assert text.index("differences [97.5 % intervals, all 2 at once with 95 % (Bonferroni)]") < text.index(
        "Levels"
    )
    assert "C: no difference shown to A in lines per hour" in text
    assert "the same within 5 lines/h" in text
    assert "The same everywhere: blocked 2 %" in text


def test_arguments_that_cannot_be_are_told(tmp_path: Path) -> None:
    scenarios = three(tmp_path)
    with pytest.raises(ValueError, match="1 scenario cannot be compared"):
        compare({"A": scenarios["A"]}, hall)
    with pytest.raises(ValueError, match="there is no scenario 'D': choose one of A, B, C"):
        compare(scenarios, hall, baseline="D")
    with pytest.raises(ValueError, match="there is no figure 'lines'"):
        compare(scenarios, hall, figure="lines")
    with pytest.raises(ValueError, match="indifference -1 must be above 0"):
        compare(scenarios, hall, indifference=-1)
    with pytest.raises(ValueError, match="first 1 must be at least 2"):
        compare(scenarios, hall, first=1)


def rounded_anew(scenario: Scenario, replication: int) -> dict[str, float]:
    """Sums in an order of their own: the metres vary by rounding alone."""
    metres = [0.1, 0.7, 12.3, 1e-3, 5.5 * scenario.pickers]
    turned = metres[replication % 5 :] + metres[: replication % 5]
    return hall(scenario, replication) | {"metres_per_line": sum(turned)}


def test_what_varies_by_rounding_alone_does_not_vary(tmp_path: Path) -> None:
    found = compare(three(tmp_path), rounded_anew)
    difference = found.against[0].figures["metres_per_line"].difference
    assert difference.half_width == 0
    assert difference.value == pytest.approx(5.5)


def test_progress_rises_to_the_whole(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    found = compare(
        three(tmp_path),
        hall,
        wanted=Precision(relative=0.003),
        first=4,
        progress=lambda what, share: told.append((what, share)),
    )
    shares = [share for _, share in told]
    assert found.n > 4
    assert shares == sorted(shares)
    assert told[-1] == (f"3 scenarios × {found.n} replications", 1.0)
