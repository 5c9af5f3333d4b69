"""The aliasing guard asked of many posed scans: which stand where they must, and which could stand bays further on.

1. Groups grow: a scan that meets scans of a group is held against them (`check_aliasing`) and joins if it is
   `unique`. Scans that no loop tests are asked first; one is asked anew only when the group has more of what it
   meets.
2. A group is then asked as one against the largest, or against the one with most known points: scans that agree
   with one another may still be a bay off together.
3. What stays outside is `ambiguous`. Which of two groups stands wrong cannot be told: the larger one is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from scans.registration.alias_evidence import KindNamer
from scans.registration.alias_rows import RowDirection
from scans.registration.alias_sight import PosedPoints
from scans.registration.aliasing import AliasShift, AliasVerdict, check_aliasing
from scans.registration.known_points import KnownPoint

_MOST_FIXED = 6
"""A scan is held against so many of a group, those nearest to it."""


Word = Literal["unique", "ambiguous", "not_checked"]
WORDS: tuple[Word, ...] = get_args(Word)


@dataclass(frozen=True)
class Aliasing:
    """The guard's word on one scan: `competing` are the shifts that the evidence does not refute, likeliest first."""

    verdict: Word = "not_checked"
    reason: str = "nobody asked"
    competing: tuple[AliasShift, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Members of a report's entry: the word, the reason and the competing shifts."""
        return {
            "aliasing": self.verdict,
            "aliasing_reason": self.reason,
            "competing": [_shift_json(shift) for shift in self.competing],
        }


def _shift_json(shift: AliasShift) -> dict[str, Any]:
    return {
        "bays": shift.bays,
        "distance_m": round(shift.distance_m, 3),
        "shift_m": [round(each, 3) for each in shift.shift_m],
        "log_ratio": round(shift.log_ratio, 1),
    }


@dataclass(frozen=True, eq=False)
class Guarded:
    """A scan to be asked about: its points as posed, the points `known` in it and in the world, and how many
    `loops` of the pose graph test it.
    """

    side: PosedPoints
    known: tuple[KnownPoint, ...] = ()
    loops: int = 0


def ask_all(
    scans: Sequence[Guarded],
    meets: Callable[[int, int], bool],
    rows: Sequence[RowDirection] = (),
    *,
    name_kinds: KindNamer | None = None,
    loads_count: bool = False,
    floor_z: float | None = None,
) -> list[Aliasing]:
    """The guard's word on each of `scans`, all in one world whose Z is up; `meets` tells which show common surfaces.

    A scan that meets no other, and the one that all others are held against if none agrees with it, are
    `not_checked`. `rows`, `name_kinds`, `loads_count` and `floor_z` are as in `check_aliasing`.
    """

    def ask(moving: Collection[int], fixed: Collection[int]) -> AliasVerdict:
        near = _nearest(scans, moving, fixed)
        return check_aliasing(
            _together([scans[k].side for k in near]),
            _together([scans[k].side for k in sorted(moving)]),
            rows,
            known_points=[point for k in sorted(moving) for point in scans[k].known],
            name_kinds=name_kinds,
            loads_count=loads_count,
            floor_z=floor_z,
        )

    return _Asked(scans, meets, ask).answers()


class _Asked:
    def __init__(
        self,
        scans: Sequence[Guarded],
        meets: Callable[[int, int], bool],
        ask: Callable[[Collection[int], Collection[int]], AliasVerdict],
    ) -> None:
        self._scans, self._ask = scans, ask
        self._met = [{j for j in range(len(scans)) if j != i and meets(i, j)} for i in range(len(scans))]
        self._told: dict[int, Aliasing] = {}

    def answers(self) -> list[Aliasing]:
        groups: list[set[int]] = []
        left = sorted(range(len(self._scans)), key=lambda k: -len(self._scans[k].known))
        while left:
            groups.append(self._grown(left[0], left[1:]))
            left = [k for k in left if k not in groups[-1]]
        groups.sort(key=lambda group: (-self._known(group), -len(group)))
        self._joined(groups)
        return [self._told.get(k, self._unasked(k)) for k in range(len(self._scans))]

    def _grown(self, seed: int, others: Iterable[int]) -> set[int]:
        """Rule 1: `seed` and those of `others` that must stand where they do if it does."""
        group, asked = {seed}, dict[int, frozenset[int]]()
        waiting = sorted(others, key=lambda k: self._scans[k].loops > 0)
        while True:
            ready = (
                k for k in waiting if k not in group and group & self._met[k] > asked.get(k, frozenset())
            )
            one = next(ready, None)
            if one is None:
                return group
            asked[one] = frozenset(group & self._met[one])
            told = self._ask({one}, asked[one])
            self._told[one] = _aliasing(told)
            if told.verdict == "unique":
                if group == {seed}:
                    self._told[seed] = _aliasing(told)
                group.add(one)

    def _joined(self, groups: Sequence[set[int]]) -> None:
        """Rule 2 over `groups`, the one that is kept first; what does not join it is ambiguous."""
        kept, outside = set(groups[0]), list(groups[1:])
        asked = dict[int, frozenset[int]]()
        while True:
            ready = (
                n for n, group in enumerate(outside) if kept & self._around(group) > asked.get(n, frozenset())
            )
            number = next(ready, None)
            if number is None:
                break
            asked[number] = frozenset(kept & self._around(outside[number]))
            told = self._ask(outside[number], asked[number])
            self._told.update(dict.fromkeys(outside[number], _aliasing(told)))
            if told.verdict == "unique":
                kept |= outside[number]
        if len(groups[0]) == 1 and kept > groups[0]:
            self._told[min(groups[0])] = Aliasing("unique", "the scans held against it agree with it")
        elif len(groups[0]) == 1:
            self._told.pop(min(groups[0]), None)

    def _around(self, group: Collection[int]) -> set[int]:
        return set().union(*(self._met[k] for k in group))

    def _known(self, group: Collection[int]) -> int:
        return sum(len(self._scans[k].known) for k in group)

    def _unasked(self, k: int) -> Aliasing:
        if len(self._scans) == 1:
            return Aliasing(reason="a single scan cannot be held against another")
        if not self._met[k]:
            return Aliasing(reason="no other scan shows the same surfaces")
        return Aliasing(reason="the other scans are held against it")


def _aliasing(told: AliasVerdict) -> Aliasing:
    return Aliasing(told.verdict, told.reason, told.competing)


def _nearest(scans: Sequence[Guarded], moving: Collection[int], fixed: Collection[int]) -> list[int]:
    """Those of `fixed` whose middles are nearest to the middle of `moving`, in order."""
    middle = {k: np.median(scans[k].side.points, axis=0) for k in {*moving, *fixed}}
    at = np.mean([middle[k] for k in sorted(moving)], axis=0)
    return sorted(sorted(fixed, key=lambda k: (float(np.linalg.norm(middle[k] - at)), k))[:_MOST_FIXED])


def _together(sides: Sequence[PosedPoints]) -> PosedPoints:
    """The sides as one, their stations numbered anew."""
    stations: list[npt.NDArray[np.int32]] = []
    eyes: dict[int, npt.NDArray[np.float64]] = {}
    for side in sides:
        known = sorted(side.eyes)
        number = np.full(len(side.points), -1, np.int32)
        for station in known:
            if side.station is not None:
                number[side.station == station] = len(eyes)
            eyes[len(eyes)] = side.eyes[station]
        stations.append(number)
    return PosedPoints(np.vstack([side.points for side in sides]), np.concatenate(stations), eyes)
