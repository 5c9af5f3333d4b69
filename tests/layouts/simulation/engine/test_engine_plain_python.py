"""The same source runs compiled and, with NUMBA_DISABLE_JIT=1, as plain Python: with equal bytes and no warnings."""

from __future__ import annotations

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


def test_plain_python_and_compiled_agree(compiled_and_plain) -> None:
    compiled, plain = compiled_and_plain(WORLDS, path=str(Path(__file__).resolve().parent))
    lines = compiled.splitlines()
    assert len(lines) == 100
    assert {line.split()[1] for line in lines} == {"finished", "stalled", "deadlock", "horizon"}
    assert compiled == plain
