"""A hall of six aisles whose truth is known, and the tasks that its pickers would leave in a WMS."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

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
            # the first n of exponential clocks of rates p are n drawn by p, one after the other
            drawn = np.argsort(self.rng.exponential(size=(tours, SKUS)) / p, axis=1)
            made.append([row[:n] for row, n in zip(drawn, counts, strict=True)])
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
        every = [tour for day in days for tour in day]
        size = np.array([len(tour) for tour in every])
        unit, of = np.concatenate(every), np.repeat(np.arange(len(every)), size)
        pieces = self.rng.integers(1, 5, len(unit))
        cycle = (
            self.walked_s(every, assignment) + 8 * size + 2 * np.bincount(of, weights=pieces) + 20 + extra_s
        )
        cycle = np.maximum(cycle + self.rng.normal(0, noise_s, len(every)), 5.0)
        day = np.repeat(np.arange(len(days)), [len(tours) for tours in days])
        agent = np.concatenate([np.arange(len(tours)) % 2 for tours in days])
        begin = np.empty(len(every))
        for shift in np.unique(2 * day + agent):
            own = np.flatnonzero(2 * day + agent == shift)
            begin[own] = (day[own[0]] * 24 + 7) * 3600 + np.concatenate(([0], np.cumsum(cycle[own])[:-1]))
        step = np.concatenate([np.arange(n) / (n + 1) for n in size])
        ms = 1000 * (begin[of] + cycle[of] * step)
        midnight = int(np.datetime64(first, "ms").astype(np.int64))
        names = np.array([f"{first}-{number}" for number in range(len(every))])
        sku, location = np.array(self.problem.sku), np.array(self.problem.location)
        return pa.table(
            {
                "start": pa.array(midnight + ms.astype(np.int64), pa.timestamp("ms", "UTC")),
                "agent": np.where(agent == 0, "A0", "A1")[of],
                "tour" if has_tour else "order": names[of],
                "sku": sku[unit],
                "location": location[assignment[unit]],
                "quantity": pieces,
            }
        )


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
