"""`aisletwin compare` beside its verdict: money, the front, what flips it; each printed and in the JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from spatial.facility import Facility
from spatial.facility_json import write_facility

PRICES = {
    "currency": "EUR",
    "labour_per_h": 30,
    "rack_per_position": 50,
    "floor_per_m2_year": 60,
    "vehicle_per_year": 5000,
    "moves_once": 10000,
    "hours_per_year": 4000,
}


@pytest.fixture
def files(tmp_path: Path, hall: Facility) -> list[Path]:
    """The same shift with three pickers and with two, who walk shorter tours."""
    write_facility(tmp_path / "facility.json", hall)
    given = {"site": ".", "synthetic_orders": 8, "pick_time": "lognormal"}
    for name, own in (("three", {"pickers": 3}), ("two", {"pickers": 2, "routing": "exact"})):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(given | own), encoding="utf-8")
    (tmp_path / "prices.yaml").write_text(yaml.safe_dump(PRICES), encoding="utf-8")
    return [tmp_path / "three.yaml", tmp_path / "two.yaml"]


def test_all_that_is_asked_is_printed_and_in_the_json(
    aisletwin: Callable[..., Any], files: list[Path], tmp_path: Path
) -> None:
    asked = [
        *files, "--replications", "4", "--prices", tmp_path / "prices.yaml",
        "--front", "lines_per_hour,annual_cost", "--front", "floor_m2",
        "--assume", "pick_s=4..12", "--assume", "routing=exact", "--cache", tmp_path / "cache",
    ]  # fmt: skip
    told = aisletwin("compare", *asked, "-o", tmp_path / "comparison.json")
    assert told.code == 0
    for words in (
        "EUR a year",
        "lines per hour, annual cost, floor m2",
        "What would change the verdict",
        "pick_s",
    ):
        assert words in told.out
    record = json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))
    assert set(record["front"]["figures"]) == {"lines_per_hour", "annual_cost", "floor_m2"}
    assert record["money"]["prices"]["labour_per_h"] == 30
    assert [one["name"] for one in record["sensitivity"]["scenarios"][0]["assumptions"]] == ["pick_s"]
    assert {price["name"] for price in record["sensitivity"]["prices"]} == {
        "labour_per_h",
        "floor_per_m2_year",
        "vehicle_per_year",
    }
    assert "compared, not assumed" in record["sensitivity"]["untried"]["routing"]
    again = aisletwin("compare", *asked, "--json")
    assert again.out == (tmp_path / "comparison.json").read_text(encoding="utf-8")


def test_what_is_not_asked_is_null(aisletwin: Callable[..., Any], files: list[Path]) -> None:
    record = json.loads(aisletwin("compare", *files, "--replications", "2", "--json").out)
    assert (record["front"], record["money"], record["sensitivity"]) == (None, None, None)


def test_what_is_still_unsure_at_most_replications_ends_undecided(
    aisletwin: Callable[..., Any], files: list[Path]
) -> None:
    done = aisletwin("compare", *files, "--replications", "2", "--most", "3", "--half-width", "0.001")
    assert done.code == 4
    assert "Not sure enough after 3 replications" in done.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--front", "annual_cost"], "annual_cost needs --prices"),
        (["--front", "beauty"], "there is no figure 'beauty'"),
        (["--assume", "pick_s=9..12"], "holds today's value 8"),
        (["--assume", "haste=1..2"], "nothing that can be varied"),
    ],
)
def test_wrong_wishes_are_refused_before_anything_is_simulated(
    aisletwin: Callable[..., Any], files: list[Path], options: list[str], said: str
) -> None:
    done = aisletwin("compare", *files, *options)
    assert done.code == 2
    assert said in " ".join(done.err.replace("│", " ").split())
    assert "replicated" not in done.err


def test_faults_of_a_price_file_are_told(
    aisletwin: Callable[..., Any], files: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "prices.yaml").write_text("currency: EUR\n", encoding="utf-8")
    done = aisletwin("compare", *files, "--prices", tmp_path / "prices.yaml")
    assert done.code == 3
    assert "prices.yaml: labour_per_h: this field is needed" in done.err


def test_the_report_is_a_page_with_its_values_and_plans_the_same_each_time(
    aisletwin: Callable[..., Any], files: list[Path], tmp_path: Path
) -> None:
    asked = [*files, "--replications", "3", "--cache", tmp_path / "cache"]
    written = []
    for name in ("one", "two"):
        folder = tmp_path / name
        told = aisletwin("compare", *asked, "-o", folder / "report.html", "--plans", folder / "plans")
        assert told.code == 0
        assert str(folder / "report.json") in told.out
        written.append({str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.*")})
    assert written[0] == written[1]
    page = written[0]["report.html"].decode("utf-8")
    assert "two against three" in page
    assert "made up" in page
    record = json.loads(written[0]["report.json"])
    assert record["replications"] == 3
    assert set(record["inputs"]) == {"three", "two"}
    assert {"plans/two-L0-blocked.svg", "plans/two-L0-blocked.png"} <= set(written[0])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("-o", "report.pdf"), "no .html or .htm or .json"),
        (("--plans", "plans"), "give -o report.html too"),
        (("-o", "report.json", "--plans", "plans"), "give -o report.html too"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_simulated(
    aisletwin: Callable[..., Any], files: list[Path], more: tuple[str, ...], said: str
) -> None:
    told = aisletwin("compare", *files, *more)
    assert told.code == 2
    assert said in " ".join(told.err.split())
