"""The same slottings played at several staffings, each slotting's tours planned once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from layouts.comparison.remembered import Remembered
from layouts.comparison.replication_key import replication_key
from layouts.scenario import Scenario
from layouts.what_if.play_points import Figures, play_points
from spatial.progress import Progress, silent
from spatial.tasks.open_workers import open_workers
from spatial.tasks.workers import Told, Workers

T = TypeVar("T")


def play_staffings(
    staffings: Mapping[int, Mapping[str, Scenario]],
    figures: Figures,
    *,
    cache: Path,
    first: int,
    most: int,
    workers: int = 1,
    cluster: str | None = None,
    progress: Progress = silent,
) -> None:
    """Play `first` replications of every scenario, by pickers and by name, into `cache`, where `compare` reads them.

    The scenarios of a name differ by their pickers alone. A worker plays them one after the other: where orders are
    redrawn in every replication, else with all replications of each. Raises what `play_points` and simulating do.
    """
    names = next(iter(staffings.values()))
    points = {
        f"{name} with {pickers} pickers": scenarios[name]
        for name in names
        for pickers, scenarios in staffings.items()
    }
    files = [cache / f"{replication_key(scenario, figures)}.json" for scenario in points.values()]
    is_redrawn = any(scenario.redraw_orders for scenario in points.values())
    turns = _Turns(points=len(staffings), most=most) if is_redrawn else None

    @contextmanager
    def opened() -> Iterator[Workers]:
        with open_workers(workers, cluster=cluster) as players:
            yield players if turns is None else _InTurns(players, turns)

    with Remembered(files, most=most, opened=opened) as players:
        play_points(points, figures, wanted={}, first=first, most=most, workers=players, progress=progress)


@dataclass(frozen=True, kw_only=True)
class _Turns:
    """When number p × `most` + r is played, replication r of point p, of which `points` at a time go together."""

    points: int
    most: int

    def __call__(self, number: int) -> tuple[int, int, int]:
        point, replication = divmod(number, self.most)
        together, staffing = divmod(point, self.points)
        return together, replication, staffing


@dataclass(frozen=True)
class _InTurns:
    """Workers that play numbers in another order."""

    players: Workers
    turn: Callable[[int], tuple[int, int, int]]

    def play(self, task: Callable[[int], T], numbers: Sequence[int], told: Told) -> list[T]:
        """See Workers."""
        turns = sorted(numbers, key=self.turn)
        played = dict(zip(turns, self.players.play(task, turns, told), strict=True))
        return [played[number] for number in numbers]
