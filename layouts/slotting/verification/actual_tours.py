"""The tours that pickers really made, from the tasks that the WMS kept of them.

1. A column `tour` tells them. Without it, the orders of one agent and day that overlap in time are one tour, as the
   orders of a batch do; without orders, a pause of more than `gap_s` begins a new one.
2. A pick is of the unit of its SKU that lies, by plan or today, where it was picked; otherwise of the SKU's first.
3. How long a tour took is told by the first task of the agent's next tour: this holds the ways from and to the depot,
   which no task shows. A tour before a pause of more than `break_s`, or with one in it, has no time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from layouts.slotting.problem import NOWHERE, SlottingProblem
from layouts.slotting.verification.read_tasks import need_columns
from spatial.errors import BadDataError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PICKS = ("pick", "picking", "picks", "kommissionierung", "kommissionieren")


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """How tasks become tours; `zone` is the site's time zone, which says what a day is, `picks` the works that are
    picks, in small letters. Seconds are above 0.
    """

    zone: str = "UTC"
    gap_s: float = 300.0
    break_s: float = 900.0
    picks: Collection[str] = PICKS

    def __post_init__(self) -> None:
        for name, value in (("gap_s", self.gap_s), ("break_s", self.break_s)):
            if not value > 0:
                raise ValueError(f"{name} {value} must be above 0 s")


@dataclass(frozen=True, kw_only=True, eq=False)
class ActualTours:
    """T tours in time by agent; tour t has the picks `start[t]:start[t + 1]` of the N in `unit` and `location`.

    `location` (N,) is NOWHERE where the tasks do not tell it. By tour (T,): `day` counts days since 1970, `lines`
    the different units, `tasks` and `pieces` all there is, known or not, `seconds` how long it took and `span_s` how
    long from its first task to its last, NaN for not known. `left_out` counts picks that are in no tour, by reason.
    """

    start: Ints
    unit: Ints
    location: Ints
    day: Ints
    lines: Floats
    tasks: Floats
    pieces: Floats
    seconds: Floats
    span_s: Floats
    left_out: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.day)

    def only(self, chosen: npt.NDArray[np.bool_]) -> ActualTours:
        """The tours that are `chosen` (T,)."""
        picks = np.repeat(chosen, np.diff(self.start))
        return ActualTours(
            start=np.concatenate(([0], np.cumsum(np.diff(self.start)[chosen]))),
            unit=self.unit[picks],
            location=self.location[picks],
            day=self.day[chosen],
            lines=self.lines[chosen],
            tasks=self.tasks[chosen],
            pieces=self.pieces[chosen],
            seconds=self.seconds[chosen],
            span_s=self.span_s[chosen],
            left_out=self.left_out,
        )


def actual_tours(
    problem: SlottingProblem, plan: Ints, tasks: pa.Table, *, grouping: Grouping | None = None
) -> ActualTours:
    """The tours of `tasks`, whose SKUs and locations are those of `problem`.

    Raises BadDataError without the columns start, sku, and agent or tour, or where no task is a pick.
    """
    grouping = grouping or Grouping()
    need_columns(tasks, "start", "sku")
    tasks = _picks(tasks, grouping)
    ms, day = _times(tasks["start"], grouping.zone)
    agent, tour = _agents_and_tours(tasks, ms, day, grouping)
    first = np.full(int(tour.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, tour, ms)
    order = np.lexsort((np.arange(len(ms)), ms, tour, first[tour], agent))
    ms, day, agent, tour = ms[order], day[order], agent[order], tour[order]
    head = np.flatnonzero(np.concatenate(([True], tour[1:] != tour[:-1])))
    ends = np.concatenate((head[1:], [len(ms)]))
    pieces = _pieces(tasks)[order]
    unit, location, left_out = _units(problem, plan, tasks.take(pa.array(order)))
    kept = unit != NOWHERE
    of = np.repeat(np.arange(len(head)), ends - head)
    pairs = np.unique(of[kept] * len(problem.sku) + unit[kept])
    whole_s, span_s = _seconds(ms, agent, head, ends, grouping)
    every = ActualTours(
        start=np.concatenate(([0], np.cumsum(np.bincount(of[kept], minlength=len(head))))),
        unit=unit[kept],
        location=location[kept],
        day=day[head],
        lines=np.bincount(pairs // len(problem.sku), minlength=len(head)).astype(np.float64),
        tasks=(ends - head).astype(np.float64),
        pieces=np.add.reduceat(pieces, head),
        seconds=whole_s,
        span_s=span_s,
        left_out=left_out,
    )
    return every.only(every.lines > 0)


def _picks(tasks: pa.Table, grouping: Grouping) -> pa.Table:
    tasks = tasks.filter(pc.and_(pc.is_valid(tasks["start"]), pc.is_valid(tasks["sku"])))
    if "work" in tasks.column_names and tasks["work"].null_count < len(tasks):
        works = pc.utf8_lower(tasks["work"].cast(pa.string()))
        are = pc.is_in(works, pa.array(sorted(grouping.picks), pa.string()))
        if not pc.any(are).as_py():
            seen = ", ".join(f"'{work}'" for work in sorted(set(works.drop_null().to_pylist()))[:8])
            raise BadDataError(f"no task is a pick, works are {seen}: name those that are picks")
        tasks = tasks.filter(are)
    need_columns(tasks, "start", source="the table of picks with a time and a SKU")
    return tasks


def _times(column: pa.ChunkedArray, zone: str) -> tuple[Ints, Ints]:
    """Milliseconds since 1970 in UTC and days since 1970 in `zone`."""
    utc = column.cast(pa.timestamp("ms", "UTC"), safe=False)
    local = pc.local_timestamp(utc.cast(pa.timestamp("ms", zone)))
    ms: Ints = utc.cast(pa.int64()).to_numpy()
    day: Ints = local.cast(pa.int64()).to_numpy() // 86_400_000
    return ms, day


def _codes(column: pa.ChunkedArray) -> Ints:
    """A number for each different value, −1 for null."""
    own = column.combine_chunks()
    own = own if pa.types.is_dictionary(own.type) else own.dictionary_encode()
    codes: Ints = pc.fill_null(own.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def _agents_and_tours(tasks: pa.Table, ms: Ints, day: Ints, grouping: Grouping) -> tuple[Ints, Ints]:
    """The agent and the tour of each task, as numbers; without agents each tour has its own."""
    held = {name for name in ("agent", "order", "tour") if name in tasks.column_names}
    held = {name for name in held if tasks[name].null_count < len(tasks)}
    if "tour" in held:
        tour = np.unique(_codes(tasks["tour"]), return_inverse=True)[1]
        return (_codes(tasks["agent"]) if "agent" in held else tour), tour
    if "agent" not in held:
        raise BadDataError(
            "the tasks have neither 'tour' nor 'agent', so nobody knows the tours: map one of them"
        )
    agent = _codes(tasks["agent"])
    order = np.lexsort((np.arange(len(ms)), ms, agent))
    shift = np.unique(np.stack((agent, day))[:, order], axis=1, return_inverse=True)[1].ravel()
    begins = np.concatenate(([True], shift[1:] != shift[:-1]))
    if "order" in held:
        begins |= _apart(shift, _codes(tasks["order"])[order])
    else:
        begins[1:] |= np.diff(ms[order]) > 1000 * grouping.gap_s
    tour = np.empty(len(ms), np.int64)
    tour[order] = np.cumsum(begins) - 1
    return agent, tour


def _apart(shift: Ints, order: Ints) -> npt.NDArray[np.bool_]:
    """Rows at which no order of the shift goes on; one without an order belongs to the order before it."""
    told = np.maximum.accumulate(np.where(order >= 0, np.arange(len(order)), 0))
    own = np.unique(np.stack((shift, order[told])), axis=1, return_inverse=True)[1].ravel()
    last = np.zeros(int(own.max()) + 1, np.int64)
    last[own] = np.arange(len(own))
    reach = np.maximum.accumulate(last[own])
    return np.concatenate(([True], np.arange(1, len(own)) > reach[:-1]))


def _pieces(tasks: pa.Table) -> Floats:
    if "quantity" not in tasks.column_names:
        return np.ones(len(tasks))
    pieces: Floats = pc.fill_null(tasks["quantity"].cast(pa.float64()), 1.0).to_numpy()
    return pieces


def _units(problem: SlottingProblem, plan: Ints, tasks: pa.Table) -> tuple[Ints, Ints, dict[str, int]]:
    """The unit and location of each pick, NOWHERE for one that is left out, and how many are for which reason."""
    skus = pa.array(problem.sku, pa.string())
    sku = pc.index_in(tasks["sku"].cast(pa.string()), value_set=skus)  # the first unit of that SKU
    unit = _filled(sku)
    location, strange = np.full(len(tasks), NOWHERE), np.zeros(len(tasks), np.bool_)
    if "location" in tasks.column_names:
        names = tasks["location"].cast(pa.string())
        location = _filled(pc.index_in(names, value_set=pa.array(problem.location, pa.string())))
        strange = (location == NOWHERE) & pc.is_valid(names).to_numpy()
    first = _filled(pc.index_in(skus, value_set=skus))
    known, told = unit != NOWHERE, location != NOWHERE
    for where in (problem.now, plan):
        at = {(int(first[one]), int(where[one])): one for one in np.flatnonzero(_has_more(first))}
        if at:
            pairs = zip(unit.tolist(), location.tolist(), strict=True)
            own = np.fromiter((at.get(pair, NOWHERE) for pair in pairs), np.int64, len(unit))
            unit = np.where(told & (own != NOWHERE) & (first[unit] == unit), own, unit)
    homeless = known & ((problem.now[unit] == NOWHERE) | (plan[unit] == NOWHERE))
    left_out = {
        "SKU that the problem lacks": int((~known).sum()),
        "location that the problem lacks": int((known & strange).sum()),
        "SKU without a place before or after": int((known & ~strange & homeless).sum()),
    }
    unit = np.where(known & ~strange & ~homeless, unit, NOWHERE)
    return unit, location, {why: count for why, count in left_out.items() if count}


def _has_more(first: Ints) -> npt.NDArray[np.bool_]:
    """Which units (U,) share their SKU with others."""
    shared: npt.NDArray[np.bool_] = (np.bincount(first, minlength=len(first)) > 1)[first]
    return shared


def _filled(codes: pa.ChunkedArray | pa.Array) -> Ints:
    filled: Ints = np.asarray(pc.fill_null(codes, NOWHERE).to_pylist(), np.int64)
    return filled


def _seconds(ms: Ints, agent: Ints, head: Ints, ends: Ints, grouping: Grouping) -> tuple[Floats, Floats]:
    """How long each tour took, until the next of the same agent; and from its first task to its last."""
    whole, span = np.full(len(head), np.nan), (ms[ends - 1] - ms[head]) / 1000
    pause = np.concatenate((np.diff(ms), [0]))  # after each task
    is_last = np.zeros(len(ms), np.bool_)
    is_last[ends - 1] = True
    most = 1000 * grouping.break_s
    span[(np.maximum.reduceat(np.where(is_last, 0, pause), head) > most) | (ends - head < 2)] = np.nan
    longest = np.maximum.reduceat(pause, head)
    goes_on = (agent[head[:-1]] == agent[head[1:]]) & (longest[:-1] <= most)
    # tours of one agent that overlap have no time of their own
    goes_on &= pause[ends[:-1] - 1] >= 0
    whole[:-1][goes_on] = np.diff(ms[head])[goes_on] / 1000
    return whole, span
