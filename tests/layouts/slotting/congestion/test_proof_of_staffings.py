"""Staffings that are proven together: the same to the last bit as one by one, with tours planned once for all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from layouts import planned_tours
from layouts.comparison.compare import compare
from layouts.comparison.record import comparison_dict
from layouts.last_used import LastUsed
from layouts.plan_scenario import tours_on
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import figures_of
from layouts.slotting.congestion.proof import prove
from layouts.slotting_table import Slotting, write_slotting
from layouts.statistics.replications import Precision

STAFFINGS = (1, 5, 12)


@pytest.fixture(scope="module")
def slottings(small) -> dict[str, Slotting]:  # type: ignore[no-untyped-def]
    now = small.start.slotting(small.start.problem.now)
    turned = dict(zip(now, [*now.values()][::-1], strict=True))
    return {"now": now, "turned": turned}


@pytest.fixture(scope="module")
def one_by_one(small, slottings, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:  # type: ignore[no-untyped-def]
    """Each staffing compared by itself."""
    folder = tmp_path_factory.mktemp("one-by-one")
    files = {name: folder / f"{name}.csv" for name in slottings}
    for name, file in files.items():
        write_slotting(file, slottings[name])
    return [
        comparison_dict(
            compare(
                {
                    name: small.scenario.model_copy(update={"slotting": file, "pickers": count})
                    for name, file in files.items()
                },
                figures_of,
                first=3,
            )
        )
        for count in STAFFINGS
    ]


def comparisons(proof) -> list[dict[str, Any]]:  # type: ignore[no-untyped-def]
    return [comparison_dict(each) for each in proof.comparisons.values()]


@pytest.mark.parametrize("workers", [1, 2])
def test_together_they_are_what_they_are_one_by_one(  # type: ignore[no-untyped-def]
    workers: int, small, slottings, one_by_one, tmp_path: Path
) -> None:
    proof = prove(small.scenario, slottings, folder=tmp_path, pickers=STAFFINGS, first=3, workers=workers)
    assert comparisons(proof) == one_by_one


def test_tours_are_planned_once_for_all_staffings_even_where_few_are_kept(  # type: ignore[no-untyped-def]
    small, slottings, one_by_one, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[int] = []

    def spied(*given: Any, replication: int) -> Any:
        planned.append(replication)
        return tours_on(*given, replication=replication)

    monkeypatch.setattr(planned_tours, "tours_on", spied)
    monkeypatch.setattr(planned_tours, "_tours", LastUsed(1, lambda tours: tours.plan.lines))
    how: dict[str, Any] = {"folder": tmp_path, "pickers": STAFFINGS, "cache": tmp_path / "cache"}
    assert prove(small.scenario, slottings, first=2, **how).comparisons[1].n == 2
    assert planned == [0, 1, 0, 1]
    assert comparisons(prove(small.scenario, slottings, first=3, **how)) == one_by_one
    assert planned == [0, 1, 0, 1, 2, 2]


def made_up(scenario: Scenario, replication: int) -> Mapping[str, float]:
    """Sure at once with many pickers, never with one."""
    assert scenario.slotting is not None
    first_row = scenario.slotting.read_text(encoding="utf-8").splitlines()[1]
    return {
        "lines_per_hour": 100.0
        + len(first_row)
        + (replication * 37 % 11) * len(first_row) / scenario.pickers**4
    }


def test_each_staffing_still_gets_as_many_replications_as_it_takes(  # type: ignore[no-untyped-def]
    small, tmp_path: Path
) -> None:
    slottings: dict[str, Slotting] = {"short": {"A": ("B",)}, "long": {"A": ("BBBB",)}}
    told: list[float] = []
    proof = prove(
        small.scenario,
        slottings,
        figures=made_up,
        folder=tmp_path,
        pickers=STAFFINGS,
        wanted=Precision(absolute=0.5),
        first=3,
        most=9,
        progress=lambda _stage, share: told.append(share),
    )
    assert [each.n for each in proof.comparisons.values()] == [9, 3, 3]
    files = {name: tmp_path / f"slotting-{number}.csv" for number, name in enumerate(slottings)}
    for count, found in proof.comparisons.items():
        alone = compare(
            {
                name: small.scenario.model_copy(update={"slotting": file, "pickers": count})
                for name, file in files.items()
            },
            made_up,
            wanted=Precision(absolute=0.5),
            first=3,
            most=9,
        )
        assert comparison_dict(found) == comparison_dict(alone)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)


def refused(_scenario: Scenario, _replication: int) -> Mapping[str, float]:
    raise AssertionError("this is not to be played")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"today": "other"}, "there is no slotting 'other': choose one of now, turned"),
        ({"indifference": 0.0}, "indifference"),
        ({"confidence": 1.5}, "confidence"),
        ({"first": 1}, "first 1 must be at least 2"),
        ({"workers": 0}, "workers 0 must be at least 1"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_played(  # type: ignore[no-untyped-def]
    how: dict[str, Any], said: str, small, slottings, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=said):
        prove(small.scenario, slottings, figures=refused, folder=tmp_path, **how)
    with pytest.raises(ValueError, match="1 slotting cannot be compared"):
        prove(small.scenario, {"now": slottings["now"]}, figures=refused, folder=tmp_path)
