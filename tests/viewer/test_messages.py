"""What one side encodes the other decodes; what no side may say is refused with the field's name."""

from pathlib import Path

import msgspec
import pytest

import viewer
from viewer.messages import (
    PROTOCOL,
    Ack,
    Clock,
    Hello,
    Motion,
    Pause,
    Play,
    Seek,
    SetSpeed,
    Track,
    Update,
    decode_from_server,
    decode_from_viewer,
    encode,
)
from viewer.wire_types import typescript

CLOCK = Clock(sim_s=1.5, at_s=2.0, speed=1.0, playing=True, duration_s=60.0)
TRACK = Track(
    (Motion("walk", 0.0, 4.0, ((0.0, 0.0), (4.0, 0.0))), Motion("wait", 4.0, 5.0, ((4.0, 0.0),), "face"))
)


@pytest.mark.parametrize(
    "message", [Hello(PROTOCOL), Hello(PROTOCOL, "s", 7), Ack(3), Play(), Pause(), SetSpeed(4.0), Seek(12.5)]
)
def test_viewer_messages_survive_the_wire(message: Hello | Ack | Play | Pause | SetSpeed | Seek) -> None:
    assert decode_from_viewer(encode(message)) == message


def test_an_update_survives_the_wire() -> None:
    update = Update("s", 4, 10.0, False, {"clock": CLOCK, "agent/P1": TRACK}, ["agent/P2"])
    assert decode_from_server(encode(update)) == update


def test_what_a_motion_does_not_have_costs_no_bytes() -> None:
    assert msgspec.json.encode(TRACK.motions[0]) == (
        b'{"state":"walk","start_s":0.0,"end_s":4.0,"path":[[0.0,0.0],[4.0,0.0]]}'
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ('{"type":"speed","speed":65}', "<= 64"),
        ('{"type":"speed","speed":0}', ">= 0.25"),
        ('{"type":"seek","sim_s":"soon"}', r"\$.sim_s"),
        ('{"type":"shout"}', "Invalid value 'shout'"),
        ("not json", "malformed"),
    ],
)
def test_a_wrong_message_is_refused_with_its_fault(data: str, says: str) -> None:
    with pytest.raises(msgspec.MsgspecError, match=says):
        decode_from_viewer(data)


def test_the_browser_checks_against_the_same_messages() -> None:
    kept = Path(viewer.__file__).parent / "web" / "src" / "messages.d.ts"
    assert kept.read_text() == typescript(), "run: python -m viewer.wire_types > viewer/web/src/messages.d.ts"
