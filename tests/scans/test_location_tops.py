"""The height below which most points of a place lie."""

from __future__ import annotations

import numpy as np
import pytest

from scans.recognition.places.locations import _quantile


@pytest.mark.parametrize("count", [1, 2, 3, 26, 51, 400])
def test_a_quantile_is_numpy_s_to_the_byte(count: int) -> None:
    for seed in range(20):
        values = np.random.default_rng(seed).normal(1.0, 0.3, count)
        assert _quantile(values, 0.98) == np.quantile(values, 0.98)
