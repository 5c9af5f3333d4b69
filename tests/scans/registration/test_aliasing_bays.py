"""Bays of unequal widths tell by themselves where a row of equal ones would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scans.registration.aliasing import AliasVerdict

LONG: dict[str, Any] = {"widths_m": (2.7,) * 10, "length_m": 36.0}
NEAR, CLOSE = (16.0, 17.5), {"range_m": 11.0, "step_deg": 0.35}


@pytest.mark.parametrize("pitch_m", [2.8, 3.7])
def test_unequal_bays_tell_by_themselves(ask: Callable[..., AliasVerdict], pitch_m: float) -> None:
    hall = LONG | {"widths_m": (2.7, 2.7, 3.6, 2.7, 3.6, 3.6, 2.7, 2.7, 3.6, 2.7), "length_m": 40.0}
    options: dict[str, Any] = {"hall": hall, "look": CLOSE, "loads_count": True}
    if pitch_m == 2.8:
        assert ask(NEAR, **options).verdict == "unique"
    found = ask(NEAR, 1, pitch_m=pitch_m, **options)
    assert found.verdict == "ambiguous"
    assert found.competing[0].distance_m == pytest.approx(pitch_m, abs=0.05)


def test_a_half_bay_tells(ask: Callable[..., AliasVerdict]) -> None:
    hall = LONG | {"widths_m": (*(2.7,) * 4, 1.3, *(2.7,) * 5)}
    options: dict[str, Any] = {"hall": hall, "look": CLOSE, "loads_count": True}
    assert ask(NEAR, **options).verdict == "unique"
    assert ask(NEAR, 1, **options).verdict == "ambiguous"
