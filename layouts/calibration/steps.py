"""Steps of a task log: what lay between two confirmations of one agent, and how long it took."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from layouts.events import NONE, Floats, Ints
from layouts.run import Run

Distance = Callable[[str, str], float]
"""Metres from the access point of one location to that of another; NaN or inf where there is no way."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Steps:
    """Steps (N,) in order of tour, then time: each ends when an agent has done something somewhere.

    `seconds` is how long it took, `distance_m` how far the agent went for it, `stops` 1 where that was another
    location than before, else 0, `lines` and `pieces` what it picked. `tour` numbers what is independent of each
    other, from 0; `place` is the location's number in `places`, NONE for none.
    """

    seconds: Floats
    distance_m: Floats
    stops: Floats
    lines: Floats
    pieces: Floats
    tour: Ints
    place: Ints
    places: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        sizes = {len(getattr(self, f.name)) for f in fields(self) if f.name != "places"}
        if len(sizes) > 1:
            raise ValueError(f"columns of {sorted(sizes)} rows do not fit each other: give each as many")

    def __len__(self) -> int:
        return len(self.seconds)

    def take(self, rows: npt.NDArray[np.bool_]) -> Steps:
        """Only these rows, given as a mask (N,)."""
        columns = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name != "places"}
        return Steps(**columns, places=self.places)


def join(parts: Sequence[Steps]) -> Steps:
    """All steps of several logs; their tours stay apart, places of one name come together."""
    number = {name: i for i, name in enumerate(dict.fromkeys(name for part in parts for name in part.places))}
    first_tour = np.cumsum([0, *(int(part.tour.max(initial=-1)) + 1 for part in parts)])
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("seconds", "distance_m", "stops", "lines", "pieces")
    }
    places = [
        np.append([number[name] for name in part.places], NONE).astype(np.int64)[part.place] for part in parts
    ]
    tours = [part.tour + first for part, first in zip(parts, first_tour.tolist(), strict=False)]
    return Steps(**columns, tour=np.concatenate(tours), place=np.concatenate(places), places=tuple(number))


def steps_of(run: Run, distance: Distance | None = None) -> Steps:
    """The steps between the picks of a run's agents, each tour by itself; the way to a tour's first pick is left out.

    Where the log tells moves, their lengths count, and waits are taken off the seconds; where it tells picks only,
    as most WMS do, `distance` gives the way. Steps without a known way are left out.
    """
    events = run.events
    order = np.lexsort((events.seq, events.start_s, events.agent.codes_in(run.agents)))
    agent, kinds = events.agent.code[order], np.array([*events.kind.names, None])[events.kind.code[order]]
    location = np.array([*events.location.names, None], object)[events.location.code[order]]
    job = np.array([*events.job.names, None], object)[events.job.code[order]]
    length_m, took_s, end_s = events.length_m[order], events.seconds[order], events.end_s[order]
    pieces = events.quantity[order]
    rows: list[tuple[float, float, float, float, int, str]] = []
    tours: dict[tuple[int, str | None], int] = {}
    last: int | None = None
    gone_m = waited_s = 0.0
    has_moves = False
    for i, kind in enumerate(kinds):
        if last is not None and agent[i] != agent[last]:
            last = None
        if kind == "move":
            gone_m, has_moves = gone_m + length_m[i], True
        elif kind == "wait":
            waited_s += took_s[i]
        elif kind == "pick":
            if last is not None and job[i] == job[last]:
                is_new = location[i] != location[last]
                way_m = gone_m if has_moves else _way(distance, location[last], location[i])
                if np.isfinite(way_m):
                    tour = tours.setdefault((int(agent[i]), job[i]), len(tours))
                    seconds = end_s[i] - end_s[last] - waited_s
                    rows.append((seconds, way_m, float(is_new), float(pieces[i]), tour, location[i] or ""))
            last, gone_m, waited_s, has_moves = i, 0.0, 0.0, False
        else:
            last = None
    return steps_from_rows(rows)


def _way(distance: Distance | None, start: str | None, end: str | None) -> float:
    if start == end:
        return 0.0
    return float("nan") if distance is None or start is None or end is None else distance(start, end)


def steps_from_rows(rows: Sequence[tuple[float, float, float, float, int, str]]) -> Steps:
    """Steps from rows of seconds, metres, stops, pieces, tour and place; one line each, tours numbered anew."""
    names = tuple(dict.fromkeys(row[5] for row in rows if row[5]))
    number = {name: i for i, name in enumerate(names)}
    table = np.array([row[:4] for row in rows], np.float64).reshape(-1, 4)
    return Steps(
        seconds=table[:, 0],
        distance_m=table[:, 1],
        stops=table[:, 2],
        lines=np.ones(len(rows)),
        pieces=np.maximum(table[:, 3], 0.0),
        tour=np.unique([row[4] for row in rows], return_inverse=True)[1].astype(np.int64),
        place=np.array([number.get(row[5], NONE) for row in rows], np.int64),
        places=names,
    )
