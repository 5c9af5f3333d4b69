"""The two charts, one value at a time: they see a small lasting shift that a threshold on single values misses."""

from __future__ import annotations

from typing import NamedTuple


class Cusum(NamedTuple):
    """Sums of what values exceed the slack by, upward and downward, in sigmas (Page 1954)."""

    up: float = 0.0
    down: float = 0.0

    def then(self, surprise: float, *, reference: float) -> Cusum:
        """After one more value."""
        return Cusum(max(0.0, self.up + surprise - reference), max(0.0, self.down - surprise - reference))

    @property
    def height(self) -> float:
        """What is held against the limit."""
        return max(self.up, self.down)


class Ewma(NamedTuple):
    """The exponentially weighted mean of values, in sigmas of a value (Roberts 1959)."""

    mean: float = 0.0

    def then(self, surprise: float, *, weight: float) -> Ewma:
        """After one more value."""
        return Ewma((1 - weight) * self.mean + weight * surprise)

    def height(self, *, weight: float) -> float:
        """What is held against the limit: the mean in its own settled standard deviations, √(λ/(2-λ))."""
        return abs(self.mean) / float((weight / (2 - weight)) ** 0.5)
