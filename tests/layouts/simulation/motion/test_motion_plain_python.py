"""The same source runs compiled and, with NUMBA_DISABLE_JIT=1, as plain Python: with equal bytes."""

from __future__ import annotations

LEGS = """
import numpy as np
from layouts.simulation.motion.limits import motion_of
from layouts.simulation.motion.trapezoid import Legs, leg_times, leg_times_at
from spatial.floor.agents import AGENT_CLASSES
rng = np.random.default_rng(5)
count = rng.integers(0, 6, 60)
offsets = np.concatenate(([0], np.cumsum(count)))
edges = offsets[-1]
legs = Legs(
    offsets=offsets,
    length_m=rng.random(edges) * 10 * (rng.random(edges) < 0.9),
    limit_m_s=np.where(rng.random(edges) < 0.3, 1.0, np.inf),
    turn_rad=rng.random(edges) * np.pi * (rng.random(edges) < 0.5),
)
ends = np.array([legs.length_m[a:b].sum() for a, b in zip(offsets[:-1], offsets[1:])])
at = (ends[:, None] * rng.random((60, 4))).ravel()
for agent in AGENT_CLASSES.values():
    for loaded in (False, True):
        motion = motion_of(agent, loaded=loaded)
        print(leg_times(legs, motion).tobytes().hex())
        print(leg_times_at(legs, motion, 4 * np.arange(61), at).tobytes().hex())
"""


def test_plain_python_and_compiled_agree(compiled_and_plain) -> None:
    compiled, plain = compiled_and_plain(LEGS)
    assert compiled == plain
    assert len(compiled.splitlines()) == 28
