"""Binary frames of the live twin: the motions of many agents in 24 bytes each, then an `Update` as JSON.

Little-endian throughout:

    offset  size
         0     4  magic "ATWF"
         4     1  version 1
         5     1  type 1: motions and update
         6     2  zero
         8     4  count of motions, unsigned
        12    24  each motion: u32 agent's number · u32 start, ms since the clock's epoch · u16 length, ms ·
                  u8 state, index in AgentState · u8 level, index in the facility's levels ·
                  i32 x0, y0, mm · i16 dx, dy, cm
         …        the update, UTF-8 JSON, to the end

So a place is exact to a millimetre where a motion starts and to half a centimetre where it ends.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import NamedTuple, get_args

import msgspec

from viewer.messages import AgentState, FromServer, Update, decode_from_server, encode

MAGIC, VERSION, MOTIONS = b"ATWF", 1, 1
STATES: tuple[AgentState, ...] = get_args(AgentState)

_HEAD = struct.Struct("<4sBBHI")
_MOTION = struct.Struct("<IIHBBiihh")

LONGEST_MS = 2**16 - 1
FARTHEST_M = 327.0


class LiveMotion(NamedTuple):
    """Agent `number` goes straight from (x0, y0) to (x1, y1) [m] on level `level`, `state` an index in STATES.

    Times in ms since the clock's epoch.
    """

    number: int
    start_ms: int
    end_ms: int
    state: int
    level: int
    x0: float
    y0: float
    x1: float
    y1: float


def pack(motion: LiveMotion) -> bytes:
    """The motion's record. What is too far or takes too long for one is told as a stand at its end."""
    start_ms, x0, y0 = motion.start_ms, motion.x0, motion.y0
    dx, dy = motion.x1 - x0, motion.y1 - y0
    if motion.end_ms - start_ms > LONGEST_MS or max(abs(dx), abs(dy)) > FARTHEST_M:
        start_ms, x0, y0, dx, dy = motion.end_ms, motion.x1, motion.y1, 0.0, 0.0
    return _MOTION.pack(
        motion.number,
        start_ms,
        motion.end_ms - start_ms,
        motion.state,
        motion.level,
        round(1000 * x0),
        round(1000 * y0),
        round(100 * dx),
        round(100 * dy),
    )


def unpack(record: bytes) -> LiveMotion:
    """The motion of a record, as exact as it is."""
    number, start_ms, length_ms, state, level, x0_mm, y0_mm, dx_cm, dy_cm = _MOTION.unpack(record)
    x0, y0 = x0_mm / 1000, y0_mm / 1000
    return LiveMotion(
        number, start_ms, start_ms + length_ms, state, level, x0, y0, x0 + dx_cm / 100, y0 + dy_cm / 100
    )


def encode_frame(records: Iterable[bytes], update: Update) -> bytes:
    """The frame of packed motions and an update."""
    motions = b"".join(records)
    head = _HEAD.pack(MAGIC, VERSION, MOTIONS, 0, len(motions) // _MOTION.size)
    return b"".join((head, motions, encode(update)))


def decode_frame(frame: bytes) -> tuple[list[LiveMotion], FromServer]:
    """Motions and message of a frame; raises msgspec.DecodeError for what is none."""
    if len(frame) < _HEAD.size:
        raise msgspec.DecodeError(f"a frame of {len(frame)} bytes, expected at least {_HEAD.size}")
    magic, version, kind, _, count = _HEAD.unpack_from(frame)
    if (magic, version, kind) != (MAGIC, VERSION, MOTIONS):
        raise msgspec.DecodeError(
            f"got a frame {magic!r} version {version} type {kind}, expected {MAGIC!r} {VERSION} {MOTIONS}"
        )
    end = _HEAD.size + count * _MOTION.size
    if end > len(frame):
        raise msgspec.DecodeError(f"a frame of {len(frame)} bytes with {count} motions, which need {end}")
    motions = [unpack(frame[at : at + _MOTION.size]) for at in range(_HEAD.size, end, _MOTION.size)]
    return motions, decode_from_server(frame[end:])
