"""Known effects are recovered, intervals hold as often as they say, bytes do not depend on who plays."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import partial
from itertools import product
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from layouts.experiment.design import full_design, screening_design
from layouts.experiment.experiment import run_experiment
from layouts.experiment.factors import parse_factors
from layouts.experiment.files import FILES, write_experiment
from layouts.experiment.picture import main_effects_svg
from layouts.experiment.record import cells_csv, effects_csv, experiment_dict
from layouts.experiment.result import ExperimentResult
from layouts.experiment.text import experiment_text
from layouts.scenario import Scenario
from layouts.statistics.common_numbers import stream
from layouts.statistics.intervals import share_interval
from layouts.statistics.replications import Precision
from layouts.what_if.play_points import Figures

ROOT = str(Path(__file__).parents[3])
RATE = "lines_per_hour"
TWO = ("pickers=4,8", "batching=first-come,short-tours", "pick_s=6,10")


def law(scenario: Scenario, replication: int, *, own: float = 0.0) -> dict[str, float]:
    """50 lines/h a picker and 10 more by short tours, 80 by these, -7 for each second of pick_s."""
    is_short = scenario.batching == "short-tours"
    shared = stream(scenario.seed, replication=replication, agent=0, purpose="shared").normal(0, 40)
    settings = (scenario.pickers, int(is_short), round(10 * scenario.pick_s), scenario.batch_lines)
    agent = int("".join(f"{value:03d}" for value in settings)) % 2**31
    alone = stream(scenario.seed, replication=replication, agent=agent, purpose="own").normal(0, 1)
    lines = (50 + 10 * is_short) * scenario.pickers + 80 * is_short - 7 * scenario.pick_s
    lines += 0.0 * scenario.batch_lines + shared + own * alone
    return {RATE: lines, "lines_per_labour_hour": lines / scenario.pickers, "blocked_share": 0.01}


def played(
    folder: Path,
    *texts: str,
    figures: Figures = law,
    seed: int = 0,
    screening: bool = False,
    **options: object,
) -> ExperimentResult:
    design = (screening_design if screening else full_design)(parse_factors(texts))
    return run_experiment(Scenario(site=folder, seed=seed), design, figures, folder=folder, **options)  # type: ignore[arg-type]


def effects(result: ExperimentResult) -> dict[str, float]:
    return {effect.name: effect.figures[RATE].value for effect in result.effects}


SHORT, PICKERS, SLOW = "batching first-come → short-tours", "pickers 4 → 8", "pick_s 6 → 10"
TRUTH = {
    PICKERS: 4 * 55.0,
    SHORT: 80 + 10 * 6.0,
    SLOW: -28.0,
    f"{PICKERS} × {SHORT}": 40.0,
    f"{PICKERS} × {SLOW}": 0.0,
    f"{SHORT} × {SLOW}": 0.0,
}


def test_effects_of_a_law_are_the_law_s(tmp_path: Path) -> None:
    """What all cells share leaves no deviation, so interactions that are none are exactly that."""
    result = played(tmp_path, *TWO, first=3)
    assert effects(result) == pytest.approx(TRUTH)
    assert [effect.figures[RATE].half_width for effect in result.effects] == pytest.approx([0] * 6, abs=1e-9)
    assert effects(result)[f"{SHORT} × {SLOW}"] == 0
    assert [effect.name for effect in result.ranked][:2] == [PICKERS, SHORT]


def test_effects_are_the_contrasts_of_a_2_to_the_k_table_by_hand(tmp_path: Path) -> None:
    """Yates's signs over any eight numbers; an interaction is twice the halved one of textbooks."""
    random = np.random.default_rng(3).normal(0, 10, (2, 2, 2, 5))

    result = played(tmp_path, *TWO, first=5, figures=partial(table, values=random.tolist()))
    signs = np.array(list(product((-1, 1), repeat=3)))
    flat = random.reshape(8, 5)
    by_hand = [(signs[:, [place]] * flat).sum(axis=0) / 4 for place in range(3)]
    by_hand += [
        2 * (signs[:, [one]] * signs[:, [other]] * flat).sum(axis=0) / 4
        for one, other in ((0, 1), (0, 2), (1, 2))
    ]
    for effect, contrast in zip(result.effects, by_hand, strict=True):
        estimate = effect.figures[RATE]
        assert estimate.value == pytest.approx(contrast.mean())
        # t with 4 degrees of freedom at 1 - 0.05 / 6 on both sides
        assert estimate.half_width == pytest.approx(4.8510 * contrast.std(ddof=1) / 5**0.5, rel=1e-4)


def table(scenario: Scenario, replication: int, *, values: list[list[list[list[float]]]]) -> dict[str, float]:
    at = scenario.pickers == 8, scenario.batching == "short-tours", scenario.pick_s == 10
    return {RATE: values[at[0]][at[1]][at[2]][replication]}


def test_all_intervals_hold_at_once_in_95_of_100_experiments_and_hardly_more(tmp_path: Path) -> None:
    trials, held = 300, 0
    design, scenario = full_design(parse_factors(TWO)), Scenario(site=tmp_path)
    for seed in range(trials):
        result = run_experiment(
            scenario.model_copy(update={"seed": seed}),
            design,
            partial(law, own=8.0),
            folder=tmp_path,
            first=5,
        )
        held += all(
            effect.figures[RATE].low <= TRUTH[effect.name] <= effect.figures[RATE].high
            for effect in result.effects
        )
    assert share_interval(held, trials).high >= 0.95
    assert held < trials


def test_of_many_values_each_is_held_against_the_first(tmp_path: Path) -> None:
    result = played(tmp_path, "pickers=2,4,8", "batching=first-come,short-tours", first=2)
    found = effects(result)
    assert found["pickers 2 → 4"] == pytest.approx(110)
    assert found["pickers 2 → 8"] == pytest.approx(330)
    assert found[f"pickers 2 → 8 × {SHORT}"] == pytest.approx(60)
    assert len(found) == 2 + 1 + 2
    means = {(mean.factor, mean.value): mean.figures[RATE].value for mean in result.level_means}
    assert means["pickers", 8] - means["pickers", 2] == pytest.approx(330)


def test_a_screening_design_finds_main_effects_and_names_what_it_cannot_tell_apart(tmp_path: Path) -> None:
    result = played(tmp_path, *TWO, "batch_lines=10,20", first=2, screening=True)
    assert len(result.cells) == 8
    found = effects(result)
    for name in (PICKERS, SHORT, SLOW):
        assert found[name] == pytest.approx(TRUTH[name])
    assert found["batch_lines 10 → 20"] == 0
    assert found[f"{PICKERS} × {SHORT} + {SLOW} × batch_lines 10 → 20"] == pytest.approx(40)
    text = experiment_text(result)
    assert "2^(4-1) fractional factorial, 8 cells, resolution IV" in text
    assert "together, which this design cannot tell apart" in text
    assert "No effect of its own on lines per hour shown: batch_lines." in text


def test_replications_are_added_until_main_effects_are_sure_enough(tmp_path: Path) -> None:
    figures = partial(law, own=20.0)
    wanted = Precision(absolute=10.0)
    result = played(tmp_path, *TWO, figures=figures, first=4, wanted=wanted)
    assert result.converged
    assert result.n > 4
    assert all(effect.figures[RATE].half_width <= 10 for effect in result.effects if effect.is_main)
    few = played(tmp_path, *TWO, figures=figures, first=4, most=5, wanted=wanted)
    assert not few.converged
    assert set(few.unsure) <= {PICKERS, SHORT, SLOW}
    assert "Not sure enough after 5 replications" in experiment_text(few)


def test_the_best_cell_is_found_to_within_an_indifference_zone(tmp_path: Path) -> None:
    result = played(tmp_path, *TWO, figures=partial(law, own=10.0), first=5, indifference=10.0)
    assert result.best is not None
    assert result.best.is_decided
    assert result.best.leader == "pickers=8, batching=short-tours, pick_s=6" == result.leader.leader
    assert "Best cell in lines per hour: pickers=8" in experiment_text(result)


def test_what_cannot_be_played_is_told_before_anything_is(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="batching=in-time does not go with the scenario"):
        played(tmp_path, "pickers=2,4", "batching=first-come,in-time", figures=refused)
    with pytest.raises(ValueError, match="there is no figure 'speed'"):
        played(tmp_path, *TWO, figure="speed")


def refused(scenario: Scenario, replication: int) -> dict[str, float]:
    raise AssertionError("nothing is to be played")


@pytest.fixture
def findable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other processes import the doubles from this file."""
    monkeypatch.syspath_prepend(ROOT)


@pytest.mark.usefixtures("findable")
def test_bytes_are_the_same_for_any_number_of_workers_and_a_second_run_plays_nothing(tmp_path: Path) -> None:
    (tmp_path / "facility.json").write_text("{}", encoding="utf-8")
    calls = tmp_path / "calls"
    figures = partial(counted, calls=calls)
    wanted = Precision(absolute=10.0)
    results = [
        played(tmp_path, *TWO, figures=figures, first=4, wanted=wanted, **options)  # type: ignore[arg-type]
        for options in ({}, {"workers": 2}, {"cache": tmp_path / "cache"})
    ]
    before = calls.read_bytes()
    results.append(played(tmp_path, *TWO, figures=figures, first=4, wanted=wanted, cache=tmp_path / "cache"))
    assert calls.read_bytes() == before
    written = []
    for number, result in enumerate(results):
        write_experiment(tmp_path / str(number), result)
        written.append([(tmp_path / str(number) / name).read_bytes() for name in FILES])
    assert written.count(written[0]) == 4


def counted(scenario: Scenario, replication: int, *, calls: Path) -> dict[str, float]:
    with calls.open("a", encoding="utf-8") as log:
        log.write(f"{replication}\n")
    return law(scenario, replication, own=20.0)


def test_tables_json_and_picture_tell_the_same(tmp_path: Path) -> None:
    result = played(tmp_path, *TWO, figures=partial(law, own=5.0), first=4)
    record = json.loads(json.dumps(experiment_dict(result), allow_nan=False))
    rows = list(csv.DictReader(io.StringIO(effects_csv(result))))
    assert [row["effect"] for row in rows if row["figure"] == RATE] == [
        each["name"] for each in record["effects"]
    ]
    assert float(rows[0]["value"]) == record["effects"][0]["figures"][RATE]["value"]
    assert rows[0]["is_shown"] == "true"
    cells = list(csv.DictReader(io.StringIO(cells_csv(result))))
    assert len(cells) == 8 * 3
    assert float(cells[0]["value"]) == record["cells"][0]["levels"][RATE]["value"]
    assert list(cells[0])[:4] == ["pickers", "batching", "pick_s", "figure"]
    picture = ET.fromstring(main_effects_svg(result))
    words = [each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert [word for word in words if word in ("pickers", "batching", "pick_s")] == [
        "pickers",
        "batching",
        "pick_s",
    ]
    assert len(list(picture.iter("{http://www.w3.org/2000/svg}circle"))) == 6
    assert "first-come" in words
    assert not re.search(r"nan|inf\b", main_effects_svg(result))


def test_the_picture_says_where_no_effect_is_shown_and_keeps_labels_apart(tmp_path: Path) -> None:
    result = played(tmp_path, "pickers=1..17", "batch_lines=10,20", first=2)
    picture = ET.fromstring(main_effects_svg(result))
    texts = list(picture.iter("{http://www.w3.org/2000/svg}text"))
    assert [each.text for each in texts].count("no effect shown") == 1
    boxes = [
        (float(each.get("x", "")), float(each.get("y", "")), 6.2 * len(each.text or ""))
        for each in texts
        if each.get("text-anchor") == "middle"
    ]
    for place, (x, y, width) in enumerate(boxes):
        assert x + width / 2 <= 360
        for other_x, other_y, other_width in boxes[place + 1 :]:
            assert y != other_y or abs(x - other_x) >= (width + other_width) / 2
