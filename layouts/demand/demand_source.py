"""What made-up orders are drawn from: when they come is told by the spec, what is in them by whoever draws them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.demand.baskets import Draw
from layouts.demand.mark import source_text
from layouts.demand.spec import DemandSpec

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Demand:
    """N SKUs in F families: `family` (N,) is from 0, `family_shares` (F,) are of all lines.

    `draw_on` gives what draws the baskets of a day, from 0, on which each family is wanted so many times as usual; it
    raises BadDataError where the SKUs of that day are too few for an order.
    """

    spec: DemandSpec
    skus: tuple[str, ...]
    family: Ints
    family_shares: Floats
    draw_on: Callable[[int, Floats], Draw]

    @property
    def source(self) -> str:
        """The mark that every order carries."""
        return source_text(self.spec.seed, like=self.spec.like)
