"""How long queues were, by resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from layouts.events import NONE
from layouts.figures.spans import at_once
from layouts.figures.window import Window
from layouts.run import Run


class Queue(NamedTuple):
    """Agents that waited for a resource: how many did, how long on average, and how many at once, on average over
    time and at most. Little's law holds exactly: `mean_length` = `waits` / seconds of the window × `mean_wait_s`.
    """

    waits: int
    mean_wait_s: float
    mean_length: float
    longest: int


def queues(run: Run, window: Window) -> Mapping[str, Queue]:
    """The queue for each resource that was waited for within `window`; a wait counts with its part in there."""
    events = run.events
    resource = np.where(events.kind.are("wait"), events.resource.code, NONE)
    names = events.resource.names
    within_s = np.minimum(events.end_s, window.end_s) - np.maximum(events.start_s, window.start_s)
    counts = (resource != NONE) & (within_s > 0)
    waits = np.bincount(resource[counts], minlength=len(names))
    mean_s = np.bincount(resource[counts], within_s[counts], len(names)) / np.maximum(waits, 1)
    length = at_once(
        (window.start_s, window.end_s), events.start_s, events.end_s, resource, groups=len(names)
    )
    columns = (waits.tolist(), mean_s.tolist(), length.mean.tolist(), length.peak.tolist())
    return {name: Queue(*row) for name, *row in zip(names, *columns, strict=True) if row[0]}
