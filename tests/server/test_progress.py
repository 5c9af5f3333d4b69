"""Progress is a bar on a terminal, plain lines elsewhere, nothing beside JSON; never on standard output."""

from __future__ import annotations

import pytest

from server.progress import reporting


def work(*, quiet: bool = False) -> None:
    with reporting("scan", quiet=quiet) as tell:
        for share in (0.0, 0.1, 0.2):
            tell("read", share)
        tell("floor", 0.5)
        tell("done", 1.0)


def test_a_pipe_gets_a_line_when_the_work_turns_to_something_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    work()
    said = capsys.readouterr()
    assert said.err.splitlines() == ["scan: read (0%)", "scan: floor (50%)", "scan: done (100%)"]
    assert said.out == ""


def test_a_terminal_gets_a_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    work()
    said = capsys.readouterr()
    assert "━" in said.err
    assert "scan: read (0%)" not in said.err
    assert said.out == ""


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    work(quiet=True)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


def test_an_error_passes_through() -> None:
    with pytest.raises(ZeroDivisionError), reporting("scan"):
        raise ZeroDivisionError


def test_what_only_counts_on_is_told_at_every_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    with reporting("simulate") as tell:
        for number in range(101):
            tell(f"replication {number}", number / 100)
        tell("writing", 1.0)
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 12
    assert told[0] == "simulate: replication 0 (0%)"
    assert told[-1] == "simulate: writing (100%)"
