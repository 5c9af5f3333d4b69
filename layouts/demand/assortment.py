"""What is sold: SKUs with their share of the lines, their families, and when they are sold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.demand.skew import bender_shares
from layouts.demand.spec import DemandSpec
from layouts.statistics.common_numbers import stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Assortment:
    """N SKUs in order of falling share of the lines, in F families.

    `shares` (N,) sum to 1; `family` (N,) rises from 0 to F - 1; `together`: see `Families`. A SKU is sold from day
    `first_day` (N,) to `last_day` (N,), both included and counted from 0.
    """

    skus: tuple[str, ...]
    shares: Floats
    family: Ints
    together: float
    first_day: Ints
    last_day: Ints

    @property
    def families(self) -> int:
        """Their number, F."""
        return int(self.family.max()) + 1

    @property
    def family_shares(self) -> Floats:
        """The share (F,) of all lines that each family has while all its SKUs are sold."""
        shares: Floats = np.zeros(self.families)
        np.add.at(shares, self.family, self.shares)
        return shares


def made_up_assortment(spec: DemandSpec) -> Assortment:
    """SKU-00001, the most wanted, and so on; each family is of neighbours, so of SKUs wanted about alike."""
    shares = bender_shares(
        spec.skus, share_of_skus=spec.abc.share_of_skus, share_of_lines=spec.abc.share_of_lines
    )
    first_day, last_day = sold_days(spec, spec.skus)
    return Assortment(
        skus=tuple(f"SKU-{rank + 1:05d}" for rank in range(spec.skus)),
        shares=shares,
        family=np.arange(spec.skus) // spec.families.size,
        together=spec.families.together,
        first_day=first_day,
        last_day=last_day,
    )


def sold_days(spec: DemandSpec, count: int) -> tuple[Ints, Ints]:
    """The first and the last day of `count` SKUs: of random parts `new` and `ending` of them on any day."""
    first, last = np.zeros(count, np.int64), np.full(count, spec.days - 1)
    for purpose, part, days in (("new", spec.new, first), ("ending", spec.ending, last)):
        random = stream(spec.seed, agent=0, purpose=f"demand {purpose} SKUs")
        some = random.permutation(count)[: round(part * count)]
        days[some] = random.integers(0, spec.days, len(some))
    return first, np.maximum(first, last)
