"""What happened in a shift: events as columns, each also to be had as one `Event`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, cast, overload

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Path = tuple[tuple[float, float], ...]

EventKind = Literal[
    "move", "wait", "pick", "drop", "put", "pack", "load", "lift", "charge", "break", "repair", "pass",
    "back_off",
]  # fmt: skip

NONE = -1
"""The code of a text that is not there, and the quantity of what has none."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing an agent did, or that happened to it, from `start_s` to `end_s`.

    move: went along `path`, an (N, 2) polyline in metres, at constant speed along its length.
    wait: stood at `path[0]` because of `cause` at `resource`, held by `blocked_by`; `aisle` is that of the resource.
    pick, put: took or put away `quantity` of `sku` for `order` at `location`, standing at `path[0]` in `aisle`.
    drop, pack, load: handed a finished tour over at the station `resource`, packed or loaded there.
    lift, charge, break, repair: rode, charged, rested, was mended.
    pass, back_off: squeezed past `blocked_by`, or gave way to it, at `resource`, to end a deadlock.

    `job` is the tour or other piece of work that it belongs to.
    """

    seq: int
    agent: str
    kind: EventKind
    start_s: float
    end_s: float
    level: str
    path: Path
    resource: str | None = None
    cause: str | None = None
    blocked_by: str | None = None
    location: str | None = None
    order: str | None = None
    sku: str | None = None
    quantity: int | None = None
    job: str | None = None
    aisle: str | None = None


@dataclass(frozen=True, eq=False)
class Texts:
    """A column of texts (N,) that are often the same: text i is `names[code[i]]`, or none where the code is NONE.

    Made by `of` or `coded`, `names` holds what is used, each once, in order of first use: equal texts have equal
    codes and names.
    """

    code: Codes
    names: tuple[str, ...]

    @staticmethod
    def of(values: Iterable[str | None]) -> Texts:
        """The column of these texts."""
        values = list(values)
        place = dict.fromkeys(values)
        place.pop(None, None)
        names = cast("tuple[str, ...]", tuple(place))
        codes: dict[str | None, int] = dict(zip(names, range(len(names)), strict=True))
        codes[None] = NONE
        return Texts(np.fromiter(map(codes.__getitem__, values), np.int32, len(values)), names)

    @staticmethod
    def coded(code: npt.NDArray[Any], names: Sequence[str | None]) -> Texts:
        """The column of `names[code]`, none where the code is NONE; names may repeat, lack or go unused."""
        return Texts.of(names).at(code)

    def at(self, rows: npt.NDArray[Any]) -> Texts:
        """The column of these texts, given by number (N,), none where a number is NONE."""
        code = np.append(self.code, NONE)[rows]
        used = code[code != NONE]
        first = np.full(len(self.names), len(used))
        first[used[::-1]] = np.arange(len(used))[::-1]  # of several writes to one place the last one stays
        order = np.argsort(first, kind="stable")[: np.count_nonzero(first < len(used))]
        rank = np.full(len(self.names) + 1, NONE, np.int32)
        rank[order] = np.arange(len(order))
        return Texts(rank[code], tuple(map(self.names.__getitem__, order.tolist())))

    def __len__(self) -> int:
        return len(self.code)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Texts):
            return NotImplemented
        return self.names == other.names and np.array_equal(self.code, other.code)

    __hash__ = None  # type: ignore[assignment]

    def values(self) -> list[str | None]:
        """The texts one by one."""
        names = (*self.names, None)
        return [names[code] for code in self.code.tolist()]

    def are(self, *names: str) -> npt.NDArray[np.bool_]:
        """Which texts (N,) are one of `names`."""
        return np.array([name in names for name in (*self.names, None)], bool)[self.code]

    def codes_in(self, names: Sequence[str]) -> Ints:
        """The texts (N,) as places in `names`, NONE for those that are not in it or not there."""
        place = {name: i for i, name in enumerate(names)}
        return np.array([place.get(name, NONE) for name in self.names] + [NONE], np.int64)[self.code]


TEXTS = (
    "agent",
    "kind",
    "level",
    "resource",
    "cause",
    "blocked_by",
    "location",
    "order",
    "sku",
    "job",
    "aisle",
)
"""The columns that hold texts."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Events(Sequence[Event]):
    """Events (N,) as columns; as a sequence it holds each as an `Event`.

    The path of event i is `xy[path_start[i]:path_start[i + 1]]`, at least one point, of `xy` (M, 2); `path_start` is
    (N + 1,). `quantity` is NONE where there is none. Raises ValueError for columns that do not fit each other, an
    event without a place, or one that ends before it starts.
    """

    seq: Ints
    agent: Texts
    kind: Texts
    start_s: Floats
    end_s: Floats
    level: Texts
    path_start: Ints
    xy: Floats
    resource: Texts
    cause: Texts
    blocked_by: Texts
    location: Texts
    order: Texts
    sku: Texts
    quantity: Ints
    job: Texts
    aisle: Texts

    def __post_init__(self) -> None:
        count = len(self.seq)
        sizes = {
            f.name: len(getattr(self, f.name)) for f in fields(self) if f.name not in ("path_start", "xy")
        }
        wrong = [name for name, size in sizes.items() if size != count]
        if wrong or len(self.path_start) != count + 1:
            raise ValueError(
                f"columns {wrong or ['path_start']} do not fit {count} events: give each as many rows"
            )
        points = np.diff(self.path_start)
        if not (points > 0).all() or self.path_start[0] != 0 or self.path_start[-1] != len(self.xy):
            raise ValueError("each event needs a path of at least one point: give where it stood or went")
        late = np.flatnonzero(~(self.end_s >= self.start_s))
        if len(late):
            row = int(late[0])
            raise ValueError(
                f"event {row} ends at {self.end_s[row]} s, before its start at {self.start_s[row]} s: correct it"
            )

    @staticmethod
    def of(events: Iterable[Event]) -> Events:
        """The columns of these events."""
        if isinstance(events, Events):
            return events
        rows = tuple(events)
        points = [len(event.path) for event in rows]
        return Events(
            seq=np.array([event.seq for event in rows], np.int64),
            start_s=np.array([event.start_s for event in rows], np.float64),
            end_s=np.array([event.end_s for event in rows], np.float64),
            path_start=np.cumsum([0, *points], dtype=np.int64),
            xy=np.array([point for event in rows for point in event.path], np.float64).reshape(-1, 2),
            quantity=np.array(
                [NONE if event.quantity is None else event.quantity for event in rows], np.int64
            ),
            **{name: Texts.of(getattr(event, name) for event in rows) for name in TEXTS},
        )

    @property
    def seconds(self) -> Floats:
        """How long each (N,) took."""
        return self.end_s - self.start_s

    @property
    def length_m(self) -> Floats:
        """How long the path of each (N,) is."""
        if not len(self):
            return np.empty(0)
        step = np.append(np.hypot(*np.diff(self.xy, axis=0).T), 0.0)
        step[self.path_start[1:] - 1] = 0.0
        lengths: Floats = np.add.reduceat(step, self.path_start[:-1])
        return lengths

    def take(self, rows: npt.NDArray[Any]) -> Events:
        """Only these rows, given by number or as a mask (N,), in that order."""
        rows = np.arange(len(self))[rows]
        points = np.diff(self.path_start)[rows]
        start = np.concatenate([[0], np.cumsum(points)])
        point = np.arange(start[-1]) + np.repeat(self.path_start[rows] - start[:-1], points)
        columns: dict[str, Any] = {name: getattr(self, name) for name in TEXTS}
        columns = {name: texts.at(rows) for name, texts in columns.items()}
        columns |= {name: getattr(self, name)[rows] for name in ("seq", "start_s", "end_s", "quantity")}
        return Events(path_start=start, xy=self.xy[point], **columns)

    def __len__(self) -> int:
        return len(self.seq)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> Events: ...
    def __getitem__(self, index: int | slice) -> Event | Events:
        if isinstance(index, slice):
            return self.take(np.arange(len(self))[index])
        row = range(len(self))[index]
        return next(iter(self.take(np.array([row]))))

    def __iter__(self) -> Iterator[Event]:
        columns = {name: getattr(self, name).values() for name in TEXTS}
        columns |= {name: getattr(self, name).tolist() for name in ("seq", "start_s", "end_s")}
        columns["quantity"] = [None if number == NONE else number for number in self.quantity.tolist()]
        points = list(zip(*self.xy.T.tolist(), strict=True))
        start = self.path_start.tolist()
        names = tuple(columns)
        for row, values in enumerate(zip(*columns.values(), strict=True)):
            path = tuple(points[start[row] : start[row + 1]])
            yield Event(path=path, **dict(zip(names, values, strict=True)))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, tuple | list):
            return tuple(self) == tuple(other)
        if not isinstance(other, Events):
            return NotImplemented
        return all(_same(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))

    __hash__ = None  # type: ignore[assignment]


def _same(one: object, other: object) -> bool:
    return one == other if isinstance(one, Texts) else np.array_equal(cast(Ints, one), cast(Ints, other))
