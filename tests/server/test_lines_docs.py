"""The page on lines and docks: its files are read as they stand, and its commands have the options it names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from layouts.docks.spec import read_docks
from layouts.lines.spec import read_line
from layouts.maintenance.spec import read_maintenance

Aisletwin = Callable[..., Any]
PAGE = (Path(__file__).parents[2] / "docs" / "lines-and-docks.md").read_text(encoding="utf-8")


def test_its_files_are_read_as_they_stand(tmp_path: Path) -> None:
    files = tmp_path / "line.yaml", tmp_path / "docks.yaml", tmp_path / "maintenance.yaml"
    for path, text in zip(files, re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL), strict=True):
        path.write_text(text, encoding="utf-8")
    line = read_line(files[0])
    assert [station.name for station in line.stations] == ["kit", "pack", "label"]
    assert read_docks(files[1]).yard == 6
    assert len(read_maintenance(files[2], line).tasks) == 2


def test_its_commands_have_the_options_it_names(aisletwin: Aisletwin) -> None:
    told = re.findall(r"^aisletwin (\w+ \w+)([^#\n]*)", PAGE, re.MULTILINE)
    assert len(told) == 6
    for command, rest in told:
        done = aisletwin(*command.split(), "--help")
        assert done.code == 0
        assert all(option in done.out for option in re.findall(r"--[a-z-]+", rest))
