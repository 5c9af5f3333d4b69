"""What was wanted: a count for each SKU and bucket of time, days or weeks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from spatial.errors import BadDataError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bucket = Literal["day", "week"]

WEEK = 7
MOST_DAYS = 3653
"""Ten years: dates farther apart are taken as mistaken."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DemandTable:
    """`counts` (N, T) whole numbers of N SKUs, in their order by name, in T buckets from `first_day` on.

    Days are those of the site. A bucket without a row is 0: nothing was wanted. Weeks begin on `first_day`'s weekday,
    so that the last one is whole.
    """

    skus: tuple[str, ...]
    first_day: dt.date
    counts: npt.NDArray[np.integer]
    bucket: Bucket = "day"

    @property
    def cycle(self) -> int:
        """Buckets after which the weekday is the same."""
        return WEEK if self.bucket == "day" else 1

    @property
    def days_each(self) -> int:
        """Days of a bucket."""
        return 1 if self.bucket == "day" else WEEK

    @property
    def phase(self) -> int:
        """The first bucket's weekday, from Monday; 0 for weeks."""
        return self.first_day.weekday() if self.bucket == "day" else 0

    def date(self, bucket: int) -> dt.date:
        """The first day of a bucket, of one after the last too."""
        return self.first_day + dt.timedelta(days=self.days_each * bucket)

    def year_days(self, ahead: int) -> Floats:
        """Days since 1 January of the first year of each bucket (T + ahead,)."""
        begin = (self.first_day - dt.date(self.first_day.year, 1, 1)).days
        return begin + float(self.days_each) * np.arange(self.counts.shape[1] + ahead)

    def until(self, buckets: int) -> DemandTable:
        """The first so many buckets."""
        return DemandTable(
            skus=self.skus, first_day=self.first_day, counts=self.counts[:, :buckets], bucket=self.bucket
        )

    def weeks(self) -> DemandTable:
        """In weeks that end with the last day; days before the first whole week are left out."""
        count = self.counts.shape[1] // WEEK
        if self.bucket == "week":
            return self
        if count == 0:
            raise BadDataError(f"{self.counts.shape[1]} days make no week: give a longer history")
        skipped = self.counts.shape[1] - count * WEEK
        added = self.counts[:, skipped:].reshape(len(self.skus), count, WEEK).sum(axis=2, dtype=np.int64)
        return DemandTable(
            skus=self.skus, first_day=self.date(skipped), counts=_smallest(added), bucket="week"
        )


def table_of(sku: Ints, day: Ints, quantity: Ints, *, skus: list[str], source: str) -> DemandTable:
    """The table of lines (R,): indices into `skus`, proleptic days (`date.toordinal`), and how much.

    The table goes from the first day of any line to the last. BadDataError for no lines, or days too far apart.
    """
    if not len(day):
        raise BadDataError(f"{source} has no line that tells its day: give orders with a column 'released'")
    first, last = int(day.min()), int(day.max())
    if last - first >= MOST_DAYS:
        raise BadDataError(
            f"{source} goes from {dt.date.fromordinal(first)} to {dt.date.fromordinal(last)}, more than "
            f"{MOST_DAYS} days: correct the dates, or leave old rows out"
        )
    turn = np.argsort(np.array(skus), kind="stable")
    place = np.empty(len(skus), np.int64)
    place[turn] = np.arange(len(skus))
    days = last - first + 1
    counts = np.bincount(place[sku] * days + (day - first), quantity, minlength=len(skus) * days)
    return DemandTable(
        skus=tuple(skus[n] for n in turn.tolist()),
        first_day=dt.date.fromordinal(first),
        counts=_smallest(counts.astype(np.int64).reshape(len(skus), days)),
    )


def _smallest(counts: Ints) -> npt.NDArray[np.integer]:
    """The same numbers in the fewest bytes: they travel to other processes."""
    smallest: npt.NDArray[np.integer] = counts.astype(np.min_scalar_type(int(counts.max(initial=0))))
    return smallest
