"""The one present that all viewers share: a playback, its keyed state, and who follows it."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from viewer.keyed_state import Cursor, KeyedState
from viewer.messages import Clock, Command, Hello, Update
from viewer.playback import Playback, sim_time
from viewer.timeline import Timeline

TICK_S = 0.1


class Live:
    """Plays a run (nothing at all for None) and tells every follower what changed, each at its own pace."""

    def __init__(self, timeline: Timeline | None) -> None:
        self.session = secrets.token_hex(8)
        self.state = KeyedState()
        self._playback = None if timeline is None else Playback(timeline, wall_s=time.monotonic())
        self._followers: set[Follower] = set()
        if self._playback is not None:
            self.state.apply(self._playback.state())

    @property
    def sim_s(self) -> float:
        """Simulation time now; 0 without a run."""
        clock = self.state.get("clock")
        return sim_time(clock, time.monotonic()) if isinstance(clock, Clock) else 0.0

    def obey(self, command: Command) -> None:
        """Do what a viewer asked. Raises ValueError for what cannot be done."""
        if self._playback is None:
            raise ValueError("there is no run to play: serve one with `aisletwin serve SITE --run RUN`")
        self.state.apply(self._playback.obey(command, time.monotonic()))
        self._tell()

    async def run_clock(self) -> None:
        """Let time pass, for ever."""
        while True:
            await asyncio.sleep(TICK_S)
            if self._playback is not None:
                seq = self.state.seq
                self.state.apply(self._playback.advance(time.monotonic()))
                if self.state.seq != seq:
                    self._tell()

    @contextmanager
    def follow(self, hello: Hello) -> Iterator[Follower]:
        """A follower that starts where the viewer's `hello` says it is."""
        known = hello.since if hello.session == self.session else None
        follower = Follower(self, Cursor(known))
        self._followers.add(follower)
        try:
            yield follower
        finally:
            self._followers.discard(follower)

    def _tell(self) -> None:
        for follower in self._followers:
            follower.wake()


class Follower:
    """One viewer's place in the present."""

    def __init__(self, live: Live, cursor: Cursor) -> None:
        self._live = live
        self._cursor = cursor
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Something changed."""
        self._news.set()

    def acknowledge(self, seq: int) -> None:
        """The viewer has applied the update `seq`, which makes room for the next."""
        self._cursor.acknowledge(seq)
        self.wake()

    async def updates(self) -> AsyncIterator[Update]:
        """Each update as soon as there is one and the viewer has room for it."""
        while True:
            self._news.clear()
            change = self._cursor.take(self._live.state)
            if change is None:
                await self._news.wait()
                continue
            yield Update(
                session=self._live.session,
                seq=change.seq,
                server_s=time.monotonic(),
                reset=change.reset,
                sets=dict(change.sets),
                dels=list(change.dels),
            )
