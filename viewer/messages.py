"""The wire between the server and its viewers, all of it: one websocket with JSON and, live, binary frames.

A viewer's world is a set of keyed entries, the latest wins:

    clock        Clock   where simulation time stands, and how fast it runs; live, the time of day
    agent/NAME   Track   what an agent does now and next, as motions and not as frames
    heat         Heat    blocked seconds so far, on a grid over the floor
    kpi          Kpi     what has been done so far

and of the live twin:

    agent/NAME            LiveAgent   an agent and the number that its motions carry in binary frames
    feed/NAME             Feed        whether a source of events is heard
    sensor/ENTITY/CHANNEL Sensor      what a sensor read last
    location/ID           Seen        what was last seen in a location
    alert/RULE/ABOUT      Alert       what someone should know
    job/ID                Job         long work that somebody asked for
    figures               Figures     how the day stands

Live updates come in binary frames (`viewer/motion_frame.py`): the motions of agents by number, then an `Update`.

The viewer opens with `Hello`; the server answers with one `Update` that holds the present (or, to a viewer
that comes back, what changed since), and further ones as things change. The viewer acknowledges each with
`Ack`; a server keeps at most `ACK_WINDOW` of them under way, so that a slow viewer skips states instead of
falling behind. With `Interest` it asks for less: some layers, or what moves in an area. `Play`, `Pause`,
`SetSpeed` and `Seek` may come from any viewer: the server owns the clock.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, TypeVar

import msgspec

PROTOCOL = 3
ACK_WINDOW = 3
SLOWEST, FASTEST = 0.25, 64.0

AgentState = Literal["walk", "wait", "pick", "drop", "other", "idle"]
"""`other` is work of any other kind: packing, charging, a break, …"""


class Clock(msgspec.Struct, frozen=True, tag="clock"):
    """Simulation time was `sim_s` at the server's time `at_s`; while `playing` it gains `speed` s a second.

    It never passes `duration_s`. Every update carries the server's time, so that a viewer knows the shift
    between its own clock and the server's. With `epoch_ms` second 0 is that time of day, in ms since 1970 in
    UTC. If it `is_live`, nobody can stop it or seek.
    """

    sim_s: float
    at_s: float
    speed: float
    playing: bool
    duration_s: float
    epoch_ms: int | None = None
    is_live: bool = False


class Motion(msgspec.Struct, frozen=True, omit_defaults=True):
    """From `start_s` to `end_s` the agent walks `path` [m] at constant speed, or stands at its one point.

    `level` is the id of the level that it is on; without one it is the facility's lowest.
    """

    state: AgentState
    start_s: float
    end_s: float
    path: tuple[tuple[float, float], ...]
    cause: str | None = None
    blocked_by: str | None = None
    location: str | None = None
    level: str | None = None


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


Freshness = Literal["fresh", "late", "silent", "unknown"]
"""Silent means last seen then, not gone; unknown, that the link behind it is down."""


class LiveAgent(msgspec.Struct, frozen=True, tag="live_agent"):
    """An agent of the live twin; `number` stands for it in binary frames of the same `Update.session`.

    `last_ms` is when it was last heard, told unless it is fresh.
    """

    number: int
    freshness: Freshness
    last_ms: int | None = None
    battery: float | None = None
    order: str | None = None
    faults: tuple[str, ...] = ()


class Feed(msgspec.Struct, frozen=True, tag="feed"):
    """A source of events: whether its link is up (None where it has none); `last_ms` as of `LiveAgent`."""

    is_up: bool | None
    freshness: Freshness
    last_ms: int | None = None
    reason: str = ""


class Sensor(msgspec.Struct, frozen=True, tag="sensor"):
    """What a sensor read last, in `unit`."""

    value: float
    unit: str
    last_ms: int
    freshness: Freshness


class Seen(msgspec.Struct, frozen=True, tag="seen"):
    """What was last told of a location."""

    state: Literal["occupied", "empty", "unseen"]
    last_ms: int
    confidence: float | None = None


class Alert(msgspec.Struct, frozen=True, tag="alert"):
    """An alert that has not been cleared; `options` are what could be done, the best first."""

    rule: str
    about: str
    severity: Literal["info", "warning", "critical"]
    status: Literal["open", "acknowledged", "shelved"]
    since_ms: int
    text: str
    by: str | None = None
    options: tuple[str, ...] = ()


class Job(msgspec.Struct, frozen=True, tag="job"):
    """Long work that `asked_by` asked for; `share` of it is done."""

    kind: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    share: float
    text: str
    asked_by: str


class Figures(msgspec.Struct, frozen=True, tag="figures"):
    """How the live twin stands: `seq` is the log's number, `units_on_hand` by the book."""

    seq: int
    at_ms: int
    agents: int
    orders_open: int
    lines_open: int
    units_on_hand: float
    letters_waiting: int


Value: TypeAlias = (
    Clock | Track | Heat | Kpi | LiveAgent | Feed | Sensor | Seen | Alert | Job | Figures
)  # fmt: skip


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


class Interest(msgspec.Struct, frozen=True, tag="interest"):
    """From now on the viewer wants only this: `layers` are the first words of keys, `area` is x0, y0, x1, y1 [m],
    in which agents move; None for all. The server answers with an `Update` that resets.
    """

    layers: Annotated[tuple[str, ...], msgspec.Meta(max_length=32)] | None = None
    area: tuple[float, float, float, float] | None = None


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
FromViewer: TypeAlias = Hello | Ack | Interest | Command
FromServer: TypeAlias = Update | Refusal

_Message = TypeVar("_Message")
_encoder = msgspec.json.Encoder()
_from_viewer: msgspec.json.Decoder[FromViewer] = msgspec.json.Decoder(FromViewer)
_from_server: msgspec.json.Decoder[FromServer] = msgspec.json.Decoder(FromServer)


def encode(message: FromViewer | FromServer) -> bytes:
    """The message as UTF-8 JSON."""
    return _encoder.encode(message)


def decode_from_viewer(data: bytes | str) -> FromViewer:
    """The message a viewer sent; raises msgspec.DecodeError, which names the faulty field."""
    return _decoded(_from_viewer, data)


def decode_from_server(data: bytes | str) -> FromServer:
    """The message a server sent; raises msgspec.DecodeError, which names the faulty field."""
    return _decoded(_from_server, data)


def _decoded(decoder: msgspec.json.Decoder[_Message], data: bytes | str) -> _Message:
    try:
        return decoder.decode(data)
    except (UnicodeError, RecursionError) as error:
        raise msgspec.DecodeError(f"the message cannot be read: {error}") from error
