"""The present of runs that are played: one clock for all viewers, which any of them may command."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from layouts.run import Run
from server.present.present import Present
from viewer.messages import Clock, Command
from viewer.playback import Playback, sim_time
from viewer.timeline import Timeline

TICK_S = 0.1


class PlayedRun:
    """Plays a run (nothing at all for None) to whoever follows `present`; its second 0 is `epoch_ms`, if told."""

    def __init__(self, run: Run | None, *, epoch_ms: int | None = None) -> None:
        self.present = Present()
        self._playback = (
            None if run is None else Playback(Timeline(run), wall_s=time.monotonic(), epoch_ms=epoch_ms)
        )
        if self._playback is not None:
            self.present.change(self._playback.state())

    @property
    def has_run(self) -> bool:
        """Whether there is anything to play."""
        return self._playback is not None

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

    def advance(self) -> None:
        """Tell what is new by now."""
        if self._playback is not None:
            self.present.change(self._playback.advance(time.monotonic()))

    async def run_clock(self) -> None:
        """Let time pass, for ever."""
        while True:
            await asyncio.sleep(TICK_S)
            self.advance()


class PlayedRuns:
    """One run, or two beside each other: what one viewer asks is done on both."""

    def __init__(self, runs: Sequence[Run | None]) -> None:
        self.sides = [PlayedRun(run) for run in runs]

    def obey(self, command: Command) -> None:
        """Do what a viewer asked, on each side that has a run. Raises ValueError for what cannot be done."""
        for side in [side for side in self.sides if side.has_run] or self.sides:
            side.obey(command)

    async def run_clock(self) -> None:
        """Let time pass on all sides, for ever."""
        await asyncio.gather(*(side.run_clock() for side in self.sides))
