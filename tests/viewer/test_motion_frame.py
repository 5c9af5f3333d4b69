"""Binary frames: what is packed is what comes out, to half a centimetre, here and in the browser."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.messages import Update
from viewer.motion_frame import (
    FARTHEST_M,
    LONGEST_MS,
    STATES,
    LiveMotion,
    decode_frame,
    encode_frame,
    pack,
    unpack,
)

FRAME = Path(__file__).parents[2] / "viewer/web/tests/motion_frame.json"

metres = st.floats(-100_000, 100_000)
motions = st.builds(
    LiveMotion,
    number=st.integers(0, 2**32 - 1), start_ms=st.integers(0, 2**31), end_ms=st.integers(0, 2**31),
    state=st.integers(0, len(STATES) - 1), level=st.integers(0, 255), x0=metres, y0=metres, x1=metres, y1=metres,
).filter(lambda motion: motion.end_ms >= motion.start_ms)  # fmt: skip


def update() -> Update:
    return Update(session="s", seq=7, server_s=1.5, reset=False, sets={}, dels=["agent/é"])


@given(motions)
def test_a_motion_ends_where_it_ends_to_half_a_centimetre(motion: LiveMotion) -> None:
    told = unpack(pack(motion))
    assert (told.number, told.end_ms, told.state, told.level) == (
        motion.number, motion.end_ms, motion.state, motion.level,
    )  # fmt: skip
    assert told.x1 == pytest.approx(motion.x1, abs=0.0061)
    assert told.y1 == pytest.approx(motion.y1, abs=0.0061)


@given(motions)
def test_what_fits_starts_where_it_starts_to_a_millimetre(motion: LiveMotion) -> None:
    fits = (
        motion.end_ms - motion.start_ms <= LONGEST_MS
        and max(abs(motion.x1 - motion.x0), abs(motion.y1 - motion.y0)) <= FARTHEST_M
    )
    told = unpack(pack(motion))
    expected = (motion.start_ms, motion.x0, motion.y0) if fits else (motion.end_ms, motion.x1, motion.y1)
    assert (told.start_ms, told.x0, told.y0) == pytest.approx(expected, abs=0.00051)


def test_a_frame_holds_its_motions_and_its_update() -> None:
    motion = LiveMotion(12, 1_000, 2_000, 0, 1, 1.5, -2.0, 2.25, -2.5)
    told, message = decode_frame(encode_frame([pack(motion)] * 3, update()))
    assert (told, message) == ([motion] * 3, update())


@pytest.mark.parametrize("frame", [b"", b"ATWF", b"XXXX\1\1" + bytes(6), b"ATWF\2\1" + bytes(6)])
def test_what_is_no_frame_is_refused(frame: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_frame(frame)


def test_a_frame_that_counts_more_than_it_holds_is_refused() -> None:
    frame = bytearray(encode_frame([], update()))
    frame[8:12] = (2**32 - 1).to_bytes(4, "little")
    with pytest.raises(msgspec.DecodeError, match="4294967295 motions"):
        decode_frame(bytes(frame))


def test_the_browsers_tests_read_the_frame_that_is_written_here() -> None:
    record = json.loads(FRAME.read_text(encoding="utf-8"))
    told = [LiveMotion(**motion) for motion in record["motions"]]
    message = Update(**{**record["update"], "sets": {}})
    assert encode_frame(map(pack, told), message).hex() == record["frame"]
