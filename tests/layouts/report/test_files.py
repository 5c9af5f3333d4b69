"""Pages, JSON and pictures as files: whole, remembered, with the hashes of what they came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from layouts.comparison.axes import front_points
from layouts.comparison.compare import Comparison
from layouts.comparison.money import money
from layouts.comparison.pareto import pareto_front
from layouts.comparison.prices import Prices, holdings_of
from layouts.comparison.record import comparison_dict
from layouts.comparison.sensitivity import ScenarioSensitivity, Sensitive, Sensitivity
from layouts.comparison.sensitivity_turns import Tried, Turn
from layouts.report import write_report as module
from layouts.report.page import report_html
from layouts.report.record import report_dict
from layouts.report.report_data import Beside, Report, make_report
from layouts.report.settings import settings_of, settings_sha256
from layouts.report.write_report import plan_files, report_json, write_report
from layouts.scenario import Scenario
from layouts.statistics.intervals import Estimate
from spatial.errors import BadDataError


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_record_is_that_of_the_comparison_and_more(report: Report, compared: Comparison) -> None:
    record = json.loads(report_json(report))
    assert record.items() >= json.loads(json.dumps(comparison_dict(compared))).items()
    assert record["schema"] == "aisletwin.comparison/1"
    assert record["shown_replication"] == report.replication
    assert record["sensitivity"] is None
    assert record["limits_of_validity"]


def test_inputs_are_told_with_the_hashes_of_their_files(
    report: Report, html: str, scenarios: Mapping[str, Scenario]
) -> None:
    inputs = report_dict(report)["inputs"]
    for name, scenario in scenarios.items():
        files = inputs[name]["files"]
        assert scenario.orders is not None
        assert scenario.slotting is not None
        assert files["facility"]["sha256"] == sha256(scenario.site / "facility.json")
        assert files["orders"] == {"name": "orders.csv", "sha256": sha256(scenario.orders)}
        assert files["slotting"]["sha256"] == sha256(scenario.slotting)
        for file in files.values():
            assert file["sha256"] in html
        assert inputs[name]["settings_sha256"] in html


def test_settings_have_one_hash_wherever_their_files_lie(scenarios: Mapping[str, Scenario]) -> None:
    today = scenarios["today"]
    moved = today.model_copy(update={"site": Path("elsewhere")})
    assert settings_sha256(moved) == settings_sha256(today)
    assert settings_sha256(today.model_copy(update={"pickers": 7})) != settings_sha256(today)


def test_settings_that_differ_are_found_at_any_depth(report: Report) -> None:
    one, two, *_ = report.shifts
    other = two.inputs["scenario"] | {"traffic": two.inputs["scenario"]["traffic"] | {"deadlock": "pass"}}
    changed = replace(two, inputs={**one.inputs, "scenario": other})
    differing = {each.name: each.values for each in settings_of((one, changed)) if not each.is_shared}
    assert differing == {"traffic.deadlock": ("stop", "pass")}


def test_all_files_are_written_and_a_second_time_remembered(
    tmp_path: Path,
    compared: Comparison,
    scenarios: Mapping[str, Scenario],
    html: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def written(folder: Path) -> dict[str, bytes]:
        write_report(
            folder / "report.html",
            compared,
            scenarios,
            json_path=folder / "report.json",
            plans=folder / "plans",
            cache=tmp_path / "cache",
        )
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }

    first = written(tmp_path / "first")
    assert first["report.html"].decode() == html
    assert len([name for name in first if name.endswith(".png")]) == 2 * len(scenarios)
    assert len([name for name in first if name.endswith(".svg")]) == 2 * len(scenarios)

    def fails(*_: object, **__: object) -> Report:
        raise AssertionError("played again")

    monkeypatch.setattr(module, "make_report", fails)
    assert written(tmp_path / "second") == first
    with pytest.raises(AssertionError, match="played again"):
        write_report(
            tmp_path / "titled.html",
            compared,
            scenarios,
            beside=Beside(title="other"),
            cache=tmp_path / "cache",
        )


def test_a_cache_that_cannot_be_read_is_told(
    tmp_path: Path, compared: Comparison, scenarios: Mapping[str, Scenario]
) -> None:
    page = tmp_path / "report.html"
    write_report(page, compared, scenarios, cache=tmp_path / "cache")
    (kept,) = (tmp_path / "cache").glob("*-page.zip")
    kept.write_bytes(b"nothing")
    with pytest.raises(BadDataError, match=r"holds no report \(.*\): delete it"):
        write_report(page, compared, scenarios, cache=tmp_path / "cache")


def test_plans_of_names_that_look_alike_are_numbered(report: Report) -> None:
    alike = replace(
        report,
        shifts=tuple(
            replace(shift, name=name)
            for shift, name in zip(report.shifts, ("a/b", "a:b", "../.."), strict=True)
        ),
    )
    names = [name for name in plan_files(alike) if name.endswith("blocked.svg") or "blocked-" in name]
    assert names == ["a_b-L0-blocked.svg", "a_b-L0-blocked-2.svg", "a_b-L0-blocked-2.png", "_-L0-blocked.svg"]


PRICES = Prices(
    currency="EUR",
    labour_per_h=30,
    rack_per_position=50,
    floor_per_m2_year=60,
    vehicle_per_year=0,
    moves_once=12_345,
    hours_per_year=4000,
)


def test_money_and_front_are_told_where_they_were_asked_for(
    report: Report, compared: Comparison, scenarios: Mapping[str, Scenario], html: str
) -> None:
    holdings = {
        shift.name: holdings_of(shift.facility, scenarios[shift.name], baseline=scenarios["today"])
        for shift in report.shifts
    }
    priced = money(compared, PRICES, holdings)
    front = pareto_front(front_points(compared, ("lines_per_hour",), money=priced, holdings=holdings))
    told = report_html(replace(report, beside=Beside(money=priced, front=front)))
    assert "Cost and payback" in told
    assert "12,345 EUR once" in told
    assert "Standing in lines per hour, annual cost and floor m² together" in told
    assert "Prices are taken to be certain" in told
    assert "Cost and payback" not in html
    assert report_dict(replace(report, beside=Beside(money=priced)))["money"]["prices"]["currency"] == "EUR"


def test_halls_are_checked_against_the_limits_given_or_not_at_all(
    report: Report, compared: Comparison, scenarios: Mapping[str, Scenario], html: str
) -> None:
    assert any(each.rule == "pick_reach" for each in report.findings["today"])
    assert 'see <a href="#rules">layout rules</a>' in html
    unchecked = report_html(make_report(compared, scenarios, beside=Beside(limits=None)))
    assert "#rules" not in unchecked
    assert "Layout rules" not in unchecked


def sensitivity_of(report: Report) -> Sensitivity:
    """Four pickers are worse, unless picking takes far longer."""

    def tried(value: float | str, mean: float) -> Tried:
        estimate = Estimate(mean, mean - 5, mean + 5, 5, "Student t", 0.99)
        verdict = "better" if mean > 5 else "worse" if mean < -5 else "no difference shown"
        return Tried(value=value, difference=estimate, verdict=verdict)  # type: ignore[arg-type]

    given = tried(8.0, -20.0)
    slow = Sensitive(
        name="pick_s",
        unit="s",
        today=8.0,
        is_numeric=True,
        tried=(tried(4.0, -60.0), given, tried(30.0, 12.0)),
        turns=(Turn(to="better", low=20.0, high=28.0, at=23.5),),
        answer="flips",
    )
    words = Sensitive(
        name="routing",
        unit="",
        today="s-shape",
        is_numeric=False,
        tried=(tried("s-shape", -20.0), tried("exact", -22.0)),
        turns=(),
        answer="does not flip",
    )
    four = ScenarioSensitivity(
        name="four", verdict="worse", difference=given.difference, assumptions=(slow, words)
    )
    return Sensitivity(
        baseline="today",
        figure="lines_per_hour",
        n=5,
        confidence=0.95,
        each_confidence=0.99,
        scenarios=(four,),
        untried={"peak": "not <b>here</b>"},
    )


def test_a_sensitivity_is_told_with_a_tornado(report: Report) -> None:
    asked = replace(report, beside=Beside(sensitivity=sensitivity_of(report)))
    told = report_html(asked)
    assert "was not asked" not in told
    assert "four less today: lines per hour under other assumptions" in told
    assert "pick_s, s" in told
    assert told.index("pick_s, s") < told.index('<th scope="row">routing')
    assert "not &lt;b&gt;here&lt;/b&gt;" in told
    assert report_dict(asked)["sensitivity"]["scenarios"][0]["name"] == "four"
