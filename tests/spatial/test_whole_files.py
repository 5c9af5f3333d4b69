"""Outputs appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from spatial.whole_files import write_whole


def test_a_file_appears_when_it_is_whole_and_its_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "site.json"
    with write_whole(path) as aside:
        aside.write_text("half")
        assert not path.exists()
        assert aside.suffix == ".json"
    assert path.read_text() == "half"


def test_a_failure_leaves_the_older_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "site.json"
    path.write_text("old")
    with pytest.raises(RuntimeError):
        _write_half(path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["site.json"]


def _write_half(path: Path) -> None:
    with write_whole(path) as aside:
        aside.write_text("half")
        raise RuntimeError
