"""The same source runs compiled and, with NUMBA_DISABLE_JIT=1, as plain Python: with equal results."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import importlib.util
spec = importlib.util.spec_from_file_location("made_up", {conftest!r})
made_up = importlib.util.module_from_spec(spec)
spec.loader.exec_module(made_up)
from layouts.slotting.search.improve import Effort, improve
for metric in ("asymmetric", "one-way lanes"):
    problem = made_up.make(3, units=8, locations=12, tours=5, stops=5, metric=metric, ruled=True, costs=True)
    for most in (None, 3):
        found = improve(problem, most_moves=most, effort=Effort(rounds=2, steps=400, chains=2))
        print(found.assignment.tolist(), found.total_s.hex())
"""


@pytest.fixture(scope="module")
def told() -> list[str]:
    script = SCRIPT.format(conftest=str(Path(__file__).with_name("conftest.py")))
    root = Path(__file__).parents[4]
    return [
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            env=os.environ | {"NUMBA_DISABLE_JIT": disabled},
        ).stdout
        for disabled in ("0", "1")
    ]


def test_plain_python_finds_the_same_slotting(told: list[str]) -> None:
    compiled, plain = told
    assert compiled.count("\n") == 4
    assert compiled == plain
