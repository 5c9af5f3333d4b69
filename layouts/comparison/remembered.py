"""Replications that are played once: what is known is not played again, in this run or in a later one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from spatial.errors import BadDataError
from spatial.tasks.workers import Told, Workers
from spatial.whole_files import write_whole

T = TypeVar("T")

SCHEMA = "aisletwin.replications/1"


class Remembered:
    """Workers for `play_points`, whose number p × `most` + r is replication r of scenario p.

    `files` holds one file per scenario, read first and written after each round; None keeps nothing. The true
    workers are opened by `opened` when something is to be played, so never where all is known. Figures become
    floats, so that read ones are those played to the last bit.
    """

    def __init__(
        self,
        files: Sequence[Path | None],
        *,
        most: int,
        opened: Callable[[], AbstractContextManager[Workers]],
    ) -> None:
        self._files, self._most, self._opened = files, most, opened
        self._known = [_read(file) for file in files]
        self._stack = ExitStack()
        self._workers: Workers | None = None

    def __enter__(self) -> Remembered:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def play(self, task: Callable[[int], T], numbers: Sequence[int], told: Told) -> list[T]:
        """See Workers."""
        missing = [number for number in numbers if not self._is_known(number)]
        told(len(numbers) - len(missing))
        if missing:
            if self._workers is None:
                self._workers = self._stack.enter_context(self._opened())
            self._keep(missing, self._workers.play(task, missing, told))
        return [self._known[number // self._most][number % self._most] for number in numbers]

    def _is_known(self, number: int) -> bool:
        scenario, replication = divmod(number, self._most)
        return replication < len(self._known[scenario])

    def _keep(self, numbers: Sequence[int], rows: Sequence[Any]) -> None:
        for number, row in zip(numbers, rows, strict=True):
            self._known[number // self._most].append({name: float(value) for name, value in row.items()})
        for scenario in sorted({number // self._most for number in numbers}):
            _write(self._files[scenario], self._known[scenario])


def _read(file: Path | None) -> list[Any]:
    if file is None or not file.exists():
        return []
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        is_ours = isinstance(record, dict) and record.get("schema") == SCHEMA
        rows: list[Any] = list(record["rows"]) if is_ours else []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadDataError(f"{file} holds no replications ({error}): delete it") from error
    if not is_ours:
        raise BadDataError(f"{file} does not say schema '{SCHEMA}': delete it")
    return rows


def _write(file: Path | None, rows: Sequence[Any]) -> None:
    if file is not None:
        with write_whole(file) as aside:
            aside.write_text(json.dumps({"schema": SCHEMA, "rows": rows}, indent=0) + "\n", encoding="utf-8")
