"""Planted flips are found where they are, and chance is mistaken neither for a flip nor for a verdict that stays."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.comparison.compare import compare
from layouts.comparison.sensitivity import Sensitive, Sensitivity, sensitivity
from layouts.comparison.sensitivity_assumptions import assumptions_of
from layouts.comparison.sensitivity_record import sensitivity_dict
from layouts.comparison.sensitivity_text import sensitivity_answers, sensitivity_text
from layouts.comparison.sensitivity_turns import PARTS, Tried, find_turn
from layouts.scenario import Scenario
from layouts.statistics.common_numbers import stream
from layouts.statistics.intervals import Estimate, share_interval
from layouts.what_if.play_points import Figures
from spatial.errors import UndecidedError

ROOT = str(Path(__file__).parents[3])
RATE = "lines_per_hour"


def law(
    scenario: Scenario,
    replication: int,
    *,
    flip_s: float = 9.0,
    slope: float = 10.0,
    own: float = 0.0,
    apart: float = 0.0,
) -> dict[str, float]:
    """The better (drop_s 1) gains `slope` lines/h for each second that pick_s is below `flip_s`, and `apart`."""
    shared = stream(scenario.seed, replication=replication, agent=0, purpose="shared").normal(0, 30)
    alone = stream(scenario.seed, replication=replication, agent=int(scenario.drop_s) + 1, purpose="own")
    lines = 1000 - 20 * scenario.pick_s + 30 * scenario.pickers + shared + alone.normal(0, 1) * own
    if scenario.drop_s == 1:
        lines += slope * (flip_s - scenario.pick_s) + apart
        if scenario.routing == "exact":
            lines -= 50
        if scenario.routing == "return":
            raise UndecidedError("aisles have one end: no return")
    return {RATE: lines, "makespan_s": 3600.0}


def two(folder: Path, *, seed: int = 0) -> dict[str, Scenario]:
    return {
        "A": Scenario(site=folder, drop_s=0, seed=seed),
        "B": Scenario(site=folder, drop_s=1, seed=seed),
    }


def asked(
    folder: Path, figures: Figures, *wishes: str, first: int = 10, seed: int = 0, **options: object
) -> Sensitivity:
    scenarios = two(folder, seed=seed)
    found = compare(scenarios, figures, first=first)
    return sensitivity(
        found,
        scenarios,
        figures,
        assumptions_of(scenarios, wishes, usual=False),
        folder=folder,
        **options,  # type: ignore[arg-type]
    )


def only(found: Sensitivity) -> Sensitive:
    (each,) = found.scenarios
    (one,) = each.assumptions
    return one


@given(
    flip=st.floats(6.1, 11.9),
    slope=st.floats(0.5, 50).flatmap(lambda size: st.sampled_from([size, -size])),
)
def test_a_planted_flip_is_found_to_a_part_of_the_range(
    tmp_path_factory: pytest.TempPathFactory, flip: float, slope: float
) -> None:
    """Without deviations of its own the difference is a line, which is 0 at one value only."""
    if abs(flip - 8) < 0.2:  # today must have a verdict
        flip += 0.5
    folder = tmp_path_factory.getbasetemp()
    one = only(asked(folder, partial(law, flip_s=flip, slope=slope), "pick_s=6..12", first=2))
    (turn,) = one.turns
    assert one.answer == "flips"
    assert turn.low <= flip <= turn.high
    assert turn.at == pytest.approx(flip, abs=1e-6)
    # an end lies a step beyond the value at most
    assert turn.high - turn.low <= 2 * (6 / PARTS)
    assert turn.to == ("worse" if (slope > 0) == (flip > 8) else "better")


def test_what_turns_beyond_the_range_does_not_flip_within_it(tmp_path: Path) -> None:
    one = only(asked(tmp_path, partial(law, flip_s=12.1), "pick_s=6..12"))
    assert (one.answer, one.turns) == ("does not flip", ())
    assert one.swing == pytest.approx(60)
    assert [each.value for each in one.tried] == [6, 8, 12]


def test_the_interval_of_a_flip_covers_it_as_often_as_it_says(tmp_path: Path) -> None:
    """The value where the difference is 0 is left out only where an interval of 97.5 or more of 100 misses 0."""
    trials, held, found = 150, 0, 0
    for seed in range(trials):
        figures = partial(law, flip_s=10.0, own=6.0)
        told = asked(tmp_path, figures, "pick_s=8..14", first=6, seed=seed)
        (turn,) = only(told).turns or (None,)
        if turn is None or only(told).answer != "flips":
            continue
        found += 1
        held += turn.low <= 10.0 <= turn.high
    assert found > 0.9 * trials
    # three claims: today's and those of two ends, one of which is today's value
    assert told.each_confidence == pytest.approx(1 - 0.05 / 2)
    assert share_interval(held, found).high >= told.each_confidence


def test_too_few_replications_leave_the_flip_undecided(tmp_path: Path) -> None:
    told = asked(tmp_path, partial(law, flip_s=10.0, own=2.0), "pick_s=6..10.1", first=5)
    one = only(told)
    assert one.answer == "cannot decide"
    (turn,) = one.turns
    assert turn.to == "no difference shown"
    assert turn.high == 10.1
    assert any("pick_s, given 8 s: cannot decide above" in each for each in sensitivity_answers(told))


def test_where_none_is_shown_today_it_is_told_where_one_would_be(tmp_path: Path) -> None:
    told = asked(tmp_path, partial(law, flip_s=8.0, own=3.0), "pick_s=4..12")
    assert told.scenarios[0].verdict == "no difference shown"
    one = only(told)
    assert one.answer == "shows a difference"
    assert [turn.to for turn in one.turns] == ["better", "worse"]
    assert one.turns[0].low < one.turns[0].high == 8 == one.turns[1].low < one.turns[1].high
    assert sum("shows a difference from" in each for each in sensitivity_answers(told)) == 2


def test_whole_numbers_turn_between_neighbours_and_words_one_by_one(tmp_path: Path) -> None:
    figures = partial(by_pickers, flip=9.5)
    told = asked(tmp_path, figures, "pickers=2..20", "routing=exact,s-shape,largest-gap,return")
    pickers, routing = told.scenarios[0].assumptions
    (turn,) = pickers.turns
    assert (turn.low, turn.high, turn.at) == (9.0, 10.0, 9.5)
    assert all(isinstance(each.value, int) for each in pickers.tried)
    assert routing.answer == "flips"
    assert {each.value: each.verdict for each in routing.tried} == {
        "s-shape": "better",
        "exact": "worse",
        "largest-gap": "better",
    }
    assert told.untried == {"routing=return": "B with routing=return: aisles have one end: no return"}
    text = sensitivity_text(told)
    assert "flips at 9.5 [9 to 10]: above, worse than A" in text
    assert "Not tried: routing=return" in text


def by_pickers(scenario: Scenario, replication: int, *, flip: float) -> dict[str, float]:
    return law(scenario, replication, slope=0.0, apart=10 * (flip - scenario.pickers))


def test_all_that_is_told_holds_at_once(tmp_path: Path) -> None:
    """Equal scenarios: whatever is shown, today or at any value, is wrong."""
    trials, wrong = 200, 0
    wishes = ("pick_s=4..12", "piece_s=0..4", "drop_s=10..40", "pickers=2..9")
    for seed in range(trials):
        scenarios = {
            name: Scenario(site=tmp_path, batch_lines=size, seed=seed)
            for name, size in (("A", 12), ("B", 13))
        }
        found = compare(scenarios, alike, first=5)
        told = sensitivity(
            found, scenarios, alike, assumptions_of(scenarios, wishes, usual=False), folder=tmp_path
        )
        (each,) = told.scenarios
        assert told.each_confidence == pytest.approx(1 - 0.05 / 9)
        wrong += any(
            tried.verdict != "no difference shown" for one in each.assumptions for tried in one.tried
        )
    assert share_interval(wrong, trials).low <= 0.05
    assert wrong > 0


def alike(scenario: Scenario, replication: int) -> dict[str, float]:
    """400 lines/h with deviations that every value of every setting draws anew."""
    settings = (scenario.pick_s, scenario.piece_s, scenario.drop_s, scenario.pickers, scenario.batch_lines)
    agent = int("".join(f"{round(10 * value):04d}" for value in settings)) % 2**31
    return {
        RATE: 400 + stream(scenario.seed, replication=replication, agent=agent, purpose="own").normal(0, 5)
    }


def test_what_differs_is_compared_and_not_assumed_and_wrong_wishes_are_told(tmp_path: Path) -> None:
    scenarios = two(tmp_path)
    found = assumptions_of(scenarios, ["drop_s=0..3", "operations.packing.order_s=1..9"], usual=False)
    assert found.known == ()
    assert "compared, not assumed" in found.untried["drop_s"]
    assert found.untried["operations.packing.order_s"] == "the scenarios have none"
    told = sensitivity(compare(scenarios, law), scenarios, law, found, folder=tmp_path)
    assert sensitivity_text(told).endswith("Not tried: operations.packing.order_s: the scenarios have none.")
    for wish, said in (
        ("pick_s=9..12", "holds today's value 8"),
        ("pick_s=6", "no range: give pick_s=LOW..HIGH"),
        ("pickers=5.5..7", "takes whole numbers"),
        ("pick_speed=1..2", "nothing that can be varied"),
        ("routing=zigzag", "routing zigzag cannot be"),
        ("routing=s-shape", "is today's value"),
        ("seed=1..2", "nothing that can be varied"),
        ("pick_s", "must be NAME=LOW..HIGH"),
    ):
        with pytest.raises(ValueError, match=said):
            assumptions_of(scenarios, [wish], usual=False)


@pytest.fixture
def findable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other processes import the doubles from this file."""
    monkeypatch.syspath_prepend(ROOT)


@pytest.mark.usefixtures("findable")
def test_bytes_are_the_same_for_any_number_of_workers_and_from_the_cache(tmp_path: Path) -> None:
    (tmp_path / "facility.json").write_text("{}", encoding="utf-8")
    wishes = ("pick_s=6..12", "routing=exact,largest-gap")
    figures = partial(law, own=6.0)
    one = bytes_of(asked(tmp_path, figures, *wishes))
    assert bytes_of(asked(tmp_path, figures, *wishes, workers=2)) == one
    assert bytes_of(asked(tmp_path, figures, *wishes, cache=tmp_path / "cache")) == one
    calls = tmp_path / "calls"
    counted_law = partial(counted, calls=calls)
    first = bytes_of(asked(tmp_path, counted_law, *wishes, cache=tmp_path / "cache"))
    played = calls.read_text(encoding="utf-8").count("\n")
    again = bytes_of(asked(tmp_path, counted_law, *wishes, cache=tmp_path / "cache"))
    assert first == again
    # the comparison itself has no cache here
    assert calls.read_text(encoding="utf-8").count("\n") == played + 20


def counted(scenario: Scenario, replication: int, *, calls: Path) -> dict[str, float]:
    with calls.open("a", encoding="utf-8") as log:
        log.write(f"{scenario.drop_s} {replication}\n")
    return law(scenario, replication, own=6.0)


def bytes_of(found: Sensitivity) -> bytes:
    return json.dumps(sensitivity_dict(found), allow_nan=False).encode()


def test_a_line_that_is_0_nowhere_has_no_crossing_and_a_jump_has_one() -> None:
    def at(value: float) -> Tried:
        mean = 1.0 if value < 5 else -1.0
        return Tried(
            value=value,
            difference=Estimate(mean, mean - 0.5, mean + 0.5, 10, "t"),
            verdict="better" if mean > 0 else "worse",
        )

    turn = find_turn(at, today=at(4.0), end=at(8.0))
    assert turn is not None
    assert (turn.low, turn.high) == (4.875, 5.0)
    assert turn.at is not None
    assert 4.875 < turn.at <= 5.0
    assert find_turn(at, today=at(4.0), end=at(4.5)) is None
