"""letters: what could not be read is listed with its reason, and taken once the mapping is mended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from server.cli import run_command
from server.commands import app
from server.store.opening import open_store
from server.store.store import DeadLetter

T0 = 1_790_000_000_000
ORDER = b'{"kind": "order", "at": "2026-09-21T14:00:00Z", "order": "4711", "lines": [{"sku": "A", "quantity": 2}]}'
TWIN = """
feeds:
  - {name: wms, kind: push, decoder: business}
"""


@pytest.fixture
def twin(tmp_path: Path) -> Path:
    """A twin whose log has three letters: one that can be read now, one that cannot, one of a feed that is gone."""
    log = open_store(tmp_path / "twin.db")
    log.bury(
        [
            DeadLetter("wms", "/api/feeds/wms", ORDER, T0, "the time zone was not known"),
            DeadLetter("wms", "/api/feeds/wms", b"no JSON", T0 + 1, "no JSON"),
            DeadLetter("erp", "/api/feeds/erp", ORDER, T0 + 2, "once refused"),
        ]
    )
    log.close()
    path = tmp_path / "twin.yaml"
    path.write_text(TWIN, encoding="utf-8")
    return path


def answer(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["letters", *map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def test_letters_are_listed_with_their_reason(twin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = twin.parent / "twin.db"
    assert [each["reason"] for each in answer("list", store, "--source", "erp")] == ["once refused"]
    assert run_command(["letters", "list", str(store), "--limit", "1"]) == 0
    assert capsys.readouterr().out == (
        "1 2026-09-21T14:13:20.000Z wms /api/feeds/wms: the time zone was not known\n"
    )


def test_a_replay_takes_what_can_be_read_now_and_only_once(twin: Path) -> None:
    told = answer("replay", twin, "--site", "NORTH", code=1)
    assert (told["taken"], told["recorded"]) == (1, 1)
    assert [each["number"] for each in told["waiting"]] == [2, 3]
    assert "no feed 'erp'" in told["waiting"][1]["reason"]
    assert answer("replay", twin, "--site", "NORTH", code=1)["taken"] == 0
    assert [each["number"] for each in answer("list", twin.parent / "twin.db", "--settled")] == [1]


def test_the_site_has_to_be_told_where_the_feed_does_not(twin: Path) -> None:
    assert run_command(["letters", "replay", str(twin)]) == 2
    assert len(answer("list", twin.parent / "twin.db")) == 3
