"""Steps from the task table of a WMS, which tells who picked what where and when, but no ways."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from layouts.calibration.steps import Distance, Steps, steps_from_rows
from spatial.errors import BadDataError

PICK_WORDS = frozenset({"pick", "picking", "kommissionierung", "entnahme", "prélèvement"})


class _Pick(NamedTuple):
    agent: str
    at_s: float
    row: int
    place: str
    order: str | None
    pieces: float
    breaks: int
    """How much other work the agent did before."""


def steps_of_tasks(path: Path, distance: Distance) -> Steps:
    """The steps of a `tasks.parquet` that `aisletwin wms load` wrote.

    A task counts when it ended, or where that is not told, when it began. Tours are not told: an agent's picks are
    parted where no order has picks on both sides, and at other work; what lies between two tours is left out, since
    it has a way to the depot in it. Raises BadDataError for another table.
    """
    picks = _picks(path)
    rows: list[tuple[float, float, float, float, int, str]] = []
    for tour, (first, end) in enumerate(_tours(picks)):
        for before, pick in pairwise(picks[first:end]):
            way_m = 0.0 if before.place == pick.place else distance(before.place, pick.place)
            if math.isfinite(way_m):
                is_stop = float(before.place != pick.place)
                rows.append((pick.at_s - before.at_s, way_m, is_stop, pick.pieces, tour, pick.place))
    return steps_from_rows(rows)


def _picks(path: Path) -> list[_Pick]:
    """The picks of the table, in order of agent, then time."""
    table = pq.read_table(path)
    missing = {"start", "agent", "location"} - {*table.column_names}
    if missing:
        raise BadDataError(
            f"{path} has no column '{min(missing)}': give a tasks.parquet of `aisletwin wms load`, with agents "
            "and locations"
        )
    ended = pc.coalesce(table["end"], table["start"]) if "end" in table.column_names else table["start"]
    at_s = (np.asarray(ended.cast("timestamp[ms]").cast("int64")) / 1000.0).tolist()
    agents, places = table["agent"].to_pylist(), table["location"].to_pylist()
    works, orders, pieces = (
        table[name].to_pylist() if name in table.column_names else [None] * len(agents)
        for name in ("work", "order", "quantity")
    )
    picks: list[_Pick] = []
    breaks = 0
    for row in sorted(range(len(agents)), key=lambda row: (agents[row] or "", at_s[row], row)):
        agent, place = agents[row], places[row]
        if agent and place and (works[row] or "pick").strip().lower() in PICK_WORDS:
            picks.append(_Pick(agent, at_s[row], row, place, orders[row], float(pieces[row] or 1), breaks))
        else:
            breaks += 1
    return picks


def _tours(picks: Sequence[_Pick]) -> Iterator[tuple[int, int]]:
    """From which pick and up to which each tour goes."""
    last_of = {(pick.agent, pick.order): i for i, pick in enumerate(picks)}
    first = open_until = 0
    for i, pick in enumerate(picks):
        if i > first and (
            pick.agent != picks[i - 1].agent or pick.breaks != picks[i - 1].breaks or i > open_until
        ):
            yield first, i
            first = open_until = i
        ends = len(picks) if pick.order is None else last_of[pick.agent, pick.order]
        open_until = max(open_until, ends)
    if picks:
        yield first, len(picks)
