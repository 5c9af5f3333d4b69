"""A hall of six aisles whose truth is known, and the tasks that its pickers would leave in a WMS."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from layouts.slotting.hard_rules import one_each
from layouts.slotting.metric import table_metric
from layouts.slotting.problem import SlottingProblem, TourUnits
from layouts.slotting.tour_length import tour_lengths

AISLES, BAYS = 6, 10
SKUS = AISLES * BAYS
FIRST_DAY = date(2026, 3, 2)


def hall_lengths() -> np.ndarray:
    """Metres between the depot, place 0, and the bays, in aisles open at both ends."""
    x = np.concatenate(([0.0], np.repeat(3.0 * np.arange(AISLES), BAYS)))
    y = np.concatenate(([0.0], np.tile(1.0 + np.arange(BAYS), AISLES)))
    high = BAYS + 1.0
    across = np.abs(x[:, None] - x[None, :])
    around = np.minimum(y[:, None] + y[None, :], 2 * high - y[:, None] - y[None, :])
    return np.where(across == 0, np.abs(y[:, None] - y[None, :]), across + around)


@dataclass(frozen=True, kw_only=True)
class World:
    problem: SlottingProblem
    plan: np.ndarray
    popularity: np.ndarray
    rng: np.random.Generator

    def days_of_tours(
        self, days: int, tours: int, *, popularity=None, lines=(3, 7)
    ) -> list[list[np.ndarray]]:
        """Some days of so many tours, each of a few units drawn by popularity; days differ in what is wanted."""
        made = []
        for _ in range(days):
            p = (self.popularity if popularity is None else popularity) * self.rng.gamma(16.0, 1 / 16, SKUS)
            counts = self.rng.integers(lines[0], lines[1] + 1, tours)
            made.append([self.rng.choice(SKUS, n, replace=False, p=p / p.sum()) for n in counts])
        return made

    def learning(self, days: list[list[np.ndarray]]) -> SlottingProblem:
        return replace(self.problem, tours=tours_of([tour for day in days for tour in day]))

    def walked_s(self, tours: list[np.ndarray], assignment: np.ndarray) -> np.ndarray:
        problem = replace(self.problem, tours=tours_of(tours))
        return tour_lengths(problem, assignment) * self.problem.seconds_per_m

    def tasks(
        self,
        days: list[list[np.ndarray]],
        assignment: np.ndarray,
        *,
        first: date = FIRST_DAY,
        noise_s: float = 15.0,
        extra_s: float = 0.0,
        has_tour: bool = True,
    ) -> pa.Table:
        """A day after the other from `first`; two agents take the tours in turn."""
        rows: list[tuple] = []
        for number, tours in enumerate(days):
            midnight = datetime.combine(first + timedelta(days=number), datetime.min.time(), UTC)
            clock = [midnight + timedelta(hours=7)] * 2
            for t, (tour, walk_s) in enumerate(zip(tours, self.walked_s(tours, assignment), strict=True)):
                pieces = self.rng.integers(1, 5, len(tour))
                cycle = walk_s + 8 * len(tour) + 2 * pieces.sum() + 20 + extra_s
                cycle = max(cycle + self.rng.normal(0, noise_s), 5.0)
                agent = t % 2
                for k, unit in enumerate(tour):
                    at = clock[agent] + timedelta(seconds=float(cycle) * k / (len(tour) + 1))
                    where = self.problem.location[assignment[unit]]
                    name = f"{first}-{number}-{t}"
                    rows.append((at, f"A{agent}", name, self.problem.sku[unit], where, int(pieces[k])))
                clock[agent] += timedelta(seconds=float(cycle))
        names = ("start", "agent", "tour" if has_tour else "order", "sku", "location", "quantity")
        table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
        return table.set_column(0, "start", table["start"].cast(pa.timestamp("ms", "UTC"), safe=False))


def tours_of(tours: list[np.ndarray]) -> TourUnits:
    sizes = [len(tour) for tour in tours]
    unit = np.concatenate(tours) if tours else np.zeros(0, np.int64)
    return TourUnits(start=np.concatenate(([0], np.cumsum(sizes))), unit=unit, weight=np.ones(len(tours)))


@pytest.fixture
def make_world():
    def make(seed: int) -> World:
        rng = np.random.default_rng(seed)
        lengths = hall_lengths()
        popularity = 1 / (1 + np.arange(SKUS)) ** 0.9
        near = np.argsort(lengths[0, 1:], kind="stable")
        plan = np.empty(SKUS, np.int64)
        plan[np.argsort(-popularity)] = near
        problem = SlottingProblem(
            sku=tuple(f"S{n:02d}" for n in range(SKUS)),
            location=tuple(f"{a:02d}-{b:02d}" for a in range(AISLES) for b in range(BAYS)),
            now=rng.permutation(SKUS),
            fixed=np.zeros(SKUS, np.bool_),
            place=1 + np.arange(SKUS),
            metric=table_metric(lengths, start=0, end=0),
            seconds_per_m=1.0,
            tours=tours_of([]),
            rules=one_each(SKUS, SKUS),
        )
        return World(problem=problem, plan=plan, popularity=popularity / popularity.sum(), rng=rng)

    return make
