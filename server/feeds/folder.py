"""Files that are dropped into a folder: each is read once it is whole, and moved when what it told is on disk.

A file is whole when its marker `NAME.done` is there, or when its size and time stayed the same for `settle_s`; with
`needs_marker` only a marker counts. Hidden files and such that end in `.part` or `.tmp` are being written. Taken
files go to `done/`, files of which nothing could be taken to `failed/` with the reasons beside them. A crash before
the move reads a file twice, which equal ids make harmless.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from server.feeds.feed import Decoded, Decoder, Message, Refused
from server.feeds.handing_over import hand_over
from server.intake.intake import Intake
from spatial.errors import AisletwinError

_log = logging.getLogger(__name__)
_MARKER = ".done"
_BEING_WRITTEN = (".part", ".tmp", ".filepart", ".crdownload", _MARKER)


class FolderSettings(BaseModel):
    """One folder, looked at every `interval_s`; names that fit none of `patterns` are left alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Annotated[str, Field(min_length=1, max_length=60)]
    folder: Path
    patterns: tuple[str, ...] = ("*.json", "*.jsonld", "*.xml", "*.csv", "*.tsv", "*.txt")
    settle_s: Annotated[float, Field(ge=0, le=3_600)] = 2
    needs_marker: bool = False
    interval_s: Annotated[float, Field(gt=0, le=3_600)] = 2
    most_bytes: Annotated[int, Field(ge=1_000, le=2_000_000_000)] = 200_000_000


class Taken(NamedTuple):
    """What became of a file."""

    name: str
    where: Literal["done", "failed"]
    events: int
    refused: int


class _Shape(NamedTuple):
    size: int
    mtime_ns: int


class Folder:
    """Reads one folder into the intake. `now_ms` is the clock; one thread at a time."""

    def __init__(
        self, settings: FolderSettings, decoder: Decoder, intake: Intake, *, now_ms: Callable[[], int]
    ) -> None:
        self._settings = settings
        self._decoder = decoder
        self._intake = intake
        self._now_ms = now_ms
        self._seen: dict[str, tuple[_Shape, int]] = {}

    def run(self, stop: threading.Event) -> None:
        """Look at the folder every `interval_s` until told to stop; errors are logged and tried again."""
        while not stop.is_set():
            try:
                self.look()
            except (AisletwinError, TimeoutError, OSError) as error:
                _log.warning("folder %s: %s", self._settings.folder, error)
            stop.wait(self._settings.interval_s)

    def look(self) -> list[Taken]:
        """Take the files that are whole, oldest first. Raises what the store raises, OSError and TimeoutError; the
        file in hand then stays where it is.
        """
        taken: list[Taken] = []
        shapes = self._shapes()
        self._seen = {name: seen for name, seen in self._seen.items() if name in shapes}
        for name, shape in sorted(shapes.items(), key=lambda item: (item[1].mtime_ns, item[0])):
            if self._is_whole(name, shape):
                one = self._take(name, shape)
                if one is not None:
                    taken.append(one)
        return taken

    def _shapes(self) -> dict[str, _Shape]:
        found: dict[str, _Shape] = {}
        with os.scandir(self._settings.folder) as entries:
            for entry in entries:
                lower = entry.name.lower()
                if entry.name.startswith(".") or lower.endswith(_BEING_WRITTEN):
                    continue
                if entry.is_file(follow_symlinks=False) and self._fits(lower):
                    stat = entry.stat(follow_symlinks=False)
                    found[entry.name] = _Shape(stat.st_size, stat.st_mtime_ns)
        return found

    def _fits(self, lower: str) -> bool:
        return any(fnmatchcase(lower, pattern.lower()) for pattern in self._settings.patterns)

    def _is_whole(self, name: str, shape: _Shape) -> bool:
        if (self._settings.folder / (name + _MARKER)).exists():
            return True
        if self._settings.needs_marker:
            return False
        now_ms = self._now_ms()
        known = self._seen.get(name)
        if known is None or known[0] != shape or now_ms < known[1]:
            self._seen[name] = (shape, now_ms)
            return self._settings.settle_s == 0
        return now_ms - known[1] >= self._settings.settle_s * 1000

    def _take(self, name: str, shape: _Shape) -> Taken | None:
        """Read, hand over, then move; None for a file that changed while it was read."""
        path = self._settings.folder / name
        if shape.size > self._settings.most_bytes:
            reason = f"file '{name}' has {shape.size} bytes, more than {self._settings.most_bytes}: split it"
            message, decoded = Message(name, b"", self._now_ms()), Decoded(refused=(Refused(reason, b""),))
        else:
            message = Message(name, path.read_bytes(), self._now_ms())
            stat = path.stat()
            if _Shape(stat.st_size, stat.st_mtime_ns) != shape:
                self._seen.pop(name, None)
                return None
            decoded = self._decoder.decode(message)
        receipt = hand_over(self._intake, decoded, message, self._settings.source)
        reasons = [one.reason for one in decoded.refused] + [reason for _, reason in receipt.refused]
        taken = len(decoded.events) - len(receipt.refused)
        where: Literal["done", "failed"] = "failed" if reasons and not taken else "done"
        self._move(path, where, reasons)
        self._seen.pop(name, None)
        return Taken(name, where, taken, len(reasons))

    def _move(self, path: Path, where: str, reasons: list[str]) -> None:
        target = _free(self._settings.folder / where / path.name)
        target.parent.mkdir(exist_ok=True)
        if reasons:
            said = "\n".join(reasons) + "\n"
            target.with_name(target.name + ".reasons.txt").write_text(said, encoding="utf-8")
        os.replace(path, target)
        path.with_name(path.name + _MARKER).unlink(missing_ok=True)


def _free(path: Path) -> Path:
    """The path, or with a number behind its stem where that is taken already."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free
