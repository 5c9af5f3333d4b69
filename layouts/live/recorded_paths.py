"""Position reports of one agent as straight moves at constant speed: what they justify, and nothing between jumps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

Path = tuple[tuple[float, float], ...]

JOINED_AT_MOST = 64
"""So many reports at most make one move, so that a long day takes no quadratic time."""


class Place(NamedTuple):
    """Where an agent stood at `at_ms`, metres in the site's frame."""

    at_ms: int
    level: str
    x_m: float
    y_m: float


class Stretch(NamedTuple):
    """Straight and at constant speed from one place to another, on one level."""

    start: Place
    end: Place


@dataclass(frozen=True, kw_only=True)
class JoiningRules:
    """Which reports are joined to moves.

    Two reports more than `silent_s` apart, on two levels, or so far apart that it took more than `fastest_m_s`
    are a gap. Who stays within `standing_m` stands. Reports are left out of a move when it passes them at their
    time within `tolerance_m`.
    """

    silent_s: float = 30.0
    fastest_m_s: float = 8.0
    standing_m: float = 0.05
    tolerance_m: float = 0.1

    def __post_init__(self) -> None:
        for name in ("silent_s", "fastest_m_s"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} {getattr(self, name)} must be above 0")
        for name in ("standing_m", "tolerance_m"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} {getattr(self, name)} must be 0 or more")


class Joined(NamedTuple):
    """The moves in order of time, and how many pairs of reports were silences or jumps."""

    moves: tuple[Stretch, ...]
    silences: int
    jumps: int


def join(places: Sequence[Place], rules: JoiningRules) -> Joined:
    """The moves that reports, in order of time and one at a time, justify."""
    silences = jumps = 0
    moves: list[Stretch] = []
    chain: list[Place] = []
    for place in places:
        if chain:
            last = chain[-1]
            if place.at_ms - last.at_ms > 1000 * rules.silent_s:
                silences += 1
            elif _is_jump(last, place, rules):
                jumps += 1
            else:
                chain.append(place)
                continue
            moves += _moves(chain, rules)
        chain = [place]
    moves += _moves(chain, rules)
    return Joined(tuple(moves), silences, jumps)


def _is_jump(one: Place, other: Place, rules: JoiningRules) -> bool:
    reach_m = rules.fastest_m_s * (other.at_ms - one.at_ms) / 1000
    return one.level != other.level or _apart_m(one, other) > reach_m


def _moves(chain: Sequence[Place], rules: JoiningRules) -> Iterator[Stretch]:
    """The longest constant-speed moves from each report on that pass all between; standing is left out."""
    first = 0
    while first < len(chain) - 1:
        if _apart_m(chain[first], chain[first + 1]) <= rules.standing_m:
            first += 1
            continue
        last = first + 1
        while last + 1 < min(len(chain), first + JOINED_AT_MOST) and _passes(chain[first : last + 2], rules):
            last += 1
        yield Stretch(chain[first], chain[last])
        first = last


def _passes(chain: Sequence[Place], rules: JoiningRules) -> bool:
    """Whether the straight move from first to last passes every report, none of which is a stand."""
    if _apart_m(chain[-2], chain[-1]) <= rules.standing_m:
        return False
    whole = Stretch(chain[0], chain[-1])
    return all(_apart_m(place_at(whole, place.at_ms), place) <= rules.tolerance_m for place in chain[1:-1])


def place_at(stretch: Stretch, at_ms: float) -> Place:
    """Where an agent is at a time within the stretch."""
    start, end = stretch
    share = (at_ms - start.at_ms) / (end.at_ms - start.at_ms)
    x_m = start.x_m + share * (end.x_m - start.x_m)
    y_m = start.y_m + share * (end.y_m - start.y_m)
    return Place(round(at_ms), start.level, x_m, y_m)


def outside(stretch: Stretch, busy: Sequence[tuple[int, int]]) -> Iterator[Stretch]:
    """The parts of a stretch outside the spans of time `busy` [ms], which are in order of start."""
    start_ms, end_ms = stretch.start.at_ms, stretch.end.at_ms
    for busy_from, busy_until in (*busy, (end_ms, end_ms)):
        until_ms = min(busy_from, end_ms)
        if until_ms > start_ms:
            yield part(stretch, start_ms, until_ms)
        start_ms = max(start_ms, busy_until)
        if start_ms >= end_ms:
            return


def part(stretch: Stretch, from_ms: int, until_ms: int) -> Stretch:
    """The stretch between two times within it; its own ends stay as they are."""
    start, end = stretch
    return Stretch(
        start if from_ms == start.at_ms else place_at(stretch, from_ms),
        end if until_ms == end.at_ms else place_at(stretch, until_ms),
    )


def part_of_path(path: Path, start_share: float, end_share: float) -> Path:
    """What of a polyline is gone along between two shares of its length."""
    legs_m = [math.dist(one, other) for one, other in pairwise(path)]
    from_m, until_m = start_share * sum(legs_m), end_share * sum(legs_m)
    points, gone_m = [_along(path, legs_m, from_m)], 0.0
    for leg_m, point in zip(legs_m, path[1:], strict=True):
        gone_m += leg_m
        if from_m < gone_m < until_m:
            points.append(point)
    return (*points, _along(path, legs_m, until_m))


def _along(path: Path, legs_m: Sequence[float], at_m: float) -> tuple[float, float]:
    for (x0, y0), (x1, y1), leg_m in zip(path, path[1:], legs_m, strict=False):
        if at_m <= leg_m and leg_m > 0:
            share = at_m / leg_m
            return (x0 + share * (x1 - x0), y0 + share * (y1 - y0))
        at_m -= leg_m
    return path[-1]


def _apart_m(one: Place, other: Place) -> float:
    return math.hypot(other.x_m - one.x_m, other.y_m - one.y_m)
