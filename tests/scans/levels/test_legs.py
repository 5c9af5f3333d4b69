"""Slender things under a deck that reach its underside are its legs; other things stay what they are."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from scans.levelled_scan import LevelledScan
from scans.recognition.levels.legs import with_legs
from scans.recognition.levels.platforms import Platform
from scans.recognition.levels.storeys import Storey, storeys_of
from spatial.facility import Obstacle

UNDERSIDE_M = 2.65


@pytest.fixture(scope="module")
def storeys(decked: LevelledScan) -> tuple[Storey, ...]:
    flat = type(decked.floor)(np.zeros(2), 1.0, np.full((15, 11), 2.8), 0.001)
    platform = Platform(shapely.box(1.0, 1.0, 8.0, 9.0), flat, UNDERSIDE_M)
    return storeys_of(decked, shapely.box(0.0, 0.0, 14.0, 10.0), (), [platform])


def thing(x: float, size_m: float, top_m: float, level: str = "L0") -> Obstacle:
    ring = ((x, 4.0), (x + size_m, 4.0), (x + size_m, 4.0 + size_m), (x, 4.0 + size_m))
    return Obstacle(id="O1", level=level, kind="unknown", footprint=ring, z0_m=0.0, z1_m=top_m)


@pytest.mark.parametrize("top_m", [2.4, 2.6, 2.7])
def test_what_ends_at_the_underside_is_a_leg_of_that_height(
    storeys: tuple[Storey, ...], top_m: float
) -> None:
    (leg,) = with_legs([thing(4.0, 0.2, top_m)], storeys)
    assert (leg.kind, leg.movable) == ("mezzanine_leg", False)
    assert leg.z1_m == pytest.approx(UNDERSIDE_M, abs=0.01)


@pytest.mark.parametrize(
    "other",
    [thing(4.0, 0.2, 1.8), thing(4.0, 1.2, 2.6), thing(10.0, 0.2, 2.6), thing(4.0, 0.2, 2.6, level="L1")],
    ids=["too low", "too wide", "not under the deck", "on the deck"],
)
def test_other_things_stay_what_they_are(storeys: tuple[Storey, ...], other: Obstacle) -> None:
    assert with_legs([other], storeys) == (other,)
