"""The legs that carry a deck: slender things under it that reach up to its underside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from shapely import Polygon

from scans.recognition.levels.storeys import Storey
from spatial.facility import Column, Obstacle

_REACH_M = 0.35
_SIZE_M = 0.6


def with_legs(
    columns: Sequence[Column], obstacles: Sequence[Obstacle], storeys: Sequence[Storey]
) -> tuple[tuple[Column, ...], tuple[Obstacle, ...]]:
    """`columns` and `obstacles` as they are, but for legs among the obstacles, which end at the deck's underside."""
    return tuple(columns), tuple(_told(thing, storeys) for thing in obstacles)


def _told(thing: Obstacle, storeys: Sequence[Storey]) -> Obstacle:
    shape = Polygon(thing.footprint)
    if max(np.ptp(np.array(thing.footprint), axis=0)) > _SIZE_M:
        return thing
    floor_of = {storey.id: storey.hall.floor for storey in storeys}
    middle = np.array([shape.centroid.x, shape.centroid.y])
    floor_m = float(floor_of[thing.level].heights(middle[None])[0])
    gaps = [
        storey.platform.underside_m - floor_m
        for storey in storeys
        if storey.platform is not None and storey.outline.contains(shape.centroid)
    ]
    under = [gap_m for gap_m in gaps if 0 < gap_m - thing.z1_m < _REACH_M or abs(gap_m - thing.z1_m) < 0.15]
    if not under:
        return thing
    return replace(thing, kind="mezzanine_leg", movable=False, z1_m=round(min(under), 4))
