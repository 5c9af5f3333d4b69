"""Smooth, erratic, intermittent, lumpy: what kind of demand a SKU has (Syntetos, Boylan and Croston 2005, fig. 4)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CLASSES = ("smooth", "erratic", "intermittent", "lumpy", "no demand", "new")
SMOOTH, ERRATIC, INTERMITTENT, LUMPY, NONE, NEW = range(6)
MOST_INTERVAL, MOST_VARIATION = 1.32, 0.49
"""Bounds of the mean interval between demands, and of the squared coefficient of variation of their sizes."""
RECENT_DAYS = 364


def demand_classes(
    counts: npt.NDArray[np.integer], begin: Ints, is_open: npt.NDArray[np.bool_], *, least: int
) -> Ints:
    """The class (N,) of each row of `counts` (N, T), over the last year of it, from bucket `begin` (N,) on.

    `is_open` (T,) says in which buckets anything is ordered at all: others are not waited through. A SKU that began
    less than `least` buckets ago is new.
    """
    buckets = counts.shape[1]
    first = max(0, buckets - RECENT_DAYS)
    recent = counts[:, first:].astype(np.float64)
    is_after = np.arange(first, buckets) >= begin[:, None]
    open_buckets = (is_after & is_open[first:]).sum(axis=1)
    demands = (recent > 0).sum(axis=1)
    safe = np.maximum(demands, 1)
    mean = recent.sum(axis=1) / safe
    variation = ((recent**2).sum(axis=1) / safe - mean**2) / np.maximum(mean, 1e-12) ** 2
    is_rare = open_buckets / safe > MOST_INTERVAL
    kinds = np.where(is_rare, INTERMITTENT, SMOOTH) + (variation > MOST_VARIATION)
    kinds = np.where(demands == 0, NONE, kinds)
    found: Ints = np.where((buckets - begin < least) & (demands > 0), NEW, kinds).astype(np.int64)
    return found
