"""The one present that all viewers share: its keyed state, and who follows it, each at its own pace."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from viewer.chosen_view import ChosenView
from viewer.keyed_state import Change, Cursor, Held, KeyedState
from viewer.messages import Hello, Interest, Update, Value, encode
from viewer.motion_frame import encode_frame

FRAMES_KEPT = 8
"""Frames from as many places to the present are kept: those who keep up share one, and few do not."""


class Frame(NamedTuple):
    """What brings a viewer to `seq`: text is JSON, bytes a binary frame."""

    change: Change
    data: str | bytes


class Present:
    """Entries by key, and the frames that tell of their changes; each frame is written once for all viewers.

    `is_binary` tells whether updates come in binary frames, as those of the live twin do.
    """

    def __init__(self, *, session: str | None = None, is_binary: bool = False) -> None:
        self.session = session or secrets.token_hex(8)
        self.state = KeyedState()
        self.followers: set[Follower] = set()
        self._is_binary = is_binary
        self._frames: dict[int | None, Frame] = {}

    def change(self, sets: Mapping[str, Held], dels: Iterable[str] = ()) -> None:
        """Set and remove entries, and tell every follower."""
        seq = self.state.seq
        self.state.apply(sets, dels)
        if self.state.seq != seq:
            self._frames.clear()
            for follower in self.followers:
                follower.wake()

    def frame(self, since: int | None) -> Frame:
        """What changed after `since`, the whole present for None."""
        frame = self._frames.get(since)
        if frame is None:
            change = self.state.since(since)
            frame = Frame(change, self.written(change))
            while len(self._frames) >= FRAMES_KEPT:
                self._frames.pop(next(iter(self._frames)))
            self._frames[since] = frame
        return frame

    def written(self, change: Change) -> str | bytes:
        """The frame that tells of a change."""
        values: dict[str, Value] = {}
        records: list[bytes] = []
        for key, held in change.sets.items():
            if isinstance(held, bytes):
                records.append(held)
            else:
                values[key] = held
        update = Update(
            session=self.session,
            seq=change.seq,
            server_s=time.monotonic(),
            reset=change.reset,
            sets=values,
            dels=list(change.dels),
        )
        return encode_frame(records, update) if self._is_binary else encode(update).decode()

    @contextmanager
    def follow(self, hello: Hello) -> Iterator[Follower]:
        """A follower that starts where the viewer's `hello` says it is."""
        known = hello.since if hello.session == self.session else None
        follower = Follower(self, Cursor(known))
        self.followers.add(follower)
        try:
            yield follower
        finally:
            self.followers.discard(follower)


class Follower:
    """One viewer's place in the present."""

    def __init__(self, present: Present, cursor: Cursor) -> None:
        self._present = present
        self._cursor = cursor
        self._chosen: ChosenView | None = None
        self._news = asyncio.Event()
        self.heard_s = time.monotonic()
        """When the viewer last acknowledged anything, on the monotonic clock."""

    @property
    def is_stalled(self) -> bool:
        """Whether as much is under way to the viewer as may be."""
        return self._cursor.is_full

    def wake(self) -> None:
        """Something changed."""
        self._news.set()

    def acknowledge(self, seq: int) -> None:
        """The viewer has applied the update `seq`, which makes room for the next."""
        self.heard_s = time.monotonic()
        self._cursor.acknowledge(seq)
        self.wake()

    def choose(self, interest: Interest) -> None:
        """The viewer wants only this from now on."""
        self._chosen = ChosenView(interest)
        self._cursor.begin_anew()
        self.wake()

    async def frames(self) -> AsyncIterator[str | bytes]:
        """Each frame as soon as there is news and the viewer has room for it."""
        while True:
            self._news.clear()
            if not self._cursor.is_due(self._present.state):
                await self._news.wait()
                continue
            if self._chosen is None:
                frame = self._present.frame(self._cursor.sent)
                self._cursor.take(frame.change)
                yield frame.data
                continue
            change = self._chosen.of(self._present.state.since(self._cursor.sent))
            if not (change.reset or change.sets or change.dels):
                self._cursor.pass_over(change)
                continue
            self._cursor.take(change)
            yield self._present.written(change)
