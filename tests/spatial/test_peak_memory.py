"""The peak of a process is its own."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from spatial.peak_memory import peak_memory_mib

TELL = "from spatial.peak_memory import peak_memory_mib; print(peak_memory_mib())"
HOLD = "import numpy; numpy.ones(300 << 17); "


def told_by(program: str) -> float:
    child = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return float(child.stdout)


def test_the_peak_stays_when_memory_is_given_back() -> None:
    assert 300 < told_by(HOLD + TELL) < 400


def test_a_child_does_not_count_what_its_parent_held() -> None:
    held = np.ones(400 << 17)
    assert told_by(TELL) < 100 < 400 < peak_memory_mib()
    del held
