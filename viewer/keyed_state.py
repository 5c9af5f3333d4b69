"""State by key: the latest value of a key wins, a removal cancels it, every change has a sequence number.

No queue stands behind a viewer. It is a cursor into the one state, so that however long it was away or slow
it gets each changed key once, with its newest value.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TypeAlias

from viewer.messages import ACK_WINDOW, Value

REMOVALS_KEPT = 4096

Held: TypeAlias = Value | bytes
"""What a key may hold: a value, or a record that is packed already, as those of binary frames."""


@dataclass(frozen=True)
class Change:
    """What brings a viewer to `seq`: entries to set, keys to remove; `reset` voids what it had before."""

    seq: int
    reset: bool
    sets: Mapping[str, Held]
    dels: tuple[str, ...]


class KeyedState:
    """The present, by key. `seq` is the number of the last change, 0 when nothing ever happened."""

    def __init__(self) -> None:
        self.seq = 0
        self._oldest_answerable = 0
        # both in order of seq: a change moves its key to the end
        self._entries: dict[str, tuple[int, Held]] = {}
        self._removed: dict[str, int] = {}

    def apply(self, sets: Mapping[str, Held], dels: Iterable[str] = ()) -> None:
        """Set and remove entries as one change. A value equal to the present one is no change."""
        changed = {key: value for key, value in sets.items() if self.get(key) != value}
        gone = [key for key in dict.fromkeys(dels) if key in self._entries]
        if not changed and not gone:
            return
        self.seq += 1
        for key in gone:
            del self._entries[key]
            self._removed.pop(key, None)
            self._removed[key] = self.seq
        for key, value in changed.items():
            self._entries.pop(key, None)
            self._removed.pop(key, None)
            self._entries[key] = (self.seq, value)
        self._forget_old_removals()

    def get(self, key: str) -> Held | None:
        """The present value of `key`, None if it has none."""
        entry = self._entries.get(key)
        return None if entry is None else entry[1]

    def snapshot(self) -> dict[str, Held]:
        """All entries."""
        return {key: value for key, (_, value) in self._entries.items()}

    def since(self, seq: int | None) -> Change:
        """What changed after `seq`; the whole present for None, or a `seq` too old or never given."""
        if seq is None or not self._oldest_answerable <= seq <= self.seq:
            return Change(self.seq, True, self.snapshot(), ())
        newer = takewhile(lambda item: item[1][0] > seq, reversed(self._entries.items()))
        removed = takewhile(lambda item: item[1] > seq, reversed(self._removed.items()))
        return Change(
            self.seq, False, {key: value for key, (_, value) in newer}, tuple(key for key, _ in removed)
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def _forget_old_removals(self) -> None:
        while len(self._removed) > REMOVALS_KEPT:
            oldest = next(iter(self._removed))
            self._oldest_answerable = self._removed.pop(oldest)


@dataclass
class Cursor:
    """How far one viewer is: `sent` is the last seq it has, `unacknowledged` those under way."""

    sent: int | None = None
    greeted: bool = False
    unacknowledged: deque[int] = field(default_factory=deque)

    @property
    def is_full(self) -> bool:
        """Whether `ACK_WINDOW` changes are under way."""
        return len(self.unacknowledged) >= ACK_WINDOW

    def is_due(self, state: KeyedState) -> bool:
        """Whether a change should be sent: there is news, or the viewer was not greeted yet, and it has room."""
        return not self.is_full and not (self.greeted and self.sent == state.seq)

    def take(self, change: Change) -> None:
        """`change`, what happened since `sent`, is on its way."""
        self.sent, self.greeted = change.seq, True
        self.unacknowledged.append(change.seq)

    def pass_over(self, change: Change) -> None:
        """`change` holds nothing for this viewer, who need not be told."""
        self.sent = change.seq

    def begin_anew(self) -> None:
        """The viewer is to be given the whole present."""
        self.sent, self.greeted = None, False

    def acknowledge(self, seq: int) -> None:
        """The viewer has applied everything up to `seq`."""
        while self.unacknowledged and self.unacknowledged[0] <= seq:
            self.unacknowledged.popleft()
