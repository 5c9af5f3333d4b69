"""The present of a run that is played: one clock for all viewers, which any of them may command."""

from __future__ import annotations

import asyncio
import time

from server.present.present import Present
from viewer.messages import Clock, Command
from viewer.playback import Playback, sim_time
from viewer.timeline import Timeline

TICK_S = 0.1


class PlayedRun:
    """Plays a run (nothing at all for None) to whoever follows `present`."""

    def __init__(self, timeline: Timeline | None) -> None:
        self.present = Present()
        self._playback = None if timeline is None else Playback(timeline, wall_s=time.monotonic())
        if self._playback is not None:
            self.present.change(self._playback.state())

    @property
    def sim_s(self) -> float:
        """Simulation time now; 0 without a run."""
        clock = self.present.state.get("clock")
        return sim_time(clock, time.monotonic()) if isinstance(clock, Clock) else 0.0

    def obey(self, command: Command) -> None:
        """Do what a viewer asked. Raises ValueError for what cannot be done."""
        if self._playback is None:
            raise ValueError("there is no run to play: serve one with `aisletwin serve SITE --run RUN`")
        self.present.change(self._playback.obey(command, time.monotonic()))

    async def run_clock(self) -> None:
        """Let time pass, for ever."""
        while True:
            await asyncio.sleep(TICK_S)
            if self._playback is not None:
                self.present.change(self._playback.advance(time.monotonic()))
