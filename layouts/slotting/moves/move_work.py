"""What it takes to carry a unit's stock from one location to another."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit
from pydantic import BaseModel, ConfigDict, Field

from layouts.slotting.metric import Metric, apart_m
from layouts.slotting.problem import SlottingProblem

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
SECONDS_PER_H = 3600.0


class MoveWork(BaseModel):
    """How fast a mover works, what an hour costs, and over how long a move must pay.

    A trip takes a load, carries it and puts it; stock heavier than `most_kg` takes several.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    handling_s: float = Field(default=60.0, ge=0)  # taking and putting one load
    piece_s: float = Field(default=0.0, ge=0)  # more for each piece
    lift_s_per_m: float = Field(default=4.0, ge=0)  # for each metre of height, at both ends
    speed_m_s: float = Field(default=1.0, gt=0)
    most_kg: float | None = Field(default=None, gt=0)  # of one trip; None is all of it at once
    cost_per_h: float = Field(default=30.0, ge=0)  # in the site's currency
    tour_days: float = Field(default=1.0, gt=0)  # days that the problem's tours stand for
    horizon_days: float = Field(default=90.0, gt=0)  # days until the next slotting

    def cost(self, seconds: float) -> float:
        """What so many seconds cost."""
        return seconds / SECONDS_PER_H * self.cost_per_h


@dataclass(frozen=True, kw_only=True, eq=False)
class Stock:
    """What is known of the goods: `pieces` (U,) and `mass_kg` (U,) of each unit's stock, `height_m` (L,) of each
    location above the floor. None counts as nothing.
    """

    pieces: Floats | None = None
    mass_kg: Floats | None = None
    height_m: Floats | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Carrying:
    """The same as arrays: pieces, trips and seconds to handle of each unit (U,), height and place of each location.

    These are (L + 1,); the last stands for NOWHERE: goods come in, and leave, on the floor where tours start. With
    `staging` they may also wait there.
    """

    problem: SlottingProblem
    work: MoveWork
    pieces: Floats
    trips: Ints
    handling_s: Floats
    height_m: Floats
    place: Ints
    staging: bool = False

    def apart_s(self, here: int, there: int) -> float:
        """Seconds from one location to another."""
        way = apart_m(self.problem.metric, self.place[here], self.place[there])
        return float(way) / self.work.speed_m_s

    def ways_s(self, here: Ints, there: Ints) -> Floats:
        """Seconds (N,) from each location of `here` (N,) to that of `there` (N,)."""
        ways = _ways_m(self.problem.metric, self.place[here], self.place[there])
        return ways / self.work.speed_m_s

    def pairs_s(self, unit: Ints, here: Ints, there: Ints) -> Floats:
        """Seconds (N,) to bring all stock of each unit from one location to another, for who stands at the first."""
        trips = self.trips[unit]
        lifted = (self.height_m[here] + self.height_m[there]) * self.work.lift_s_per_m
        walked = trips * self.ways_s(here, there) + (trips - 1) * self.ways_s(there, here)
        return self.handling_s[unit] + trips * lifted + walked

    def detour_s(self, here: int, there: int, over: Ints) -> Floats:
        """Seconds from one location to another over each of those of `over` (N,)."""
        metric, place = self.problem.metric, self.place
        return _detour_m(metric, place[here], place[there], place[over]) / self.work.speed_m_s


def carrying(problem: SlottingProblem, work: MoveWork, stock: Stock, *, staging: bool = False) -> Carrying:
    """The work of each unit and location; ValueError where the stock has other lengths than the problem."""
    units, locations = len(problem.sku), len(problem.location)
    pieces = _checked("pieces", stock.pieces, units)
    mass = _checked("mass_kg", stock.mass_kg, units)
    trips = np.maximum(np.ceil(mass / (work.most_kg or math.inf) - 1e-9), 1).astype(np.int64)
    return Carrying(
        problem=problem,
        work=work,
        pieces=pieces,
        trips=trips,
        handling_s=trips * work.handling_s + pieces * work.piece_s,
        height_m=np.append(_checked("height_m", stock.height_m, locations), 0.0),
        place=np.append(problem.place, problem.metric.start).astype(np.int64),
        staging=staging,
    )


def _checked(name: str, values: Floats | None, count: int) -> Floats:
    if values is None:
        return np.zeros(count)
    if len(values) != count or not (np.isfinite(values).all() and (values >= 0).all()):
        raise ValueError(f"{name} must be {count} finite numbers of 0 or more: it has {len(values)}")
    return np.asarray(values, np.float64)


@njit(cache=True)
def _ways_m(metric: Metric, here: Ints, there: Ints) -> Floats:
    ways = np.empty(len(here))
    for row in range(len(here)):
        ways[row] = apart_m(metric, here[row], there[row])
    return ways


@njit(cache=True)
def _detour_m(metric: Metric, here: int, there: int, over: Ints) -> Floats:
    ways = np.empty(len(over))
    for row in range(len(over)):
        ways[row] = apart_m(metric, here, over[row]) + apart_m(metric, over[row], there)
    return ways
