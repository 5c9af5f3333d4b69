"""What moves the halls of a window: the clock of the window itself, or a server."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Protocol

import msgspec

from spatial.facility import Facility
from viewer.desktop.link import Errands, ServerLink
from viewer.desktop.moments import Moment, RunMoments, WorldMoments
from viewer.followed_world import FollowedWorld
from viewer.location_figures import Colouring
from viewer.messages import PROTOCOL, Ack, Clock, Command, Hello, Refusal, decode_from_server, encode
from viewer.motion_frame import LiveMotion, decode_frame
from viewer.playback import moved_to, obey, sim_time

STARTS_AT_SPEED = 10.0


class Player(Protocol):
    """Asked by the window, on its own thread, again and again."""

    @property
    def clock(self) -> Clock | None:
        """How time passes; None where nothing moves."""

    def advance(self) -> bool:
        """Let time pass; whether anything may look otherwise now."""

    def moment(self, number: int) -> Moment | None:
        """What hall `number` shows now; None for one in which nothing moves."""

    def obey(self, command: Command) -> None:
        """Do what someone at the window asked."""

    def status(self) -> str:
        """How the line to a server stands; nothing where there is none."""

    def close(self) -> None:
        """The window is closed."""


class RunPlayer:
    """Runs from files, all on one clock; without any the hall stands still."""

    def __init__(self, runs: Sequence[RunMoments | None]) -> None:
        self._runs = runs
        durations = [run.duration_s for run in runs if run is not None]
        self._clock: Clock | None = None
        if durations:
            self._clock = Clock(0.0, time.monotonic(), STARTS_AT_SPEED, True, max(durations))

    @property
    def clock(self) -> Clock | None:
        """The clock of all of them."""
        return self._clock

    def advance(self) -> bool:
        """Let time pass; whether anything may look otherwise now."""
        if self._clock is None or not self._clock.playing:
            return False
        self._clock = moved_to(self._clock, time.monotonic())
        return True

    def moment(self, number: int) -> Moment | None:
        """What hall `number` shows now; a run that is over shows its end."""
        run = self._runs[number]
        if run is None or self.clock is None:
            return None
        return run.at(min(self.clock.sim_s, run.duration_s))

    def obey(self, command: Command) -> None:
        """Do what someone at the window asked."""
        if self._clock is not None:
            self._clock = obey(self._clock, command, time.monotonic())

    def status(self) -> str:
        """Nothing: there is no line."""
        return ""

    def close(self) -> None:
        """Nothing is open."""


class ServerPlayer:
    """A hall as a server tells of it; what the line's thread left is taken in here, on the window's thread."""

    def __init__(self, link: ServerLink, facility: Facility, errands: Errands) -> None:
        self.world = FollowedWorld()
        self._link, self._errands = link, errands
        self._moments = WorldMoments(self.world, facility)
        self.colour_names: tuple[str, ...] = ()
        self.refusal = ""
        self._told_status = ""

    @property
    def clock(self) -> Clock | None:
        """The server's clock."""
        return self.world.clock

    @property
    def now_s(self) -> float:
        """The time that is shown."""
        clock = self.world.clock
        return 0.0 if clock is None else sim_time(clock, self.world.server_s(time.monotonic()))

    def take(self, frames: Sequence[str | bytes]) -> None:
        """Take in frames, and tell the server so."""
        for frame in frames:
            motions: list[LiveMotion] = []
            if isinstance(frame, bytes):
                motions, message = decode_frame(frame)
            else:
                message = decode_from_server(frame)
            if isinstance(message, Refusal):
                self.refusal = message.reason
                continue
            self.world.apply(message, motions, our_s=time.monotonic())
            self._link.greet_with(encode(self.world.hello()))
            self._link.send(encode(Ack(message.seq)))

    def advance(self) -> bool:
        """Take in what came; whether anything may look otherwise now."""
        frames = self._link.take()
        try:
            self.take(frames)
        except msgspec.DecodeError as error:
            self.refusal = f"the server cannot be understood: {error}"
        was, self._told_status = self._told_status, self.status()
        clock = self.world.clock
        return bool(frames) or was != self._told_status or (clock is not None and clock.playing)

    def moment(self, number: int) -> Moment | None:  # noqa: ARG002  a server tells of one hall
        """What the hall shows now; None until the server has told."""
        return None if self.world.clock is None else self._moments.at(self.now_s)

    def obey(self, command: Command) -> None:
        """Ask the server, which owns the clock."""
        if self.world.clock is None or not self.world.clock.is_live:
            self._link.send(encode(command))

    def status(self) -> str:
        """How the line stands, and what the server refused."""
        state, reason = self._link.state
        if self.refusal:
            return self.refusal
        if state == "live":
            return "live" if self.world.clock is not None and self.world.clock.is_live else "connected"
        return f"{state}: {reason}" if reason else state

    def close(self) -> None:
        """Hang up."""
        self._link.close()

    def ask(self, path: str) -> None:
        """Ask the server for something else; `answers` has it later."""
        self._errands.ask(path)

    def answers(self) -> list[tuple[str, object]]:
        """What came of it: the path, and the parsed answer or None."""
        return [(path, None if body is None else json.loads(body)) for path, body in self._errands.taken()]


def first_hello() -> bytes:
    """What a new viewer says."""
    return encode(Hello(PROTOCOL))


def colouring_of(answer: object) -> Colouring | None:
    """The figures in an answer of `/api/colours/NAME`."""
    if not isinstance(answer, dict):
        return None
    return Colouring(answer["name"], answer["title"], answer["unit"], answer["values"], answer["top"])
