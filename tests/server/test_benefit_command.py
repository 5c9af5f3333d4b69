"""`aisletwin benefit`: a promise, what became of it, and a ledger that shows when somebody changed it."""

import datetime as dt
import json

import numpy as np
import pytest

from server.cli import run_command


def write_days(path, *, effect, days=120, change=80, seed=1):
    random = np.random.default_rng(seed)
    rows = ["day,lines_per_hour,volume"]
    for number in range(days):
        day = dt.date(2026, 1, 5) + dt.timedelta(days=number)
        volume = random.normal(1000, 50)
        value = 200 * (1 + effect * (number >= change)) + 0.05 * (volume - 1000) + random.normal(0, 3)
        rows.append(f"{day},{value:.3f},{volume:.1f}")
    path.write_text("\n".join([*rows, ""]))
    return path


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "ledger.jsonl"
    assert add(path, "R1") == 0
    return path


def add(path, name, *more):
    return run_command(
        [
            "benefit",
            "add",
            str(path),
            "--id",
            name,
            "--kpi",
            "lines_per_hour",
            "--predicted",
            "0.05",
            "--low",
            "0.02",
            "--high",
            "0.08",
            "--since",
            "2026-03-26",
            "--source",
            "slotting",
            *more,
        ]
    )


def judge(ledger, days, *more):
    return run_command(
        [
            "benefit",
            "realised",
            str(ledger),
            str(days),
            "--id",
            "R1",
            "--covariate",
            "volume",
            "--json",
            *more,
        ]
    )


def test_a_planted_effect_is_shown_and_one_that_is_not_there_is_not(ledger, tmp_path, capsys):
    capsys.readouterr()
    assert judge(ledger, write_days(tmp_path / "a.csv", effect=0.05)) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["verdict"] == "shown"
    assert shown["low"] <= 0.05 <= shown["high"]
    assert judge(ledger, write_days(tmp_path / "b.csv", effect=0.0)) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "no effect shown"
    assert judge(ledger, write_days(tmp_path / "c.csv", effect=-0.05)) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "shown the other way"
    assert judge(ledger, write_days(tmp_path / "d.csv", effect=0.05, days=85)) == 4
    few = json.loads(capsys.readouterr().out)
    assert (few["verdict"], few["effect"]) == ("cannot decide", None)
    assert "5 days after the change are fewer than 14" in few["reason"]


def test_the_list_tells_how_well_predictions_held(ledger, tmp_path, capsys):
    judge(ledger, write_days(tmp_path / "a.csv", effect=0.05))
    capsys.readouterr()
    assert run_command(["benefit", "list", str(ledger), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [each["type"] for each in record["entries"]] == ["accepted", "realised"]
    assert record["foretold"]["held"]["value"] == 1
    assert record["foretold"]["ratio"]["value"] == pytest.approx(1, abs=0.5)
    assert run_command(["benefit", "list", str(ledger)]) == 0
    assert "1 accepted, 1 decided, 1 shown" in capsys.readouterr().out


@pytest.mark.parametrize("spoil", ["changed", "taken out", "moved", "cut short"])
def test_a_ledger_that_was_changed_is_bad_data_and_grows_no_more(ledger, spoil, capsys):
    add(ledger, "R2")
    add(ledger, "R3")
    one, two, three = ledger.read_text().splitlines()
    ledger.write_text(
        {
            "changed": "\n".join([one.replace("0.05", "0.06"), two, three, ""]),
            "taken out": "\n".join([one, three, ""]),
            "moved": "\n".join([one, three, two, ""]),
            "cut short": "\n".join([one, two, three[:-5]]),
        }[spoil]
    )
    before = ledger.read_bytes()
    assert run_command(["benefit", "list", str(ledger)]) == 3
    assert add(ledger, "R4") == 3
    assert ledger.read_bytes() == before
    assert "line" in capsys.readouterr().err


def test_wrong_usage_and_bad_days_are_told(ledger, tmp_path, capsys):
    assert add(ledger, "R1") == 2
    assert "accepted already" in capsys.readouterr().err
    assert add(ledger, "R5", "--low", "0.06") == 2
    days = write_days(tmp_path / "a.csv", effect=0.05)
    assert run_command(["benefit", "realised", str(ledger), str(days), "--id", "R9"]) == 3
    assert run_command(["benefit", "list", str(tmp_path / "none.jsonl")]) == 3
    days.write_text(days.read_text().replace("2026-01-06", "2026-01-05"))
    assert judge(ledger, days) == 3
    assert "comes twice" in capsys.readouterr().err
