"""alerts: rules checked and tested, alerts listed, acknowledged and put on the shelf, from the command line."""

from __future__ import annotations

import json
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from layouts.live.events import AlertChanged, LiveEvent
from server.cli import run_command
from server.commands import app
from server.store.opening import open_store

EXAMPLE = Path(str(files("server.alerts") / "examples" / "warehouse_alerts.yaml"))
NOW_MS = time.time_ns() // 1_000_000
HOUR_MS = 3_600_000


def raised(
    name: str, severity: str, *, site: str = "HALL", ago_ms: int = HOUR_MS, step: str = "raised"
) -> LiveEvent:
    rule, _, about = name.partition("/")
    return LiveEvent(
        id=f"{site}:{name}:{step}", site=site, source="alerts", entity=f"alert/{name}",
        happened_ms=NOW_MS - ago_ms,
        body=AlertChanged(rule, about, step, severity, f"{about} is it"),  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two alerts are raised at HALL, one of them at YARD too; one has cleared."""
    path = tmp_path / "twin.db"
    log = open_store(path)
    log.append(
        [
            raised("warm/sensor/a", "warning"),
            raised("damp/sensor/h", "critical"),
            raised("damp/sensor/h", "critical", site="YARD"),
            raised("low/sensor/b", "info"),
            raised("low/sensor/b", "info", ago_ms=HOUR_MS // 2, step="cleared"),
        ],
        now_ms=NOW_MS,
    )
    log.close()
    return path


def answer(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["alerts", *map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def steps_in(store: Path) -> list[tuple[str, str | None]]:
    log = open_store(store)
    bodies = [each.event.body for each in log.read()]
    log.close()
    return [(body.step, body.by) for body in bodies if isinstance(body, AlertChanged)]


def test_the_example_is_sound_and_passes_its_own_tests() -> None:
    assert {"cold-cell-warm", "sensor-silent"} <= {rule["id"] for rule in answer("check", EXAMPLE)}
    assert all(each["faults"] == [] for each in answer("test", EXAMPLE)["outcomes"])


def test_a_rule_that_does_otherwise_than_its_test_expects_is_a_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, tests = tmp_path / "rules.yaml", tmp_path / "tests.yaml"
    rules.write_text("rules: [{id: warm, kind: threshold, channel: temperature, above: 8 °C}]", "utf-8")
    tests.write_text(
        "tests:\n- name: at nine\n  silent: true\n"
        "  given: [{at: +0s, entity: sensor/a, read: {temperature: 9 °C}}]\n",
        "utf-8",
    )
    told = answer("test", tests, "--rules", rules, code=1)
    assert len(told["outcomes"][0]["faults"]) == 1
    assert run_command(["alerts", "test", str(tests), "--rules", str(rules)]) == 1
    assert "FAIL at nine (line 2)" in capsys.readouterr().out


def test_a_faulty_rules_file_is_bad_data_told_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n- {id: warm, kind: treshold}\n", "utf-8")
    assert run_command(["alerts", "check", str(rules)]) == 3
    assert "rules.yaml:2:" in capsys.readouterr().err


def test_the_worst_is_on_top_and_what_cleared_is_told_when_asked_for(store: Path) -> None:
    assert [(each["site"], each["rule"]) for each in answer("list", store)] == [
        ("HALL", "damp"), ("YARD", "damp"), ("HALL", "warm"),
    ]  # fmt: skip
    assert [each["rule"] for each in answer("list", store, "--site", "HALL", "--all")] == [
        "damp",
        "warm",
        "low",
    ]
    assert [each["site"] for each in answer("list", store, "--rule", "warm")] == ["HALL"]


def test_a_step_is_in_the_log_and_cannot_be_taken_twice(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer("acknowledge", store, "warm/sensor/a", "--by", "kim")
    assert (told["alert"], told["step"], told["by"]) == ("alert/warm/sensor/a", "acknowledged", "kim")
    assert steps_in(store)[-1] == ("acknowledged", "kim")
    assert answer("list", store, "--rule", "warm")[0]["status"] == "acknowledged"
    assert run_command(["alerts", "acknowledge", str(store), "warm/sensor/a", "--by", "lee"]) == 3
    assert "acknowledged by kim: nothing is left to do" in capsys.readouterr().err
    assert len(steps_in(store)) == 6


def test_a_shelf_ends_after_a_while_or_at_a_time(store: Path) -> None:
    before_ms = time.time_ns() // 1_000_000
    told = answer("shelve", store, "damp/sensor/h", "--site", "YARD", "--for", "4h", "--by", "kim")
    assert before_ms <= told["until_ms"] - 4 * HOUR_MS <= time.time_ns() // 1_000_000
    assert {each["site"]: each["status"] for each in answer("list", store, "--rule", "damp")} == {
        "HALL": "open", "YARD": "shelved",
    }  # fmt: skip
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime((before_ms + HOUR_MS) / 1000))
    told = answer("shelve", store, "warm/sensor/a", "--until", until, "--by", "kim")
    assert told["until_ms"] == (before_ms + HOUR_MS) // 1000 * 1000


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["damp/sensor/h"], 3, "is raised at HALL, YARD: name the site"),
        (["worm/sensor/a"], 3, "did you mean alert/warm/sensor/a"),
        (["warm/sensor/a", "--until", "2026-11-27T18:00:00"], 2, "add Z for UTC"),
        (["warm/sensor/a", "--until", "tomorrow"], 2, "is no time"),
        (["warm/sensor/a", "--until", "2001-01-01T00:00:00Z"], 3, "not within 0 and 720"),
        (["warm/sensor/a", "--for", "four"], 2, "is no duration"),
        (["warm/sensor/a", "--for", "4h", "--until", "2001-01-01T00:00:00Z"], 2, "give one of both"),
    ],
)
def test_what_cannot_be_shelved_says_why_and_leaves_the_log_alone(
    store: Path, arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ends = [] if {"--until", "--for"} & set(arguments) else ["--for", "1h"]
    assert run_command(["alerts", "shelve", str(store), *arguments, *ends, "--by", "kim"]) == code
    assert said in " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert len(steps_in(store)) == 5


def test_a_store_that_is_missing_is_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["alerts", "list", str(tmp_path / "twin.db")]) == 3
    assert "name the store of a live twin" in capsys.readouterr().err
    assert not (tmp_path / "twin.db").exists()
