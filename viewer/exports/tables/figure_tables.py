"""The tables of what came of a run: key figures, sums by agent, blocking by where, why and whom, heat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np

from layouts.figures.by_interval import are_lines
from layouts.heat import Bounds, heat, traffic_heat
from layouts.kpis import Kpis, TimeSplit
from viewer.exports.source import Source
from viewer.exports.tables.columns import count, metres, number, seconds, text
from viewer.exports.tables.table import Column, Table

CELL_M = 0.5

SPENT = {
    "walk_s": "Walking or driving.",
    "pick_s": "Picking.",
    "blocked_s": "Waiting for somebody or something.",
    "drop_s": "Handing tours over.",
    "put_s": "Putting away.",
    "pack_s": "Packing.",
    "load_s": "Loading.",
    "lift_s": "Riding lifts.",
    "charge_s": "Charging.",
    "break_s": "On breaks.",
    "repair_s": "Out of order.",
    "pass_s": "Squeezing past somebody to end a deadlock.",
    "back_off_s": "Giving way to end a deadlock.",
    "other_s": "At kinds of work unknown here.",
    "idle_s": "On duty with nothing to do.",
}
"""What each field of a TimeSplit is time of."""


@dataclass(frozen=True)
class Figure:
    """A key figure: its name, unit and meaning, and where it stands."""

    name: str
    unit: str
    meaning: str
    of: Callable[[Kpis], float | None]


def _lead(name: str, part: str) -> Callable[[Kpis], float | None]:
    return lambda each: getattr(getattr(each, name), part, None)


def _share(each: Kpis) -> float | None:
    return each.total.blocked_s / each.total.sum_s if each.total.sum_s > 0 else None


def _time(name: str) -> Callable[[Kpis], float | None]:
    return lambda each: float(getattr(each.total, name))


FIGURES = (
    Figure("lines", "", "Order lines picked to the end.", lambda each: each.lines),
    Figure("pieces", "", "Pieces picked to the end.", lambda each: each.pieces),
    Figure("tours", "", "Hand-overs begun.", lambda each: each.tours),
    Figure("distance_m", "m", "Length of all moves.", lambda each: each.distance_m),
    Figure("makespan_s", "s", "End of the last event, from the run's epoch.", lambda each: each.makespan_s),
    Figure(
        "lines_per_hour", "1/h", "Lines of all agents together, per hour.", lambda each: each.lines_per_hour
    ),
    Figure("metres_per_line", "m", "Metres moved for each line.", lambda each: each.metres_per_line),
    Figure("labour_h", "h", "Agents' time on duty, breaks included.", lambda each: each.labour_h),
    Figure(
        "lines_per_labour_hour", "1/h", "Lines per hour on duty.", lambda each: each.lines_per_labour_hour
    ),
    Figure("blocked_share", "1", "Waiting, as a share of time on duty.", _share),
    Figure("passes", "", "Times somebody squeezed past to end a deadlock.", lambda each: each.passes),
    Figure("back_offs", "", "Times somebody gave way to end a deadlock.", lambda each: each.back_offs),
    Figure("tour_lead_mean_s", "s", "Lead time of tours, mean.", _lead("tour_lead", "mean_s")),
    Figure("tour_lead_p95_s", "s", "Lead time of tours, 95th percentile.", _lead("tour_lead", "p95_s")),
    Figure("order_lead_mean_s", "s", "Lead time of orders, mean.", _lead("order_lead", "mean_s")),
    Figure("order_lead_p95_s", "s", "Lead time of orders, 95th percentile.", _lead("order_lead", "p95_s")),
    Figure("on_time", "1", "Share of orders done by their due time.", _lead("on_time", "value")),
    *(
        Figure(f"total_{name}", "s", f"Time of all agents: {meaning[0].lower()}{meaning[1:]}", _time(name))
        for name, meaning in SPENT.items()
    ),
)


class AgentRow(NamedTuple):
    """An agent's sums; fields of `time` are columns of their own."""

    agent: str
    lines: int
    pieces: int
    distance_m: float
    time: TimeSplit


class BlockingRow(NamedTuple):
    """Waits at one place or of one kind."""

    at: str
    waits: int
    blocked_s: float
    share: float | None


class PairRow(NamedTuple):
    """Who waited for whom."""

    agent: str
    blocked_by: str
    blocked_s: float


class CellRow(NamedTuple):
    """A square of the floor."""

    level: str
    x_m: float
    y_m: float
    blocked_s: float
    present_s: float


def _spent(of: str) -> tuple[Column[Any], ...]:
    return tuple(seconds(field.name, SPENT[field.name], f"{of}.{field.name}") for field in fields(TimeSplit))


def _figures(source: Source) -> list[tuple[Figure, float | None]]:
    found = source.kpis
    return [(figure, figure.of(found)) for figure in FIGURES]


def _agents(source: Source) -> list[AgentRow]:
    run, found = source.shift, source.kpis
    events, who = run.events, run.events.agent.codes_in(run.agents)
    lines, moves = are_lines(events), events.kind.are("move")

    def sums(rows: Any, weights: Any = None) -> list[Any]:
        return [*np.bincount(who[rows], weights, minlength=len(run.agents)).tolist()]

    columns = sums(lines), sums(lines, events.quantity[lines]), sums(moves, events.length_m[moves])
    return [
        AgentRow(agent, picked, int(pieces), distance, found.by_agent[agent])
        for agent, picked, pieces, distance in zip(run.agents, *columns, strict=True)
    ]


def _blocking(by: str) -> Callable[[Source], list[BlockingRow]]:
    def rows(source: Source) -> list[BlockingRow]:
        places: Mapping[str, Any] = getattr(source.kpis.blocked, f"by_{by}")
        return [BlockingRow(place, *each) for place, each in places.items()]

    return rows


def _pairs(source: Source) -> list[PairRow]:
    who = source.kpis.blocked.who
    return [PairRow(agent, by, s) for agent, others in who.items() for by, s in others.items()]


def _cells(source: Source) -> list[CellRow]:
    """Squares that anybody was in."""
    run, found = source.shift, []
    for level in dict.fromkeys(run.events.level.names):
        bounds = _bounds(source, level)
        grids = [make(run, bounds=bounds, cell_m=CELL_M, level=level) for make in (heat, traffic_heat)]
        for row, column in zip(*(part.tolist() for part in np.nonzero(grids[1])), strict=True):
            x, y = bounds[0] + (column + 0.5) * CELL_M, bounds[1] + (row + 0.5) * CELL_M
            found.append(CellRow(level, x, y, *(float(grid[row, column]) for grid in grids)))
    return found


def _bounds(source: Source, level: str) -> Bounds:
    """Of all that happened on a level, out to whole cells."""
    events = source.shift.events
    points = events.xy[np.repeat(events.level.are(level), np.diff(events.path_start))]
    low = np.floor(points.min(axis=0) / CELL_M) * CELL_M
    high = (np.floor(points.max(axis=0) / CELL_M) + 1) * CELL_M
    (x0, y0), (x1, y1) = low.tolist(), high.tolist()
    return x0, y0, x1, y1


def _blocking_table(by: str, meaning: str, column: Column[Any]) -> Table[Any]:
    return Table(
        name=f"blocking_by_{by}",
        meaning=meaning,
        key=(column.name,),
        rows=_blocking(by),
        needs_run=True,
        columns=(
            column,
            count("waits", "How many waits."),
            seconds("blocked_s", "Seconds that agents waited."),
            number("share", "1", "These as a share of all agents' time on duty.", may_lack=True),
        ),
    )


FIGURE_TABLES: tuple[Table[Any], ...] = (
    Table(
        name="kpis",
        meaning="Key figures of the run, each in a row with its unit and meaning.",
        key=("kpi",),
        rows=_figures,
        needs_run=True,
        columns=(
            text("kpi", "Name of the figure.", lambda row: row[0].name),
            number(
                "value",
                "see unit",
                "The figure, if there is one.",
                lambda row: row[1],
                may_lack=True,
            ),
            text("unit", "Its unit; 1 for a share.", lambda row: row[0].unit or None, may_lack=True),
            text("meaning", "What it is.", lambda row: row[0].meaning),
        ),
    ),
    Table(
        name="agents",
        meaning="What each agent did, and what its time went into; times add up to its time on duty.",
        key=("agent",),
        rows=_agents,
        needs_run=True,
        columns=(
            text("agent", "Name of the agent."),
            count("lines", "Order lines picked to the end."),
            count("pieces", "Pieces picked to the end."),
            metres("distance_m", "Length of its moves."),
            *_spent("time"),
        ),
    ),
    Table(
        name="intervals",
        meaning="How the run went, a quarter of an hour after the other.",
        key=("start_s",),
        rows=lambda source: source.kpis.intervals,
        needs_run=True,
        columns=(
            seconds("start_s", "Start, from the run's epoch."),
            seconds("end_s", "End."),
            count("lines", "Order lines finished."),
            number("lines_per_hour", "1/h", "These per hour.", may_lack=True),
            number("labour_h", "h", "Agents' time on duty."),
            metres("distance_m", "Length of moves."),
            number("blocked_share", "1", "Waiting, as a share of time on duty.", may_lack=True),
            number("busy", "1", "Agents neither waiting nor idle, on average.", may_lack=True),
            number("queueing", "1", "Agents waiting, on average.", may_lack=True),
            *_spent("time"),
        ),
    ),
    _blocking_table("cause", "Waits by why.", text("cause", "Why it was waited.", "at")),
    _blocking_table("aisle", "Waits for something in or at an aisle.", text("aisle", "The aisle.", "at")),
    _blocking_table(
        "face",
        "Waits for pick faces.",
        text("face", "The pick face, as row/bay/position: all tiers there.", "at"),
    ),
    _blocking_table(
        "intersection", "Waits for intersections.", text("intersection", "The intersection.", "at")
    ),
    Table(
        name="blocking_by_pair",
        meaning="Who waited for whom, where that is known.",
        key=("agent", "blocked_by"),
        rows=_pairs,
        needs_run=True,
        columns=(
            text("agent", "Who waited."),
            text("blocked_by", "Who had the place before."),
            seconds("blocked_s", "Seconds waited."),
        ),
    ),
    Table(
        name="queues",
        meaning="Who waited for what; mean_length is waits by the run's length times mean_wait_s (Little's law).",
        key=("resource",),
        rows=lambda source: [(name, queue) for name, queue in source.kpis.queues.items()],
        needs_run=True,
        columns=(
            text("resource", "What was waited for.", lambda row: row[0]),
            count("waits", "How many waits.", lambda row: row[1].waits),
            seconds("mean_wait_s", "Their mean length.", lambda row: row[1].mean_wait_s),
            number("mean_length", "1", "Agents waiting at once, on average.", lambda row: row[1].mean_length),
            count("longest", "Agents waiting at once, at most.", lambda row: row[1].longest),
        ),
    ),
    Table(
        name="traffic",
        meaning="Agents in each aisle at once, whatever they did there.",
        key=("aisle",),
        rows=lambda source: [(name, each) for name, each in source.kpis.traffic.items()],
        needs_run=True,
        columns=(
            text("aisle", "The aisle.", lambda row: row[0]),
            number("mean", "1", "On average over time.", lambda row: row[1].mean),
            count("peak", "At most.", lambda row: row[1].peak),
            number("mean_per_m", "1/m", "The mean per metre of its length.", lambda row: row[1].mean_per_m),
            number("peak_per_m", "1/m", "The peak per metre of its length.", lambda row: row[1].peak_per_m),
        ),
    ),
    Table(
        name="heat",
        meaning=f"Squares of {CELL_M:g} m of the floor that anybody was in; sums are those of the run.",
        key=("level", "x_m", "y_m"),
        rows=_cells,
        needs_run=True,
        columns=(
            text("level", "Level that it is on."),
            metres("x_m", "Middle of the square, x in the world."),
            metres("y_m", "Middle of the square, y in the world."),
            seconds("blocked_s", "Seconds that agents waited there."),
            seconds("present_s", "Seconds that agents were there."),
        ),
    ),
)
