"""The warehouse W20x50 as one trace for all simulators: 20 aisles of 50 bays, tours in an S-shape, 30 pickers.

Pitch 1 m, aisle pitch 4 m, aisle length 51 m, 1 m/s, 20 lines a tour uniformly at random with replacement, picks
exponential with mean 10 s, 60 s at the depot, which lies in front of the first aisle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.tape import (
    AHEAD,
    GIVE,
    MOVE,
    NOBODY,
    TAKE,
    THROUGH,
    WAIT,
    Crew,
    Jobs,
    Resources,
    Tape,
    tape_of,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

AISLES, BAYS, LINES, PICKERS = 20, 50, 20, 30
AISLE_M, AISLE_PITCH_M = 51.0, 4.0
PICK_S, SETUP_S = 10.0, 60.0
MEAN_TOUR_M = 806.1746421
"""The exact mean, `s_shape` in the shared `congestion/travel.json`."""


@dataclass(frozen=True, kw_only=True)
class Faces:
    """Tours (T, L): each line's face is seized, `pick_s` spent there, then `move_s` to the next, at last the depot.

    `first_s` (T,): from the depot to the first face. `setup_s`: at the depot, after each tour.
    """

    face: Ints
    pick_s: Floats
    move_s: Floats
    first_s: Floats
    faces: int = AISLES * BAYS
    setup_s: float = SETUP_S

    @property
    def lines(self) -> int:
        """How many lines are picked."""
        return self.face.size


@dataclass(frozen=True, kw_only=True)
class Passages:
    """Tours through one-way aisles without passing, as passages (P,) of whole aisles; a cell a bay.

    Tour t is the passages `start[t]` … `start[t + 1]` − 1. Each walks `cross_s` to its aisle, then through cells
    `first` to `last` (up or down), 1 s each and 1 s out of the last, and picks `pick_s` (P, BAYS) in each.
    """

    start: Ints
    cross_s: Floats
    first: Ints
    last: Ints
    pick_s: Floats
    home_s: Floats
    lines: int
    setup_s: float = SETUP_S

    @property
    def cells(self) -> int:
        """How many cells are passed."""
        return len(self.first) * BAYS


def draw_faces(tours: int, seed: int, *, faces: tuple[int, int] = (AISLES, BAYS)) -> Faces:
    """Tours in an S-shape that return within the last aisle where the number of their aisles is odd."""
    rng = np.random.default_rng(seed)
    aisles, bays = faces
    aisle, bay = rng.integers(0, aisles, (tours, LINES)), rng.integers(1, bays + 1, (tours, LINES))
    pick_s = rng.exponential(PICK_S, (tours, LINES))
    row = np.arange(tours)[:, None]
    has = np.zeros((tours, aisles), np.bool_)
    has[row, aisle] = True
    goes_up = (np.cumsum(has, axis=1)[row, aisle] % 2) == 1
    order = np.argsort(aisle * (bays + 2) + np.where(goes_up, bay, bays + 1 - bay), axis=1, kind="stable")
    aisle, bay, goes_up, pick_s = (each[row, order] for each in (aisle, bay, goes_up, pick_s))
    length_m = bays + 1.0
    behind_m, ahead_m = np.where(goes_up, bay, length_m - bay), np.where(goes_up, length_m - bay, bay)
    aside_m = np.abs(np.diff(aisle, axis=1)) * AISLE_PITCH_M
    within = np.diff(aisle, axis=1) == 0
    move_m = np.where(within, np.diff(behind_m, axis=1), ahead_m[:, :-1] + aside_m + behind_m[:, 1:])
    home_m = aisle[:, -1:] * AISLE_PITCH_M + bay[:, -1:]
    return Faces(
        face=aisle * bays + bay - 1,
        pick_s=pick_s,
        move_s=np.concatenate([move_m, home_m], axis=1),
        first_s=aisle[:, 0] * AISLE_PITCH_M + bay[:, 0],
        faces=aisles * bays,
    )


def draw_passages(tours: int, seed: int) -> Passages:
    """Even aisles lead up and odd ones down; between them a tour takes the nearest that leads its way."""
    rng = np.random.default_rng(seed)
    start, cross_s, aisle, home_s, picks = [0], [], [], [], []
    for _ in range(tours):
        pick_s = np.zeros((AISLES, BAYS))
        places = rng.integers(0, AISLES, LINES), rng.integers(0, BAYS, LINES)
        np.add.at(pick_s, places, rng.exponential(PICK_S, LINES))
        route = _one_way_route(sorted(set(places[0].tolist())))
        cross_s += np.abs(np.diff(route, prepend=0) * AISLE_PITCH_M).tolist()
        home_s.append(route[-1] * AISLE_PITCH_M)
        aisle += route
        picks.append(pick_s[route])
        start.append(len(aisle))
    leads_up = np.array(aisle) % 2 == 0
    low, high = np.array(aisle) * BAYS, np.array(aisle) * BAYS + BAYS - 1
    pick_s = np.concatenate(picks)
    return Passages(
        start=np.array(start),
        cross_s=np.array(cross_s),
        first=np.where(leads_up, low, high),
        last=np.where(leads_up, high, low),
        pick_s=np.where(leads_up[:, None], pick_s, pick_s[:, ::-1]),
        home_s=np.array(home_s),
        lines=tours * LINES,
    )


def _one_way_route(wanted: list[int]) -> list[int]:
    """The aisles in order, with those that are only walked through: up and down must alternate."""
    route: list[int] = []
    for aisle in wanted:
        if aisle % 2 == len(route) % 2:
            route.append(aisle)
        elif route and aisle - 1 == route[-1]:
            raise RuntimeError("two neighbours never lead the same way")
        else:
            route += [aisle - 1, aisle]
    return route if len(route) % 2 == 0 else [*route, route[-1] + 1]


def tape_of_faces(trace: Faces, *, foreseen: bool) -> Tape:
    """A routine a tour; each line is TAKE, WAIT, GIVE, MOVE, which one event can foresee."""
    tours, lines = trace.face.shape
    each = 5 if foreseen else 4
    rows = np.zeros((tours, lines * each + 2, 4))
    rows[:, :, 2] = NOBODY
    rows[:, 0, 0], rows[:, 0, 3] = MOVE, trace.first_s
    rows[:, -1, 0], rows[:, -1, 3] = WAIT, trace.setup_s
    block = rows[:, 1:-1].reshape(tours, lines, each, 4)
    if foreseen:
        block[:, :, 0, 0], block[:, :, 0, 2] = AHEAD, 4
    block[:, :, -4:, 0] = TAKE, WAIT, GIVE, MOVE
    block[:, :, [-4, -2], 1] = trace.face[:, :, None]
    block[:, :, -3, 3], block[:, :, -1, 3] = trace.pick_s, trace.move_s
    rows[:, 1:-1] = block.reshape(tours, lines * each, 4)
    op, a, b, x = rows.reshape(-1, 4).T
    return tape_of(op, a, b, x, np.arange(tours + 1) * (lines * each + 2))


def tape_of_passages(trace: Passages) -> Tape:
    """A routine a tour; each passage, with the walk behind it, is one event, cells between picks one instruction."""
    rows: list[tuple[int, int, int, float]] = []
    start = [0]
    for first, end, home_s in zip(trace.start[:-1], trace.start[1:], trace.home_s.tolist(), strict=True):
        after_s = [*trace.cross_s[first + 1 : end].tolist(), home_s]
        rows.append((MOVE, 0, NOBODY, float(trace.cross_s[first])))
        for passage, walk_s in zip(range(first, end), after_s, strict=True):
            block = _passage(trace, passage, walk_s)
            rows += [(AHEAD, 0, len(block), 0.0), *block]
        rows.append((WAIT, 0, NOBODY, trace.setup_s))
        start.append(len(rows))
    op, a, b, x = (np.array(column) for column in zip(*rows, strict=True))
    return tape_of(op, a, b, x, start)


def _passage(trace: Passages, passage: int, walk_s: float) -> list[tuple[int, int, int, float]]:
    first, last = int(trace.first[passage]), int(trace.last[passage])
    way = 1 if last > first else -1
    rows = [(TAKE, first, NOBODY, 0.0), (MOVE, first, NOBODY, 1.0)]
    at = 0
    for stop in sorted({*np.flatnonzero(trace.pick_s[passage]).tolist(), BAYS - 1}):
        if stop > at:
            rows.append((THROUGH, first + way * at, way * (stop - at), 1.0))
            at = stop
        if trace.pick_s[passage, stop] > 0:
            rows.append((WAIT, 0, NOBODY, float(trace.pick_s[passage, stop])))
    return [*rows, (MOVE, 0, NOBODY, 1.0), (GIVE, last, NOBODY, 0.0), (MOVE, 0, NOBODY, walk_s)]


def shared(count: int) -> Resources:
    """Faces or cells of one seat."""
    none = np.full(count, NOBODY)
    return Resources(
        capacity=np.ones(count, np.int64),
        level=np.zeros(count, np.int64),
        low=none,
        refill=none,
        refill_pieces=np.ones(count, np.int64),
        slow=np.ones((count, 1)),
    )


def one_pool(tours: int) -> Jobs:
    """A job a routine, in order, for everybody."""
    nothing = np.zeros(0, np.int64)
    return Jobs(
        routine=np.arange(tours)[None],
        release_s=np.zeros(tours),
        pool=np.zeros(tours, np.int64),
        needs=np.zeros(tours, np.int64),
        after_start=np.zeros(tours + 1, np.int64),
        after=nothing,
        ticket_start=np.zeros(tours + 1, np.int64),
        ticket=nothing,
        refill_routine=np.zeros((1, 0), np.int64),
        refill_pool=nothing,
    )


def pickers(count: int) -> Crew:
    """Pickers who do nothing but pick."""
    return Crew(
        kind=np.zeros(count, np.int64),
        slow=np.ones(count),
        restart_s=np.zeros(count),
        from_s=np.zeros(count),
        until_s=np.full(count, np.inf),
        pool_start=np.arange(count + 1),
        pool=np.zeros(count, np.int64),
        duty_start=np.zeros(count + 1, np.int64),
        duty_s=np.zeros(0),
        duty_routine=np.zeros(0, np.int64),
        charge_s=np.full(count, np.inf),
        charge_routine=np.full(count, NOBODY),
        fail_s=np.zeros((count, 0)),
        repair_routine=NOBODY,
        pace=np.zeros((0, count, 1)),
    )
