"""How long queues were, by resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from layouts.events import NONE, Texts
from layouts.figures.spans import Parts, at_once, used


class Queue(NamedTuple):
    """Agents that waited for a resource: how many did, how long on average, and how many at once, on average over
    time and at most. Little's law holds exactly: `mean_length` = `waits` / seconds of the interval × `mean_wait_s`.
    """

    waits: int
    mean_wait_s: float
    mean_length: float
    longest: int


def queues(waits: Parts, resource: Texts, *, lengths_s: Sequence[float]) -> list[Mapping[str, Queue]]:
    """For each of K intervals, `lengths_s` (K,) long, the queue for each `resource`, by event, that was waited for.

    A wait counts in an interval with its part in there.
    """
    code = resource.code[waits.of]
    known = code != NONE
    interval, start_s, end_s = waits.interval[known], waits.start_s[known], waits.end_s[known]
    pairs = used(interval, code[known], groups=len(resource.names))
    count = np.bincount(pairs.place)
    mean_s = np.bincount(pairs.place, end_s - start_s) / count
    length = at_once(start_s, end_s, pairs.place, groups=len(count))
    found: list[dict[str, Queue]] = [{} for _ in lengths_s]
    for k, name, n, mean, seconds, longest in zip(
        *(column.tolist() for column in (*pairs[:2], count, mean_s, *length)), strict=True
    ):
        found[k][resource.names[name]] = Queue(n, mean, seconds / lengths_s[k], longest)
    return list(found)
