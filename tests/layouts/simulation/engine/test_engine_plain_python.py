"""The same source runs compiled and, with NUMBA_DISABLE_JIT=1, as plain Python: with equal bytes and no warnings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

WORLDS = """
from hashlib import sha256
from conftest import random_world
for seed in range(100):
    rules = {"deadlock": seed % 3, "looks_ahead": seed % 2 == 0}
    if seed % 5 == 0:
        rules |= {"warm_up_s": 3, "horizon_s": 40}
    played = random_world(seed).run(most_refills=200, **rules)
    parts = [part.tobytes() for part in (*played.log, *played.state)]
    print(seed, played.ending, played.ring, len(played.log.kind), sha256(b"".join(parts)).hexdigest())
"""


def test_plain_python_and_compiled_agree() -> None:
    here = Path(__file__).resolve()
    told = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", WORLDS],
            cwd=here.parents[4],
            env={**os.environ, "NUMBA_DISABLE_JIT": disabled, "PYTHONPATH": str(here.parent)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        for disabled in ("0", "1")
    ]
    assert len(told[0]) == 100
    assert {line.split()[1] for line in told[0]} == {"finished", "stalled", "deadlock", "horizon"}
    assert told[0] == told[1]
