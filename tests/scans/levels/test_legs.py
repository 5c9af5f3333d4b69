"""Slender things under a deck that reach its underside are its legs; other things stay what they are."""

from __future__ import annotations

import pytest

from scans.recognition.levels.legs import with_legs
from spatial.facility import Level, Obstacle

GROUND = Level(id="L0", elevation_m=0.3, outline=((0.0, 0.0), (14.0, 0.0), (14.0, 10.0), (0.0, 10.0)))
UPPER = Level(
    id="L1", elevation_m=3.1, outline=((1.0, 1.0), (8.0, 1.0), (8.0, 9.0), (1.0, 9.0)), extra={"deck_m": 0.15}
)
LEVELS = (GROUND, UPPER)
UNDERSIDE_M = 2.65
"""Above the ground."""


def thing(x: float, size_m: float, top_m: float, level: str = "L0") -> Obstacle:
    ring = ((x, 4.0), (x + size_m, 4.0), (x + size_m, 4.0 + size_m), (x, 4.0 + size_m))
    return Obstacle(id="O1", level=level, kind="unknown", footprint=ring, z0_m=0.0, z1_m=top_m)


@pytest.mark.parametrize("top_m", [2.4, 2.6, 2.7])
def test_what_ends_at_the_underside_is_a_leg_of_that_height(top_m: float) -> None:
    (leg,) = with_legs([thing(4.0, 0.2, top_m)], LEVELS)
    assert (leg.kind, leg.movable) == ("mezzanine_leg", False)
    assert leg.z1_m == pytest.approx(UNDERSIDE_M, abs=2e-4)
    assert leg.z1_m <= UNDERSIDE_M + 1e-9


@pytest.mark.parametrize(
    "other",
    [thing(4.0, 0.2, 1.8), thing(4.0, 1.2, 2.6), thing(10.0, 0.2, 2.6), thing(4.0, 0.2, 2.6, level="L1")],
    ids=["too low", "too wide", "not under the deck", "on the deck"],
)
def test_other_things_stay_what_they_are(other: Obstacle) -> None:
    assert with_legs([other], LEVELS) == (other,)
