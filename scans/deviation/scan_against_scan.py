"""Two scans of one place held against each other, wherever the scanners stood."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scans.deviation.change_patches import ChangeLimits, lone_patches, objects, shifted_patches
from scans.deviation.finding import Finding
from scans.deviation.frames import Floats
from scans.deviation.gone_surfaces import seen_through
from scans.deviation.m3c2 import CloudDistances, cloud_distances
from scans.deviation.seen_points import SeenPoints
from spatial.progress import Progress, silent


def scan_against_scan(
    before: SeenPoints, after: SeenPoints, limits: ChangeLimits | None = None, progress: Progress = silent
) -> tuple[Finding, ...]:
    """What changed from `before` to `after`, both in one frame, as objects; last comes what could not be compared.

    1. Where both show a surface, its shift along the normal is held against its level of detection, from either
       scan's side: where two surfaces are near, only one side tells which has moved.
    2. What only one shows is gone or new where the other's rays went through it; else the other has not seen it.
    3. Cells are joined to patches of a stated size, patches to objects.
    """
    limits = limits or ChangeLimits()
    progress("surfaces", 0.0)
    cells = cloud_distances(before, after)  # 1
    progress("surfaces", 0.5)
    backward = cloud_distances(after, before)
    progress("sight", 0.8)
    gone, unseen_before = _lone(cells, after)  # 2
    new, unseen_after = _lone(backward, before)
    patches = [  # 3
        *shifted_patches(cells, limits, "moved"),
        *shifted_patches(backward, limits, "moved_back"),
        *lone_patches(gone, "gone", limits),
        *lone_patches(new, "new", limits),
    ]
    found = tuple(objects(patches, limits))
    progress("done", 1.0)
    compared = int(np.isfinite(cells.distance).sum())
    return (*found, _coverage(compared, unseen_before, unseen_after))


def _lone(cells: CloudDistances, other: SeenPoints) -> tuple[Floats, int]:
    """Core points (C, 3) that `other` saw through, and how many cells it has not seen."""
    is_lone: npt.NDArray[np.bool_] = cells.is_flat & np.isnan(cells.distance)
    alone = cells.where(is_lone)
    through = seen_through(alone.core, alone.normal, other)
    return alone.core[through], int(np.sum(~through))


def _coverage(compared: int, unseen_before: int, unseen_after: int) -> Finding:
    total = max(compared + unseen_before, 1)
    return Finding(
        type="surface_coverage",
        verdict="pass" if compared >= total / 2 else "cannot_decide",
        text=f"{compared} cells of 10 cm compared; not seen: {unseen_before} of the older scan's by the newer, "
        f"{unseen_after} of the newer's by the older",
        place={},
        more={"compared": compared, "unseen_in_newer": unseen_before, "unseen_in_older": unseen_after},
    )
