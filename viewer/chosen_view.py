"""What one viewer wants of the present: some layers, or what moves in an area; so that a thin line is enough."""

from __future__ import annotations

from collections.abc import Mapping

from viewer.keyed_state import Change, Held
from viewer.messages import Interest, Track, Value
from viewer.motion_frame import unpack

ALWAYS = frozenset({"clock"})
"""Layers that nobody can do without."""


class ChosenView:
    """The part of each change that `interest` asks for, and the removal of what has left it.

    A layer is the first word of a key. With an area, agents whose motions reach into it are told of; who leaves it is
    removed at the next motion that lies outside.
    """

    def __init__(self, interest: Interest) -> None:
        self._layers = None if interest.layers is None else ALWAYS | {*interest.layers}
        self._area = interest.area
        self._shown: set[str] = set()

    def of(self, change: Change) -> Change:
        """What this viewer is told of `change`. Call it for each, in order."""
        if change.reset:
            self._shown.clear()
        sets: dict[str, Held] = {}
        left = []
        for key, held in change.sets.items():
            if self._is_wanted(key, held):
                sets[key] = held
            elif key in self._shown:
                left.append(key)
        dels = [*(key for key in change.dels if key in self._shown), *left]
        self._shown.difference_update(dels)
        self._shown.update(sets)
        return Change(change.seq, change.reset, sets, tuple(dels))

    def _is_wanted(self, key: str, held: Held) -> bool:
        if self._layers is not None and key.partition("/")[0] not in self._layers:
            return False
        if self._area is None:
            return True
        x0, y0, x1, y1 = self._area
        places = places_of(held)
        if places is None:
            return True
        low_x, low_y, high_x, high_y = places
        return low_x <= x1 and high_x >= x0 and low_y <= y1 and high_y >= y0


def places_of(held: Value | bytes) -> tuple[float, float, float, float] | None:
    """The box around where an agent's motions go, metres; None of what is no motion."""
    if isinstance(held, bytes):
        motion = unpack(held)
        xs, ys = (motion.x0, motion.x1), (motion.y0, motion.y1)
        return min(xs), min(ys), max(xs), max(ys)
    if not isinstance(held, Track):
        return None
    points = [point for motion in held.motions for point in motion.path]
    return (
        min(x for x, _ in points),
        min(y for _, y in points),
        max(x for x, _ in points),
        max(y for _, y in points),
    )


def chosen(entries: Mapping[str, Held], interest: Interest) -> dict[str, Held]:
    """The entries that a viewer with this interest holds at last."""
    return dict(ChosenView(interest).of(Change(0, True, entries, ())).sets)
