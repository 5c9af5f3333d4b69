"""edge: a node keeps its buffer beside its file, runs until it is told to end, and says what waits."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from server.cli import run_command
from server.commands.edge import until_interrupted
from server.edge.settings import AlarmSettings
from server.edge.settings_file import read_edge_file

FILE = """
name: edge-1
site: NORTH
buffer: kept/buffer.sqlite
central: {url: "http://127.0.0.1:9", token: {env: EDGE_TOKEN}, quiet_s: 0.05, first_retry_s: 0.05}
feeds:
  - name: cells
    site: NORTH
    decoder: mapping
    options: {file: mapping.yaml}
    host: 127.0.0.1
    port: 9
    client_id: edge-1
    subscriptions: ["hall/#"]
"""
MAPPING = """
topics:
  - topic: hall/{sensor}
    events:
      - kind: reading
        entity: sensor/{sensor}
        fields: {channel: {const: temperature}, value: {from: t, unit: °C}}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EDGE_TOKEN", "secret")
    (tmp_path / "kept").mkdir()
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "edge.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path / "edge.yaml"


def test_paths_are_seen_from_where_the_file_lies(file: Path) -> None:
    settings = read_edge_file(file)
    assert settings.buffer == file.parent / "kept" / "buffer.sqlite"
    assert settings.feeds[0].options["file"] == str(file.parent / "mapping.yaml")


def test_it_runs_without_broker_and_server_until_it_is_told_to_end(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.modules["server.commands.edge"], "until_interrupted", lambda: None)
    assert run_command(["edge", str(file)]) == 0
    told = capsys.readouterr().err
    assert re.search(
        "edge-1: 1 feeds to http://127.0.0.1:9, [01] events wait", told
    )  # that the broker is away may be one
    assert "edge-1 ended" in told
    assert (file.parent / "kept" / "buffer.sqlite").is_file()


def test_waiting_ends_with_sigterm_and_leaves_its_handler_as_it_was() -> None:
    before = signal.getsignal(signal.SIGTERM)

    def end_it_once_it_waits() -> None:
        while signal.getsignal(signal.SIGTERM) is not signal.default_int_handler:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    ending = threading.Thread(target=end_it_once_it_waits)
    ending.start()
    until_interrupted()
    ending.join()
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_wrong_field_is_bad_data(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(FILE.replace("site: NORTH\nbuffer", "sight: NORTH\nbuffer"), encoding="utf-8")
    assert run_command(["edge", str(file)]) == 3
    assert "site" in capsys.readouterr().err


def test_alarms_of_the_file_are_rules_in_base_units() -> None:
    rule = AlarmSettings(id="cold", channel="temperature", above=46.4, unit="°F", hysteresis=1.8).rule
    assert (rule.high, rule.low, round(rule.hysteresis, 9)) == (8.0, None, 1.0)
    for wrong in (
        {"channel": "temperature"},
        {"channel": "warmth", "above": 1},
        {"channel": "temperature", "above": 8, "unit": "bar"},
    ):
        with pytest.raises(ValidationError):
            AlarmSettings(id="cold", **wrong)  # type: ignore[arg-type]
