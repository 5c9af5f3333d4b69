"""The wire between the server and its viewers, all of it: JSON over one websocket.

A viewer's world is a set of keyed entries, the latest wins:

    clock        Clock   where simulation time stands, and how fast it runs
    agent/NAME   Track   what an agent does now and next, as motions and not as frames
    heat         Heat    blocked seconds so far, on a grid over the floor
    kpi          Kpi     what has been done so far

The viewer opens with `Hello`; the server answers with one `Update` that holds the present (or, to a viewer
that comes back, what changed since), and further ones as things change. The viewer acknowledges each with
`Ack`; a server keeps at most `ACK_WINDOW` of them under way, so that a slow viewer skips states instead of
falling behind. `Play`, `Pause`, `SetSpeed` and `Seek` may come from any viewer: the server owns the clock.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec

PROTOCOL = 1
ACK_WINDOW = 3
SLOWEST, FASTEST = 0.25, 64.0

AgentState = Literal["walk", "wait", "pick", "drop", "other", "idle"]
"""`other` is work of any other kind: packing, charging, a break, …"""


class Clock(msgspec.Struct, frozen=True, tag="clock"):
    """Simulation time was `sim_s` at the server's time `at_s`; while `playing` it gains `speed` s a second.

    It never passes `duration_s`. Every update carries the server's time, so that a viewer knows the shift
    between its own clock and the server's.
    """

    sim_s: float
    at_s: float
    speed: float
    playing: bool
    duration_s: float


class Motion(msgspec.Struct, frozen=True, omit_defaults=True):
    """From `start_s` to `end_s` the agent walks `path` [m] at constant speed, or stands at its one point."""

    state: AgentState
    start_s: float
    end_s: float
    path: tuple[tuple[float, float], ...]
    cause: str | None = None
    blocked_by: str | None = None
    location: str | None = None


class Track(msgspec.Struct, frozen=True, tag="track"):
    """Motions without a gap, in order, from now until well after the next update of the same key."""

    motions: tuple[Motion, ...]


class Heat(msgspec.Struct, frozen=True, tag="heat"):
    """Blocked seconds until `sim_s` on a grid of `cell_m` m cells from `origin`.

    Cell i is column i % width, row i // width; only cells that are not zero are listed. Colours end at
    `top_s_m2` seconds per square metre all through the run, so that a colour means the same at any time.
    """

    sim_s: float
    top_s_m2: float
    origin: tuple[float, float]
    cell_m: float
    width: int
    height: int
    cells: tuple[int, ...]
    blocked_s: tuple[float, ...]


class Kpi(msgspec.Struct, frozen=True, tag="kpi"):
    """Sums over all agents until `sim_s`: order lines picked, metres walked, and seconds by what they did."""

    sim_s: float
    lines: int
    walked_m: float
    walk_s: float
    pick_s: float
    blocked_s: float
    drop_s: float
    other_s: float
    idle_s: float


Value: TypeAlias = Clock | Track | Heat | Kpi


class Update(msgspec.Struct, frozen=True, tag="update"):
    """Entries to set and keys to remove. With `reset`, what the viewer held before is void.

    `session` names this life of the server: a `seq` of another life means nothing. `server_s` is the
    server's time when the update was written.
    """

    session: str
    seq: int
    server_s: float
    reset: bool
    sets: dict[str, Value]
    dels: list[str]


class Refusal(msgspec.Struct, frozen=True, tag="refusal"):
    """The server cannot do what was asked; `reason` says why and what would work."""

    reason: str


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The first word of a viewer; one that returns tells the `session` and `since`, the last seq it has."""

    protocol: int
    session: str | None = None
    since: int | None = None


class Ack(msgspec.Struct, frozen=True, tag="ack"):
    """The viewer has applied the update `seq`."""

    seq: int


class Play(msgspec.Struct, frozen=True, tag="play"):
    """Let the clock run; from the start if it stands at the end."""


class Pause(msgspec.Struct, frozen=True, tag="pause"):
    """Let the clock stand."""


class SetSpeed(msgspec.Struct, frozen=True, tag="speed"):
    """Run at `speed` simulated seconds a second."""

    speed: Annotated[float, msgspec.Meta(ge=SLOWEST, le=FASTEST)]


class Seek(msgspec.Struct, frozen=True, tag="seek"):
    """Jump to `sim_s`; past either end means that end."""

    sim_s: float


Command: TypeAlias = Play | Pause | SetSpeed | Seek
FromViewer: TypeAlias = Hello | Ack | Command
FromServer: TypeAlias = Update | Refusal

_encoder = msgspec.json.Encoder()
_from_viewer: msgspec.json.Decoder[FromViewer] = msgspec.json.Decoder(FromViewer)
_from_server: msgspec.json.Decoder[FromServer] = msgspec.json.Decoder(FromServer)


def encode(message: FromViewer | FromServer) -> bytes:
    """The message as UTF-8 JSON."""
    return _encoder.encode(message)


def decode_from_viewer(data: bytes | str) -> FromViewer:
    """The message a viewer sent; raises msgspec.DecodeError, which names the faulty field."""
    return _from_viewer.decode(data)


def decode_from_server(data: bytes | str) -> FromServer:
    """The message a server sent; raises msgspec.DecodeError, which names the faulty field."""
    return _from_server.decode(data)
