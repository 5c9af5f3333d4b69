"""What has been spent and saved wherever the moves are stopped.

Seconds saved are those of the tours walked anew, of which the length is that of `tour_lengths`, and of the other
costs. The tours are a sample of those to come: with their days known, the days' savings are independent values, and
else the tours'. Their mean has Student's interval, paired, for each tour is compared with itself. Other costs than
walking are counted without a spread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.slotting.moves.gains import effort, tours_of_unit, walked_tours
from layouts.slotting.moves.move_list import MoveList
from layouts.slotting.moves.savings import others_saved, walking_saved
from layouts.statistics.intervals import CONFIDENCE, Estimate, t_quantile

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_EFFORT = 1_000_000_000
"""Steps of tour search, a few seconds' worth: beyond that fewer stops are evaluated, and at last 16 of them."""
FEWEST_STOPS = 16
PAYS, PAYS_NOT, UNDECIDED = "pays back", "does not pay", "cannot decide"


@dataclass(frozen=True, kw_only=True, eq=False)
class StopAnywhere:
    """For P stops, the first before any move: how many `moves` (P,) are done, seconds spent on them, and seconds
    saved per day with the half-width (P,) of its interval, infinite where the sample is too small.

    `is_thinned` tells that not every block's end is among the stops; `n` counts the tours, or days, behind it and
    `left_out` the tours that visit a unit without a location before or after, which cannot be compared.
    """

    moves: Ints
    spent_s: Floats
    saved_s_per_day: Floats
    half_width_s_per_day: Floats
    horizon_days: float
    cost_per_h: float
    n: int
    method: str
    left_out: int
    is_thinned: bool

    @property
    def net_s(self) -> Floats:
        """Seconds (P,) won over the horizon once the moves are paid."""
        net: Floats = self.saved_s_per_day * self.horizon_days - self.spent_s
        return net

    @property
    def best(self) -> int:
        """The stop that wins most, the earliest of equals."""
        return int(np.argmax(self.net_s))

    def saved(self, stop: int) -> Estimate:
        """Seconds saved per day."""
        return self._estimate(float(self.saved_s_per_day[stop]), float(self.half_width_s_per_day[stop]))

    def net(self, stop: int) -> Estimate:
        """Seconds won over the horizon: saved, less spent."""
        half = float(self.half_width_s_per_day[stop]) * self.horizon_days
        return self._estimate(float(self.net_s[stop]), half)

    def verdict(self, stop: int) -> str:
        """Whether the moves up to a stop pay back within the horizon."""
        return verdict(self.net(stop)) if self.moves[stop] else PAYS_NOT

    def _estimate(self, value: float, half: float) -> Estimate:
        return Estimate(value, value - half, value + half, self.n, self.method)


def verdict(net: Estimate) -> str:
    """What an interval of net benefit says."""
    if net.low > 0:
        return PAYS
    return PAYS_NOT if net.high <= 0 else UNDECIDED


def stop_anywhere(moves: MoveList, *, day: Ints | None = None, after_each_move: bool = False) -> StopAnywhere:
    """The curve at the end of each block, or after each move; `day` (T,) numbers the day of each tour.

    With days, `tour_days` of the work is not used: savings are those of the days that have tours. ValueError for
    another number of days than tours.
    """
    problem, work = moves.problem, moves.work
    walked = walked_tours(problem, moves.target)
    sample, days = _samples(moves, walked, day)
    stops = np.arange(len(moves.moves) + 1) if after_each_move else np.append(0, moves.block_ends)
    kept = _affordable(moves, stops)
    total, squares = walking_saved(moves, walked, sample, kept)
    others = others_saved(moves)[kept]
    n = int(sample.max(initial=-1)) + 1
    half = _half_width(n, total, squares) if n > 1 else np.where(kept > 0, np.inf, 0.0)
    return StopAnywhere(
        moves=kept,
        spent_s=np.append(0.0, moves.spent_s)[kept],
        saved_s_per_day=(total + others) / days,
        half_width_s_per_day=half / days,
        horizon_days=work.horizon_days,
        cost_per_h=work.cost_per_h,
        n=n,
        method=f"paired Student t over {'tours' if day is None else 'days'}",
        left_out=int((~walked).sum()),
        is_thinned=len(kept) < len(stops),
    )


def _half_width(n: int, total: Floats, squares: Floats) -> Floats:
    """Of the interval of a sum (P,) of n independent values, whose squares sum up to `squares` (P,)."""
    variance = np.maximum(squares - total**2 / n, 0) / (n - 1)
    half: Floats = t_quantile(CONFIDENCE, n - 1) * np.sqrt(n * variance)
    return half


def _samples(moves: MoveList, walked: npt.NDArray[np.bool_], day: Ints | None) -> tuple[Ints, float]:
    """Which independent value each tour (T,) is part of, −1 for none, and how many days they all stand for."""
    if day is None:
        return np.where(walked, np.cumsum(walked) - 1, -1).astype(np.int64), moves.work.tour_days
    if len(day) != len(walked):
        raise ValueError(f"{len(day)} days for {len(walked)} tours: give the day of each tour")
    days, number = np.unique(day, return_inverse=True)
    return np.where(walked, number, -1).astype(np.int64), float(max(len(days), 1))


def _affordable(moves: MoveList, stops: Ints) -> Ints:
    """As many of the stops as can be evaluated, evenly, the first and the last among them."""
    problem = moves.problem
    visits = tours_of_unit(problem, walked_tours(problem, moves.target))
    steps = np.append(0.0, np.cumsum(effort(problem)[visits.tour]))
    of_unit = np.diff(steps[visits.start])
    everything = float(effort(problem).sum())
    each = np.append(0.0, np.cumsum([of_unit[move.unit] for move in moves.moves]))
    spent = np.diff(each[stops], prepend=0.0)
    if float(np.minimum(spent, everything).sum()) <= MOST_EFFORT:
        return stops
    count = max(int(MOST_EFFORT / everything), FEWEST_STOPS)
    rows = np.unique(np.linspace(0, len(stops) - 1, count).round().astype(np.int64))
    return stops[rows]
