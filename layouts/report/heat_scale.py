"""Classes of heat that grow by the same factor, so that one queue does not hide what is elsewhere."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.report.colours import heat_colour
from layouts.report.numbers import plain_number

CLASSES = 5
STEPS = (1.0, 2.0, 5.0)
STRIDES = (1, 2)
"""From one edge to the next among 1, 2, 5, 10, …"""


@dataclass(frozen=True, kw_only=True)
class HeatScale:
    """`edges` between the classes, the lowest of which begins above 0; a value belongs below the edge it reaches."""

    edges: tuple[float, ...]

    @property
    def colours(self) -> tuple[str, ...]:
        """Of the classes, from little to much."""
        return tuple(heat_colour(number / (CLASSES - 1)) for number in range(CLASSES))

    @property
    def names(self) -> tuple[str, ...]:
        """`up to 20`, `20 to 50`, …"""
        told = [plain_number(edge) for edge in self.edges]
        return (f"up to {told[0]}", *(f"{low} to {high}" for low, high in itertools.pairwise(told)))

    def classes(self, heat: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """The class of each value, from 0 on; -1 where there is no heat."""
        found = np.minimum(np.searchsorted(self.edges, heat), CLASSES - 1)
        return np.where(heat > 0, found, -1)


def heat_scale(layers: Sequence[npt.NDArray[np.float64]]) -> HeatScale | None:
    """One scale that holds all `layers`; None where none has any heat.

    The edges are some of 1, 2, 5, 10, 20, … The last one holds the greatest heat, and they lie so close together
    as lets the first class hold no more than half of the cells with heat, but no further than about fivefold apart.
    """
    values = np.concatenate([layer[layer > 0] for layer in layers])
    if not len(values):
        return None
    most, median = float(values.max()), float(np.median(values))
    first = len(STEPS) * math.floor(math.log10(most))
    top = next(number for number in range(first, first + 4) if _step(number) >= most * (1 - 1e-9))
    for stride in STRIDES:
        edges = tuple(_step(top - stride * number) for number in reversed(range(CLASSES)))
        if edges[0] <= median:
            break
    return HeatScale(edges=edges)


def _step(number: int) -> float:
    """Of 1, 2, 5, 10, … as they are counted from 1 as number 0."""
    power, step = divmod(number, len(STEPS))
    return float(f"{STEPS[step]:g}e{power}")
