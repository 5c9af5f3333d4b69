"""How much of its shelf life a lot has used up, from the temperatures it stood in.

Life is used at a rate that is 1 at the reference temperature and grows with temperature, by one of two laws: a factor
Q10 for every 10 K, or Arrhenius with an activation energy. What is used adds up over time, in hours at the reference
temperature. Where the temperature is not known it lies between the two of a range, for the rate grows: so what is
used has a best and a worst value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from layouts.live.events import LotKnown

GAS_J_MOL_K = 8.314462618
"""CODATA 2018."""
ZERO_C_K = 273.15
LONGEST_STEP_K = 5.0

# Gauss-Legendre with four points on (0, 1): exact for polynomials of degree 7
_NODES = (
    (0.06943184420297371, 0.17392742256872692),
    (0.33000947820757187, 0.32607257743127307),
    (0.6699905217924281, 0.32607257743127307),
    (0.9305681557970263, 0.17392742256872692),
)


@dataclass(frozen=True, kw_only=True)
class ShelfLife:
    """A lot keeps for `life_h` hours at `reference_c`; one of `q10` (above 0) and `activation_kj_mol` is given."""

    life_h: float
    reference_c: float
    q10: float | None = None
    activation_kj_mol: float | None = None

    def __post_init__(self) -> None:
        if (self.q10 is None) == (self.activation_kj_mol is None):
            raise ValueError(
                f"q10 {self.q10} and activation_kj_mol {self.activation_kj_mol}: give exactly one of them"
            )
        if not self.life_h > 0:
            raise ValueError(f"life_h {self.life_h} is not above 0 h")
        for name in ("q10", "activation_kj_mol"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name} {value} is not above 0")
        if not self.reference_c > -ZERO_C_K:
            raise ValueError(f"reference_c {self.reference_c} is not above {-ZERO_C_K} °C")

    def rate(self, celsius: float) -> float:
        """Hours of life used in an hour at this temperature."""
        if self.q10 is not None:
            return float(self.q10 ** ((celsius - self.reference_c) / 10))
        inverse = 1 / (max(celsius, -ZERO_C_K + 1) + ZERO_C_K) - 1 / (self.reference_c + ZERO_C_K)
        return math.exp(-self._scale_k * inverse)

    def mean_rate(self, start_c: float, end_c: float) -> float:
        """The mean rate while the temperature goes straight from one to the other."""
        if start_c == end_c:
            return self.rate(start_c)
        steps = math.ceil(abs(end_c - start_c) / LONGEST_STEP_K)
        return (
            math.fsum(
                weight * self.rate(start_c + (end_c - start_c) * (step + node) / steps)
                for step in range(steps)
                for node, weight in _NODES
            )
            / steps
        )

    def celsius(self, rate: float) -> float:
        """The temperature at which life is used at this rate; of a mean rate, the mean kinetic temperature."""
        if self.q10 is not None:
            return self.reference_c + 10 * math.log(rate) / math.log(self.q10)
        return 1 / (1 / (self.reference_c + ZERO_C_K) - math.log(rate) / self._scale_k) - ZERO_C_K

    @property
    def _scale_k(self) -> float:
        """E/R."""
        return 1000 * (self.activation_kj_mol or 0.0) / GAS_J_MOL_K


def shelf_life_of(lot: LotKnown) -> ShelfLife | None:
    """How a lot ages; None if that is not told in full. An activation energy counts before a Q10."""
    if lot.shelf_life_h is None or lot.reference_c is None or not lot.shelf_life_h > 0:
        return None
    if lot.activation_kj_mol is not None and lot.activation_kj_mol > 0:
        return ShelfLife(
            life_h=lot.shelf_life_h,
            reference_c=lot.reference_c,
            activation_kj_mol=lot.activation_kj_mol,
        )
    if lot.q10 is not None and lot.q10 > 0:
        return ShelfLife(life_h=lot.shelf_life_h, reference_c=lot.reference_c, q10=lot.q10)
    return None


class Stretch(NamedTuple):
    """For `hours` the temperature went straight from `start_c` to `end_c`; None where it is not known."""

    hours: float
    start_c: float | None = None
    end_c: float | None = None


class Used(NamedTuple):
    """Hours of life used, at the reference temperature: at best and at worst; how long it was known and not."""

    best_h: float = 0.0
    worst_h: float = 0.0
    known_h: float = 0.0
    unknown_h: float = 0.0

    def then(self, more: Used) -> Used:
        """Both, one after the other."""
        return Used(*(mine + its for mine, its in zip(self, more, strict=True)))

    def or_else(self, other: Used) -> Used:
        """What is sure of a thing that is one of the two."""
        return Used(
            min(self.best_h, other.best_h),
            max(self.worst_h, other.worst_h),
            min(self.known_h, other.known_h),
            max(self.unknown_h, other.unknown_h),
        )


def used_life(life: ShelfLife, stretches: Iterable[Stretch], *, range_c: tuple[float, float]) -> Used:
    """What the stretches use up. `range_c` holds the temperature where it is not known.

    Raises ValueError for a range that is upside down.
    """
    low_c, high_c = range_c
    if low_c > high_c:
        raise ValueError(f"range_c from {low_c} to {high_c} °C is upside down: swap them")
    # q10 below 1 ages faster in the cold, so the slower and the faster are looked up
    slow, fast = sorted((life.rate(low_c), life.rate(high_c)))
    total = Used()
    for hours, start_c, end_c in stretches:
        if start_c is None or end_c is None:
            total = total.then(Used(hours * slow, hours * fast, 0.0, hours))
        else:
            spent = hours * life.mean_rate(start_c, end_c)
            total = total.then(Used(spent, spent, hours, 0.0))
    return total


def mean_kinetic_c(life: ShelfLife, stretches: Iterable[Stretch]) -> float | None:
    """The constant temperature that uses as much life as the known stretches did; None if none is known.

    With Arrhenius this is the mean kinetic temperature of Haynes 1971.
    """
    known = [each for each in stretches if each.start_c is not None and each.hours > 0]
    hours = math.fsum(each.hours for each in known)
    if hours == 0 or life.q10 == 1:
        return None
    return life.celsius(used_life(life, known, range_c=(0, 0)).best_h / hours)


class Remaining(NamedTuple):
    """Hours left at the reference temperature: at worst and at best; below 0, that long over."""

    worst_h: float
    best_h: float

    def days_at(self, life: ShelfLife, celsius: float) -> tuple[float, float]:
        """The days left, at worst and at best, if it stays at a temperature."""
        rate = life.rate(celsius)
        return self.worst_h / rate / 24, self.best_h / rate / 24


def remaining(life: ShelfLife, used: Used) -> Remaining:
    """What is left of the shelf life."""
    return Remaining(life.life_h - used.worst_h, life.life_h - used.best_h)
