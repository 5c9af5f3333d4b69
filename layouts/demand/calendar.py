"""How much is wanted of what on each day: weekdays, seasons, peaks, growth, and chance."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv
from scipy.stats import poisson

from layouts.demand.counts import places_at
from layouts.demand.spec import MONTHS, WEEKDAYS, DemandSpec, Peak, Season
from layouts.statistics.common_numbers import stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, kw_only=True, eq=False)
class Calendar:
    """The days of made-up demand; families have indices from 0 to `families` - 1."""

    spec: DemandSpec
    families: int
    seasons: tuple[tuple[Season, Ints], ...]
    """Each with the families that have it."""
    peaks: tuple[tuple[Peak, Ints], ...]

    @staticmethod
    def of(spec: DemandSpec, families: int) -> Calendar:
        """With the families of every season and peak drawn."""
        return Calendar(
            spec=spec,
            families=families,
            seasons=tuple((each, _some(spec, n, families, each)) for n, each in enumerate(spec.seasons)),
            peaks=tuple((each, _some(spec, n, families, each)) for n, each in enumerate(spec.peaks)),
        )

    def date(self, day: int) -> dt.date:
        """The date of a day, counted from 0."""
        return self.spec.first_day + dt.timedelta(days=day)

    def family_factors(self, day: int) -> Floats:
        """By how much more than usual each family (families,) is wanted on a day."""
        date = self.date(day)
        month, weekday = MONTHS[date.month - 1], WEEKDAYS[date.weekday()]
        factors = np.ones(self.families)
        for season, chosen in self.seasons:
            factors[chosen] *= season.months.get(month, 1.0) * season.weekdays.get(weekday, 1.0)
        for peak, chosen in self.peaks:
            if peak.first_day <= date <= peak.last_day:
                factors[chosen] *= peak.factor
        return factors

    def means(self, family_shares: Floats) -> Floats:
        """The orders (days,) that are expected.

        orders_per_day, times the weekday's factor, the growth since the first day, and the families' factors
        weighted by the shares (families,) of each.
        """
        days = np.arange(self.spec.days)
        weekdays = np.array(
            [getattr(self.spec.weekdays, WEEKDAYS[self.date(day).weekday()]) for day in days.tolist()]
        )
        growth = (1 + self.spec.growth_per_year) ** (days / DAYS_PER_YEAR)
        families = [self.family_factors(day) @ family_shares for day in days.tolist()]
        means: Floats = self.spec.orders_per_day * weekdays * growth * families
        return means


def order_counts(spec: DemandSpec, means: Floats) -> Ints:
    """The orders (days,) of each day, about `means`: more demand on a day gives it as many or more.

    Without `orders` they are Poisson by inversion; with `orders` each of these falls on a day with probability in
    proportion to its mean. With `day_to_day` c the means are first multiplied by gamma variables of mean 1 and
    deviation c, so that counts are negative binomial with variance mean + (c mean)².
    """
    if spec.day_to_day > 0:
        shape = spec.day_to_day**-2
        uniform = stream(spec.seed, agent=0, purpose="demand day to day").random(spec.days)
        means = means * gammaincinv(shape, uniform) / shape
    if spec.orders is None:
        uniform = stream(spec.seed, agent=0, purpose="demand orders of a day").random(spec.days)
        return np.where(means > 0, poisson.ppf(uniform, np.maximum(means, 1e-300)), 0).astype(np.int64)
    cumulated = np.cumsum(means)
    if cumulated[-1] <= 0:
        return np.zeros(spec.days, np.int64)
    uniform = stream(spec.seed, agent=0, purpose="demand day of an order").random(spec.orders)
    return np.bincount(places_at(cumulated, uniform), minlength=spec.days)


def _some(spec: DemandSpec, number: int, families: int, each: Season | Peak) -> Ints:
    """The families of the number-th season or peak: of a larger part, all of a smaller one and more."""
    random = stream(spec.seed, agent=number, purpose=f"demand families of a {type(each).__name__}")
    chosen: Ints = np.sort(random.permutation(families)[: round(each.families * families)])
    return chosen
