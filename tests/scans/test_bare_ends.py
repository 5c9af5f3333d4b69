"""A row ends where its beams do, though another row's upright stands where its next one would."""

from __future__ import annotations

import numpy as np
import pytest

from scans.recognition.racks.block_view import BlockView
from scans.recognition.racks.blocks import RackBlock
from scans.recognition.racks.rows import FoundRow, without_bare_ends
from scans.recognition.racks.tiers import FoundTier

PITCH_M, DEPTH_M = 2.8, 1.1
TIERS = (FoundTier(1.6, 0.12, 0.005), FoundTier(3.2, 0.12, 0.005))


def view(bays: list[bool]) -> BlockView:
    """What is seen of a row's beams, tier by tier and face by face, in those of its bays that have any."""
    rng = np.random.default_rng(0)
    u, v, z = [], [], []
    for bay in np.flatnonzero(bays):
        for tier in TIERS:
            for face in (0.0, DEPTH_M):
                u.append(rng.uniform(bay * PITCH_M, (bay + 1) * PITCH_M, 200))
                v.append(rng.normal(face, 0.004, 200))
                z.append(rng.uniform(tier.z_m - 0.12, tier.z_m, 200))
    block = RackBlock(0.0, 0.0, len(bays) * PITCH_M, 0.0, DEPTH_M)
    return BlockView(block, np.concatenate(u), np.concatenate(v), np.concatenate(z), 1.0)


def row(bays: int) -> FoundRow:
    return FoundRow(
        yaw_rad=0.0,
        posts=PITCH_M * np.arange(bays + 1, dtype=np.float64),
        v0=0.0,
        v1=DEPTH_M,
        upright_width_m=0.1,
        height_m=4.0,
        tiers=TIERS,
        sigma_m=0.01,
        evidence_points=1000,
        seen_posts=bays + 1,
        quality=0.8,
    )


@pytest.mark.parametrize(
    ("bays", "first", "last"),
    [
        ([True] * 5, 0, 5),
        ([True] * 4 + [False], 0, 4),
        ([False, True, True, True, False], 1, 4),
        ([True, True, False, True, True], 0, 5),  # beams are missing there: the row goes on
    ],
    ids=["whole", "one too many", "one at each end", "bare in the middle"],
)
def test_bays_without_beams_at_the_ends_are_none(bays: list[bool], first: int, last: int) -> None:
    found = without_bare_ends(view(bays), row(len(bays)))
    assert found.posts == pytest.approx(PITCH_M * np.arange(first, last + 1))
    assert found.seen_posts == last - first + 1
