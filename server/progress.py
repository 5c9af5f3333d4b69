"""Progress of long work: a bar on a terminal, plain lines elsewhere, nothing at all when asked for JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from spatial.progress import Progress, silent


@contextmanager
def reporting(title: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Yield a `Progress` that shows progress on standard error."""
    console = Console(stderr=True)
    if quiet:
        yield silent
    elif console.is_terminal:
        columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
        with Bar(*columns, console=console, transient=True) as bar:
            task = bar.add_task(title, total=1.0)
            yield lambda what, share: bar.update(task, description=f"{title}: {what}", completed=share)
    else:
        yield _Lines(title).tell


_TENTH = 0.1 - 1e-9


class _Lines:
    """One line when the work turns to something else; what only counts on is told at every tenth."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._kind, self._last, self._share = "", "", 0.0

    def tell(self, what: str, share: float) -> None:
        kind = "".join(sign for sign in what if not sign.isdigit())
        if what != self._last and (kind != self._kind or share >= self._share + _TENTH):
            sys.stderr.write(f"{self._title}: {what} ({share:.0%})\n")
            sys.stderr.flush()
            self._kind, self._last, self._share = kind, what, share
