"""Some of many, drawn so that no regularity of their order shows in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

_Item = TypeVar("_Item")


def sample_of(items: Sequence[_Item], count: int) -> Sequence[_Item]:
    """At most `count` of the items in their order, always the same ones.

    Every nth would not do: with three positions a bay each third location is at the same one.
    """
    if len(items) <= count:
        return items
    drawn = np.random.default_rng(0).choice(len(items), count, replace=False)
    return [items[i] for i in np.sort(drawn).tolist()]
