"""Which snapshots are kept: the newest few, and ever fewer the older they are, so that any past is near one."""

from __future__ import annotations

from collections.abc import Sequence

NEWEST = 3


def superfluous(seqs: Sequence[int]) -> list[int]:
    """Those of `seqs` (rising) that can go: of the ones at distances 2ⁿ to 2ⁿ⁺¹ events from the newest, the oldest
    stays. The newest three stay in any case.
    """
    if not seqs:
        return []
    newest = seqs[-1]
    kept = set(seqs[-NEWEST:])
    oldest_of: dict[int, int] = {}
    for seq in seqs:
        oldest_of.setdefault((newest - seq).bit_length(), seq)
    kept.update(oldest_of.values())
    return [seq for seq in seqs if seq not in kept]
