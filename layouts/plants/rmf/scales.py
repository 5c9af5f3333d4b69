"""How well the measurements of a building map agree with the scale that it is read with."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from layouts.plants.rmf.drawn_level import DrawnLevel
from spatial.exchange.record import Record

WRONG_SCALE = 0.02
"""A measurement that a level misses by more than this share is worth a warning."""


def scale_notes(levels: Sequence[DrawnLevel]) -> Iterator[str]:
    """For each level with measurements its scale, and the residual of the measurement it fits worst, in %.

    A residual above WRONG_SCALE also gives a warning at the measurement.
    """
    for level in levels:
        missed = {told.path: _residual(told, a, b) for a, b, told in level.segments("measurements")}
        if not missed:
            continue
        for path, share in missed.items():
            if abs(share) > WRONG_SCALE:
                level.record.draft.warn(
                    path, f"is missed by {share:+.1%} at the scale the level is read with"
                )
        worst = max(missed.values(), key=abs)
        yield (
            f"{level.id}: {level.metres_per_unit:.6f} m per pixel; of {len(missed)} measurements the farthest is off "
            f"by {abs(worst):.2%}"
        )


def _residual(told: Record, a: tuple[float, float], b: tuple[float, float]) -> float:
    """How much longer the level has it than measured, as a share."""
    distance = told.number("distance")
    if distance <= 0:
        told.draft.fail(told.at("distance"), f"{distance} m: expected a distance above 0")
    return math.dist(a, b) / distance - 1
