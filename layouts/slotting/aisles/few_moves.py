"""The few moves that shorten tours among parallel aisles most: ruin and recreate with a price on every move.

1. The units that may move are the most visited ones. All are taken out and put, the most visited first, where each
   costs least: metres of its tours, the price of a move unless it stays, and of another one where somebody idle must
   make way.
2. Round by round some are taken out and put again: any ones, all of a spot, or movers and others. What costs more
   than before is undone, unless chance lets it pass: often at first, hardly in the end.
3. The price starts low, so that too many move, and rises until the bound is met; around that it swings.
4. Moves that are left go to those that save most.

Ruin and recreate: Schrimpf et al. (2000); by chance as there and in Christiaens and Vanden Berghe (2020), "Slack
induction by string removals". The tours are shortest ones all the time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.slotting.aisles.floor import AisleFloor
from layouts.slotting.aisles.seats import seats
from layouts.slotting.aisles.standing import (
    Prices,
    Standing,
    best_changes,
    copy_standing,
    moves_of,
    new_standing,
    put,
    recreate,
    renew,
    take_out,
)
from layouts.slotting.problem import SlottingProblem
from spatial.progress import Progress, silent

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FEWEST, MOST_OUT = 2, 40
"""How many are taken out at once; but at most one of OF_ALL, where that is more than FEWEST."""
OF_ALL = 12
WARM, COLD, STILL = 0.1, 0.002, 0.97
"""How warm the first and last rounds are, in prices of a move; behind that share of them nothing worse passes."""
FIRST_PRICE = 0.4
"""The first price, as a share of what the visits of the last unit within the bound walk on average."""
MUCH_DEARER = 1.1
SWING, MOST_SWING, AIM = 0.3, 0.08, 0.98
"""The price follows that power of the moves over what is aimed at, a share of the bound; at most by such a part."""
ROUNDS_A_PRICE = 10
SHUFFLED = 0.4
"""How far the order of putting again is from that of visits."""
AT_ONCE = 4
"""Of the moves that are left such a part is made at once."""
WORTH_M = 1e-6
TELL_EVERY = 50


@dataclass(frozen=True, kw_only=True, eq=False)
class FewMoves:
    """An assignment (U,) with `moves` units not where they are today; its tours are `travel_m` long, and were
    `start_m`. `rounds` were played.
    """

    assignment: Ints
    moves: int
    start_m: float
    travel_m: float
    rounds: int


def few_moves(
    problem: SlottingProblem,
    floor: AisleFloor,
    *,
    most_moves: int,
    rounds: int = 1000,
    away: Floats | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> FewMoves:
    """At most `most_moves` moves of a problem with one unit a location, no other rule and no cost but walking.

    `floor` has the places of `problem.metric`. `away` (U,) is the share of visits at which a unit that is not moved
    will stand at a random place (none by default). ValueError for a bound below 1 or an `away` outside 0 … 1.
    """
    if most_moves < 1 or rounds < 0:
        raise ValueError(f"most_moves {most_moves} and rounds {rounds}: give at least 1 and 0")
    away = np.zeros(len(problem.sku)) if away is None else np.asarray(away, np.float64)
    if away.shape != problem.now.shape or not np.all((away >= 0) & (away <= 1)):
        raise ValueError("away must be a share between 0 and 1 for every unit")
    search = _Search(problem, floor, most_moves, away, seed)
    start_m = search.travel_m
    search.start()
    for played in range(rounds):
        search.round(played, rounds)
        if played % TELL_EVERY == TELL_EVERY - 1:
            progress(f"slotting: {1 - search.best_m / start_m:.1%} less", (played + 1) / rounds)
    assignment = seats(problem, floor, search.fill())
    return FewMoves(
        assignment=assignment,
        moves=int((assignment != problem.now).sum()),
        start_m=start_m,
        travel_m=search.best_m,
        rounds=rounds,
    )


class _Search:
    def __init__(
        self, problem: SlottingProblem, floor: AisleFloor, most_moves: int, away: Floats, seed: int
    ) -> None:
        self.floor, self.most, self.away = floor, most_moves, away
        self.random = np.random.default_rng(seed)
        self.visits = problem.visits
        self.standing: Standing = new_standing(problem, floor)
        self.kept = new_standing(problem, floor)
        self.now = self.standing.at.copy()
        may = np.flatnonzero((self.visits > 0) & ~problem.fixed)
        ranked = may[np.argsort(-self.visits[may], kind="stable")]
        self.units = ranked[: 2 * most_moves + 100]
        self.idle = self._idle(problem)
        per_visit_m = self.travel_m / max(1.0, self.visits.sum())
        last = self.visits[ranked[min(most_moves, len(ranked)) - 1]] if len(ranked) else 0.0
        self.price_m = float(FIRST_PRICE * per_visit_m * last)
        self.best: Ints | None = None
        self.best_m = self.best_cost_m = np.inf

    @property
    def travel_m(self) -> float:
        return float(self.standing.length_m @ self.standing.weight)

    def start(self) -> None:
        """Put all, dearer each time, until few enough move."""
        self._again(self.units)
        while moves_of(self.standing, self.now) > self.most and self.price_m < np.inf:
            self.price_m *= MUCH_DEARER
            self._again(self.units)
        self.cost_m = self._cost()
        self._remember()

    def fill(self) -> Ints:
        """The spots (U,) of the plan: the best that was met, or today's, with the moves that are left."""
        at = self.now if self.best is None else self.best
        self._stand(at)
        left = self.most - moves_of(self.standing, self.now)
        while left > 0 and len(self.units):
            at_home = self.units[self.standing.at[self.units] == self.now[self.units]]
            spots, saved_m = best_changes(self.floor, self.standing, self._free_of_charge(), at_home)
            rows = np.argsort(-saved_m, kind="stable")[: max(1, left // AT_ONCE)]
            rows = rows[saved_m[rows] > WORTH_M]
            for row in rows:
                if self.standing.free[spots[row]] <= 0:
                    continue
                take_out(self.standing, int(at_home[row]))
                put(self.standing, int(at_home[row]), int(spots[row]))
                self.standing.risk_m[at_home[row]] = 0.0
            if len(rows) == 0:
                break
            left = self.most - moves_of(self.standing, self.now)
        renew(self.floor, self.standing)
        self.best_m = self.travel_m
        return self.standing.at.copy()

    def _free_of_charge(self) -> Prices:
        return Prices(0.0, self.now, np.zeros_like(self.idle), self.away)

    def _stand(self, at: Ints) -> None:
        units = np.flatnonzero(self.standing.at != at)
        for unit in units:
            take_out(self.standing, int(unit))
        for unit in units:
            put(self.standing, int(unit), int(at[unit]))
        renew(self.floor, self.standing)

    def round(self, played: int, rounds: int) -> None:
        """Take some out and put them again, unless that is too much worse; then set the price."""
        if len(self.units) == 0:
            return
        units = self._some()
        copy_standing(self.kept, self.standing)
        self._again(units[np.argsort(-self.visits[units] * self._noise(len(units)), kind="stable")])
        cost_m = self._cost()
        if cost_m <= self.cost_m + self._let_pass_m(played / rounds):
            self.cost_m = cost_m
            self._remember()
        else:
            copy_standing(self.standing, self.kept)
        if played % ROUNDS_A_PRICE == ROUNDS_A_PRICE - 1:
            self._set_price()

    def _let_pass_m(self, elapsed: float) -> float:
        """How much worse a round may be, drawn, when that share of all rounds has been played."""
        if elapsed >= STILL:
            return 0.0
        return float(self.price_m * WARM * (COLD / WARM) ** elapsed * self.random.standard_exponential())

    def _noise(self, count: int) -> Floats:
        noise: Floats = np.exp(SHUFFLED * self.random.standard_normal(count))
        return noise

    def _some(self) -> Ints:
        movers = self.units[self.standing.at[self.units] != self.now[self.units]]
        most_out = max(FEWEST, min(MOST_OUT, len(self.units) // OF_ALL))
        count = int(self.random.integers(FEWEST, most_out + 1))
        kind = self.random.integers(3)
        if kind == 0 or len(movers) == 0:
            return self._draw(self.units, count)
        if kind == 1:
            spot = self.standing.at[movers[self.random.integers(len(movers))]]
            theirs = self._draw(self.units[self.standing.at[self.units] == spot], count)
            return np.union1d(theirs, self._draw(self.units, count // 2 + 1))
        return np.union1d(self._draw(movers, count // 2 + 1), self._draw(self.units, count // 2 + 1))

    def _draw(self, units: Ints, count: int) -> Ints:
        return self.random.choice(units, min(count, len(units)), replace=False)

    def _again(self, units: Ints) -> None:
        for unit in units:
            take_out(self.standing, unit)
        recreate(self.floor, self.standing, self._prices(), units)

    def _prices(self) -> Prices:
        return Prices(self.price_m, self.now, self.idle, self.away)

    def _cost(self) -> float:
        moves = moves_of(self.standing, self.now)
        return self.travel_m + self.price_m * moves + float(self.standing.risk_m.sum())

    def _remember(self) -> None:
        """Keep what stands if it has few enough moves and is the best of these."""
        if moves_of(self.standing, self.now) > self.most:
            return
        cost_m = self.travel_m + float(self.standing.risk_m.sum())
        if cost_m < self.best_cost_m:
            self.best, self.best_m, self.best_cost_m = self.standing.at.copy(), self.travel_m, cost_m

    def _set_price(self) -> None:
        moves = moves_of(self.standing, self.now)
        followed = (max(1, moves) / (AIM * self.most)) ** SWING
        self.price_m *= min(max(followed, 1 - MOST_SWING), 1 + MOST_SWING)
        self.cost_m = self._cost()

    def _idle(self, problem: SlottingProblem) -> Ints:
        """Units by spot that may have to make way: those that are visited least, and not among ours."""
        ours = np.zeros(len(self.now), np.bool_)
        ours[self.units] = True
        idle = ~ours & ~problem.fixed & (self.now >= 0) & (self.visits <= self._idle_visits())
        return np.bincount(self.now[idle], minlength=self.floor.spots)

    def _idle_visits(self) -> float:
        """Visits of the last unit that may be among ours, by which others are idle: a tenth of it."""
        return 0.1 * float(self.visits[self.units].min(initial=0.0))
