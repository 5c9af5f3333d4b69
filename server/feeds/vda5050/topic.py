"""The topic of a VDA 5050 message: interfaceName/majorVersion/manufacturer/serialNumber/topic."""

from __future__ import annotations

from typing import NamedTuple

from server.feeds.vda5050.telegrams import Header

MAJORS = ("v2", "v3")


class Topic(NamedTuple):
    """Who tells what; `major` is 2 or 3."""

    major: int
    manufacturer: str
    serial: str
    kind: str


def read_topic(address: str) -> Topic:
    """The parts of an MQTT topic. Raises ValueError for one that is no VDA 5050 topic of a version known here."""
    parts = address.rsplit("/", 4)
    if len(parts) != 5 or not all(parts):
        raise ValueError(
            f"topic '{address[:200]}' is not interfaceName/majorVersion/manufacturer/serialNumber/topic"
        )
    _, major, manufacturer, serial, kind = parts
    if major not in MAJORS:
        raise ValueError(f"majorVersion '{major[:20]}' of the topic is none of {', '.join(MAJORS)}")
    return Topic(int(major[1:]), manufacturer, serial, kind)


def checked_header(header: Header, topic: Topic) -> None:
    """Raises ValueError where the header tells another vehicle or version than the topic, which is guarded."""
    for name, told, expected in (
        ("manufacturer", header.manufacturer, topic.manufacturer),
        ("serialNumber", header.serial_number, topic.serial),
    ):
        if told != expected:
            raise ValueError(
                f"{name} '{told[:60]}' is not '{expected[:60]}' of the topic: set one as the other"
            )
    major, dot, _ = header.version.partition(".")
    if dot and major.isascii() and major.isdigit() and major != str(topic.major):
        raise ValueError(
            f"version '{header.version[:20]}' is not {topic.major}.x of the topic: set one as the other"
        )
