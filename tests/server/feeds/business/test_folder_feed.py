"""The folder: half-written files wait, taken ones move only when durable, refused ones say why."""

from __future__ import annotations

import json
import os

import pytest

from server.feeds.business.decoder import BusinessDecoder
from server.feeds.business.settings import BusinessSettings
from server.feeds.folder import Folder, FolderSettings, Taken
from server.intake.intake import Receipt

GOOD = json.dumps({"kind": "item", "at": "2026-11-27T08:00:00Z", "sku": "A"})
BAD = json.dumps({"kind": "item", "sku": "A"})


class _Intake:
    def __init__(self) -> None:
        self.events: dict[str, object] = {}
        self.letters: list[object] = []
        self.error: Exception | None = None

    def submit(self, events, letters=(), *, on_durable=None, timeout_s=None):
        if self.error is not None:
            on_durable(self.error)
            return
        refused = tuple((one, "told otherwise before") for one in events if one.id in self.events)
        self.events |= {one.id: one for one in events}
        self.letters += letters
        on_durable(Receipt(0, len(events) - len(refused), 0, refused))


class _Bench:
    def __init__(self, path, **more: object) -> None:
        self.path, self.intake, self.now_ms = path, _Intake(), 1_795_766_400_000
        decoder = BusinessDecoder(BusinessSettings(site="S"))
        settings = FolderSettings(source="erp", folder=path, settle_s=2, **more)
        self.folder = Folder(settings, decoder, self.intake, now_ms=lambda: self.now_ms)

    def look(self, later_s: float = 0) -> list[Taken]:
        self.now_ms += int(later_s * 1000)
        return self.folder.look()

    def names(self, where: str = "") -> list[str]:
        folder = self.path / where
        return sorted(one.name for one in folder.iterdir() if one.is_file()) if folder.is_dir() else []


@pytest.fixture
def bench(tmp_path):
    return _Bench(tmp_path)


def test_a_file_is_taken_once_it_stayed_the_same_and_then_moved(bench):
    (bench.path / "a.json").write_text(GOOD)
    assert bench.look() == []
    assert bench.look(1.9) == []
    assert bench.look(0.1) == [Taken("a.json", "done", 1, 0)]
    assert (bench.names(), bench.names("done"), len(bench.intake.events)) == ([], ["a.json"], 1)
    assert bench.look(10) == []


def test_a_file_that_still_grows_waits(bench):
    path = bench.path / "a.json"
    path.write_text(GOOD[:20])
    bench.look()
    path.write_text(GOOD)
    assert bench.look(3) == []
    assert bench.look(3) == [Taken("a.json", "done", 1, 0)]


def test_a_marker_says_that_a_file_is_whole_and_goes_with_it(tmp_path):
    bench = _Bench(tmp_path, needs_marker=True)
    (tmp_path / "a.json").write_text(GOOD)
    assert bench.look() == bench.look(100) == []
    (tmp_path / "a.json.done").touch()
    assert bench.look() == [Taken("a.json", "done", 1, 0)]
    assert bench.names() == []


def test_a_file_of_which_nothing_can_be_taken_fails_with_its_reasons_and_a_letter(bench):
    (bench.path / "bad.json").write_text(BAD)
    (bench.path / "half.json").write_text(f"[{GOOD}, {BAD}]")
    os.utime(bench.path / "bad.json", (1, 1))
    bench.look()
    assert bench.look(2) == [Taken("bad.json", "failed", 0, 1), Taken("half.json", "done", 1, 1)]
    assert bench.names("failed") == ["bad.json", "bad.json.reasons.txt"]
    assert "missing required field `at`" in (bench.path / "failed/bad.json.reasons.txt").read_text()
    assert len(bench.intake.letters) == 2


def test_what_the_store_refuses_is_no_success(bench):
    for name in ("a.json", "b.json"):
        (bench.path / name).write_text(GOOD)
        bench.look()
        taken = bench.look(2)
    assert taken == [Taken("b.json", "failed", 0, 1)]


def test_what_no_log_takes_is_a_letter_and_no_success(bench):
    (bench.path / "late.json").write_text(GOOD.replace("2026", "2096"))
    bench.look()
    assert bench.look(2) == [Taken("late.json", "failed", 0, 1)]
    assert bench.intake.events == {}
    assert "s in the future" in bench.intake.letters[0].reason


def test_a_file_stays_until_it_is_durable(bench):
    (bench.path / "a.json").write_text(GOOD)
    bench.look()
    bench.intake.error = OSError("no space left")
    with pytest.raises(OSError, match="no space left"):
        bench.look(2)
    assert (bench.names(), bench.names("done")) == (["a.json"], [])
    bench.intake.error = None
    assert bench.look() == [Taken("a.json", "done", 1, 0)]


def test_files_go_oldest_first_and_a_name_that_was_there_already_is_kept_apart(bench):
    (bench.path / "b.json").write_text(GOOD)
    (bench.path / "a.json").write_text(GOOD.replace("A", "B"))
    os.utime(bench.path / "b.json", (1, 1))
    bench.look()
    assert [one.name for one in bench.look(2)] == ["b.json", "a.json"]
    (bench.path / "a.json").write_text(GOOD.replace("A", "C"))
    bench.look()
    bench.look(2)
    assert bench.names("done") == ["a-2.json", "a.json", "b.json"]


def test_files_being_written_hidden_links_and_other_names_are_left_alone(bench):
    for name in (".a.json", "a.json.part", "a.json.tmp", "readme.md"):
        (bench.path / name).write_text(GOOD)
    (bench.path / "link.json").symlink_to(bench.path / "readme.md")
    bench.look()
    assert bench.look(10) == []
    assert len(bench.names()) == 5


def test_a_file_that_is_too_large_fails_unread(tmp_path):
    bench = _Bench(tmp_path, most_bytes=1000)
    (tmp_path / "a.json").write_text(" " * 1001)
    bench.look()
    assert bench.look(2) == [Taken("a.json", "failed", 0, 1)]
    assert "has 1001 bytes, more than 1000: split it" in bench.intake.letters[0].reason
