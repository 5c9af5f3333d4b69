"""The pages about the live twin show commands and files that are understood as they are written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
import typer

from layouts.inventory.place_sensor_file import read_place_sensors
from server.alerts.read_rules import read_rules
from server.alerts.rule_tests import run_rule_tests
from server.commands import app
from server.twin.twin_file import read_twin_file

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = Path(__file__).parents[2] / "server" / "alerts" / "examples" / "warehouse_alerts.yaml"
PAGES = ("alerts.md", "inventory.md", "now.md")


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def commands(page: str) -> list[str]:
    return [
        line for block in blocks(page, "sh") for line in block.splitlines() if line.startswith("aisletwin")
    ]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_shown_is_understood(page: str) -> None:
    assert len(commands(page)) > 5
    for line in commands(page):
        _, *words = shlex.split(line, comments=True)
        command: Any = typer.main.get_command(app)
        while hasattr(command, "commands"):
            name = words.pop(0)
            assert name in command.commands, line
            command = command.commands[name]
        command.make_context(line, words)  # raises for what it does not take


def test_the_rules_ways_out_and_sensors_that_are_shown_are_read(tmp_path: Path) -> None:
    rules, tests, twin = blocks("alerts.md", "yaml")
    (sensors,) = blocks("inventory.md", "yaml")
    for name, text in (("rules", rules), ("tests", tests), ("twin", twin), ("sensors", sensors)):
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    assert [rule.id for rule in read_rules(tmp_path / "rules.yaml").rules] == ["cold-cell-warm"]
    assert len(read_twin_file(tmp_path / "twin.yaml").outputs.outputs) == 3
    assert [each.entity for each in read_place_sensors(tmp_path / "sensors.yaml")] == [
        "sensor/cold-1",
        "sensor/hall",
    ]
    report = run_rule_tests(tmp_path / "tests.yaml", rules_from=EXAMPLE)
    assert report.exit_code == 0, indent(str(report), "  ")
