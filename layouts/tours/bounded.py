"""A length together with what no answer to the same question can be below."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Bounded:
    """An answer of `length_m` metres; no other is shorter than `lower_bound_m`."""

    length_m: float
    lower_bound_m: float

    @property
    def gap(self) -> float:
        """How much longer than the shortest this can be, as a share of its own length."""
        return (self.length_m - self.lower_bound_m) / self.length_m if self.length_m > 0 else 0.0

    @property
    def is_proven(self) -> bool:
        """Whether no answer is shorter."""
        return self.lower_bound_m >= self.length_m
