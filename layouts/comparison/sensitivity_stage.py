"""The scenarios of a comparison, played with another value of an assumption; each is played once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import partial
from pathlib import Path
from types import TracebackType

from layouts.comparison.remembered import Remembered
from layouts.comparison.replication_key import replication_key
from layouts.comparison.sensitivity_assumptions import Assumption
from layouts.scenario import Scenario
from layouts.what_if.play_points import Figures, Runs, play_points, require
from layouts.what_if.variables import Value
from spatial.tasks.open_workers import open_workers
from spatial.tasks.workers import Workers


class Stage:
    """Plays `n` replications with the random numbers of the comparison; `figure` must be in all of them.

    Workers are opened when something is to be played, and stay until the context ends. Changed files are written to
    `folder`; what was played before is read from the folder `cache`, if there is one.
    """

    def __init__(
        self,
        scenarios: Mapping[str, Scenario],
        figures: Figures,
        *,
        figure: str,
        n: int,
        folder: Path,
        cache: Path | None,
        workers: int,
        cluster: str | None,
    ) -> None:
        self._scenarios, self._figures, self._figure, self._n = scenarios, figures, figure, n
        self._folder, self._cache = folder, cache
        self._known: dict[tuple[str, Value, str], Runs] = {}
        self._stack = ExitStack()
        self._open = partial(open_workers, workers, cluster=cluster)
        self._workers: Workers | None = None

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def play(self, assumption: Assumption, value: Value, names: Iterable[str]) -> dict[str, Runs]:
        """The runs of the scenarios of those names at a value of the assumption.

        Raises what changing and simulating them raises, and ValueError without the figure.
        """
        names = tuple(names)
        missing = {
            name: assumption.change(self._scenarios[name], value, self._folder)
            for name in names
            if (assumption.name, value, name) not in self._known
        }
        if missing:
            self._play(assumption, value, missing)
        return {name: self._known[assumption.name, value, name] for name in names}

    def _play(self, assumption: Assumption, value: Value, changed: Mapping[str, Scenario]) -> None:
        files = [
            None if self._cache is None else self._cache / f"{replication_key(each, self._figures)}.json"
            for each in changed.values()
        ]
        at = {f"{name} with {assumption.name}={value}": each for name, each in changed.items()}
        with Remembered(files, most=self._n, opened=self._opened) as players:
            played, left_out = play_points(
                at, self._figures, wanted={}, first=self._n, most=self._n, workers=players
            )
        require([self._figure], played[0], left_out)
        for name, runs in zip(changed, played, strict=True):
            self._known[assumption.name, value, name] = runs

    def _opened(self) -> AbstractContextManager[Workers]:
        if self._workers is None:
            self._workers = self._stack.enter_context(self._open())
        return nullcontext(self._workers)
