"""Heavy first: what must lie below is picked before what lies on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise


def heavy_first(weight_kg: Mapping[int, float], *, limits_kg: Sequence[float]) -> list[tuple[int, int]]:
    """The pairs (i, j) "i before j" for `best_tour`: every heavier band of weights before the next lighter one.

    `limits_kg`, in any order, part the bands; a weight on a limit is in the heavier one. Within a band and for
    places without a weight any order will do. The pairs grow with the square of the places. Raises ValueError
    for a weight or a limit that is negative or no number.
    """
    for name, values in (("weight_kg", weight_kg.values()), ("limits_kg", limits_kg)):
        for value in values:
            if not value >= 0:
                raise ValueError(f"{name} holds {value}: expected kilograms, 0 or more")
    bands: dict[int, list[int]] = {}
    for place, weight in weight_kg.items():
        bands.setdefault(sum(weight >= limit for limit in limits_kg), []).append(place)
    falling = [bands[band] for band in sorted(bands, reverse=True)]
    return [(i, j) for heavier, lighter in pairwise(falling) for i in heavier for j in lighter]
