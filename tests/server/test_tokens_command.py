"""tokens: a secret is shown once; what it opens ends when it is revoked; without one, no other machine gets in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.access.tokens import Tokens
from server.cli import run_command
from server.commands import app


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["tokens", *map(str, arguments)])
    return done.exit_code, done.output


def test_a_token_opens_until_it_is_revoked(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    code, said = run("make", file, "edge-1", "--role", "operator", "--site", "HALL", "--json")
    secret = json.loads(said)["token"]
    assert code == 0
    assert secret not in file.read_text()
    who = Tokens(file).admit(secret, 1)
    assert who is not None
    assert (who.name, who.role, who.reaches("HALL"), who.reaches("NORTH")) == (
        "edge-1",
        "operator",
        True,
        False,
    )
    assert "edge-1: operator of HALL, valid until" in run("list", file)[1]
    assert run("revoke", file, "edge-1") == (0, "1 tokens of edge-1 are revoked\n")
    assert Tokens(file).admit(secret, 1) is None
    assert "revoked" in run("list", file)[1]


@pytest.mark.parametrize(
    "arguments", [("a/b",), ("a", "--role", "king"), ("a", "--role", "admin", "--site", "HALL")]
)
def test_what_cannot_be_is_wrong_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert run("make", tmp_path / "tokens.json", *arguments)[0] == 2


def test_without_tokens_no_other_machine_is_listened_to(
    hall_site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["serve", str(hall_site), "--host", "0.0.0.0", "--port", "0"]) != 0
    assert "no token is set up" in capsys.readouterr().err
