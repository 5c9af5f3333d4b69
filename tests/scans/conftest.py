"""A small hall's points, and where the shared data lie."""

from pathlib import Path

import numpy as np
import pytest

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture
def shared_data():
    if not SHARED.is_dir():
        pytest.skip("skipped: ../shared/data is not here")
    return SHARED


@pytest.fixture
def hall():
    """2,000 points (N, 3) in a hall of 30 × 40 × 9 m, in whole millimetres."""
    rng = np.random.default_rng(1)
    return np.round(rng.uniform(0, [30, 40, 9], (2000, 3)), 3)
