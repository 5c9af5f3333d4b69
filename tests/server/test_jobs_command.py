"""jobs: what waits, what became of it, and what is cancelled, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from server.cli import run_command
from server.commands import app
from server.jobs.job_queue import JobQueue
from server.jobs.kinds import KINDS_ADDRESS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three jobs: one is done, one failed, one waits."""
    queue = JobQueue(tmp_path / "jobs", root=tmp_path, kinds=KINDS_ADDRESS)
    for name in ("one", "two", "three"):
        (tmp_path / f"{name}.yaml").write_text(f"# {name}\n")
        queue.submit("slot", {"scenario": f"{name}.yaml"}, site="HALL", asked_by="kim")
    for number, state, said in ((1, "done", ""), (2, "failed", "no slotting keeps all rules")):
        queue.begin(number)
        queue.end(number, state, said)  # type: ignore[arg-type]
    (tmp_path / "jobs" / "results" / queue.get(1).key).mkdir()
    return tmp_path / "jobs"


def answer(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["jobs", *map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def test_jobs_are_listed_in_the_order_of_asking(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [(each["number"], each["state"]) for each in answer("list", folder)] == [
        (1, "done"), (2, "failed"), (3, "queued"),
    ]  # fmt: skip
    assert [each["number"] for each in answer("list", folder, "--state", "queued")] == [3]
    assert answer("list", folder, "--site", "YARD") == []
    assert run_command(["jobs", "list", str(folder)]) == 0
    assert "2 slot of HALL: failed: no slotting keeps all rules" in capsys.readouterr().out


def test_a_job_tells_its_result_and_a_failed_one_is_a_finding(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer("show", folder, 1)
    assert Path(told["result"]).is_dir()
    assert told["arguments"] == {"scenario": "one.yaml"}
    assert answer("show", folder, 2, code=1)["result"] is None
    assert run_command(["jobs", "show", str(folder), "1"]) == 0
    assert "asked by kim" in capsys.readouterr().out


def test_what_waits_is_cancelled_and_what_ended_stays(folder: Path) -> None:
    assert answer("cancel", folder, 3)["state"] == "cancelled"
    assert answer("cancel", folder, 1)["state"] == "done"
    assert [each["number"] for each in answer("list", folder, "--state", "cancelled")] == [3]


def test_a_job_or_a_folder_that_there_is_not_is_bad_data(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["jobs", "show", str(folder), "9"]) == 3
    assert "there is no job 9" in capsys.readouterr().err
    assert run_command(["jobs", "list", str(tmp_path / "other")]) == 3
    assert "holds no jobs.sqlite" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()
