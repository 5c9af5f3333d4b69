"""The tables of a run itself: its events, when orders and jobs came and went, and what lay where."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import shapely

from layouts.events import NONE, Events
from viewer.exports.source import Source
from viewer.exports.tables.columns import count, seconds, text
from viewer.exports.tables.table import Column, Table


class TimesRow(NamedTuple):
    """When an order or a job was released, due and done."""

    of: str
    id: str
    released_s: float | None
    due_s: float | None
    done_s: float | None


class SlotRow(NamedTuple):
    """One of the pick locations of a SKU."""

    sku: str
    rank: int
    location: str


def _times(source: Source) -> list[TimesRow]:
    run = source.shift
    return [
        TimesRow(of, name, *times)
        for of, table in (("order", run.orders), ("job", run.jobs))
        for name, times in table.items()
    ]


def _slots(source: Source) -> list[SlotRow]:
    return [
        SlotRow(sku, rank, location)
        for sku, locations in source.shift.slotting.items()
        for rank, location in enumerate(locations, 1)
    ]


def _paths(events: Events) -> list[str]:
    """Each path as WKT: a POINT for who stood, else a LINESTRING; coordinates to the millimetre."""
    points = np.diff(events.path_start)
    doubled = np.repeat(np.arange(len(events)), np.maximum(points, 2))
    start = np.concatenate([[0], np.cumsum(np.maximum(points, 2))])[:-1]
    index = np.arange(len(doubled)) - start[doubled] + events.path_start[:-1][doubled]
    index = np.minimum(index, events.path_start[1:][doubled] - 1)
    shapes = shapely.linestrings(events.xy[index], indices=doubled)
    shapes = np.where(points == 1, shapely.points(events.xy[events.path_start[:-1]]), shapes)
    return [str(each) for each in shapely.to_wkt(shapes, rounding_precision=3)]


def _quantities(events: Events) -> list[int | None]:
    return [None if each == NONE else each for each in events.quantity.tolist()]


def _ends(column: int, axis: int) -> Callable[[Events], Iterable[float]]:
    """Where events began (column 0) or ended (1)."""
    if column == 0:
        return lambda events: events.xy[events.path_start[:-1], axis]
    return lambda events: events.xy[events.path_start[1:] - 1, axis]


def _texts(name: str, meaning: str, *, may_lack: bool = True) -> Column[Events]:
    return Column(
        name=name,
        type="string",
        unit="",
        meaning=meaning,
        values=lambda events: getattr(events, name).values(),
        may_lack=may_lack,
    )


def _numbers(name: str, unit: str, meaning: str, values: Callable[[Events], Iterable[Any]]) -> Column[Events]:
    return Column(name=name, type="number", unit=unit, meaning=meaning, values=values)


EVENTS: Table[Events] = Table(
    name="events",
    meaning="What agents did and what happened to them, in order of start.",
    key=("seq",),
    rows=lambda source: source.shift.events,
    needs_run=True,
    columns=(
        Column(
            name="seq",
            type="integer",
            unit="",
            meaning="Number of the event.",
            values=lambda events: events.seq,
        ),
        _texts("agent", "Whose event it is.", may_lack=False),
        _texts(
            "kind",
            "move, wait, pick, drop, put, pack, load, lift, charge, break, repair, pass or back_off.",
            may_lack=False,
        ),
        _numbers("start_s", "s", "Start, from the run's epoch.", lambda events: events.start_s),
        _numbers("end_s", "s", "End, from the run's epoch.", lambda events: events.end_s),
        _numbers("duration_s", "s", "From start to end.", lambda events: events.seconds),
        _texts("level", "Level that it was on.", may_lack=False),
        _numbers("x0_m", "m", "Where it began, x in the world.", _ends(0, 0)),
        _numbers("y0_m", "m", "Where it began, y in the world.", _ends(0, 1)),
        _numbers("x1_m", "m", "Where it ended, x in the world.", _ends(1, 0)),
        _numbers("y1_m", "m", "Where it ended, y in the world.", _ends(1, 1)),
        _numbers("length_m", "m", "Length of the path; 0 for who stood.", lambda events: events.length_m),
        Column(
            name="path",
            type="string",
            unit="",
            meaning="The path as WKT, x y in metres of the world.",
            values=_paths,
        ),
        _texts("resource", "What was waited for, or the station."),
        _texts("cause", "Why it was waited."),
        _texts("blocked_by", "Agent who had the resource before."),
        _texts("location", "Location picked from or put to."),
        _texts("order", "Order that it was for."),
        _texts("sku", "SKU picked or put."),
        Column(
            name="quantity",
            type="integer",
            unit="",
            meaning="Pieces picked or put.",
            values=_quantities,
            may_lack=True,
        ),
        _texts("job", "Tour or other piece of work that it belongs to."),
        _texts("aisle", "Aisle that it happened in, or that the resource is of."),
    ),
)

RUN_TABLES: tuple[Table[Any], ...] = (
    EVENTS,
    Table(
        name="times",
        meaning="When orders and jobs were released, due and done, from the run's epoch; what is not known is empty.",
        key=("of", "id"),
        rows=_times,
        needs_run=True,
        columns=(
            text("of", "order or job."),
            text("id", "Its name."),
            seconds("released_s", "When it was released.", may_lack=True),
            seconds("due_s", "When it was due.", may_lack=True),
            seconds("done_s", "When it was done.", may_lack=True),
        ),
    ),
    Table(
        name="slotting",
        meaning="Where each SKU was picked from.",
        key=("sku", "rank"),
        rows=_slots,
        needs_run=True,
        columns=(
            text("sku", "The SKU."),
            count("rank", "1 for its first location, 2 for its second, and so on."),
            text("location", "The location, which a site since changed may lack."),
        ),
    ),
)
