"""Topics of Sparkplug B: spBv1.0/GROUP/TYPE/NODE[/DEVICE]."""

from __future__ import annotations

from typing import NamedTuple

NAMESPACE = "spBv1.0"
NODE_TYPES = ("NBIRTH", "NDATA", "NDEATH", "NCMD")
DEVICE_TYPES = ("DBIRTH", "DDATA", "DDEATH", "DCMD")
LONGEST_NAME = 130


class Topic(NamedTuple):
    """Who tells what; `device` is empty for the node itself."""

    group: str
    kind: str
    node: str
    device: str = ""

    @property
    def edge(self) -> str:
        """GROUP/NODE."""
        return f"{self.group}/{self.node}"

    @property
    def name(self) -> str:
        """GROUP/NODE or GROUP/NODE/DEVICE."""
        return f"{self.edge}/{self.device}" if self.device else self.edge


def read_topic(address: str) -> Topic | None:
    """The parts of an MQTT topic, None for a host's STATE. Raises ValueError for any other."""
    parts = address.split("/")
    if parts[:2] == [NAMESPACE, "STATE"]:
        return None
    if len(parts) not in (4, 5) or parts[0] != NAMESPACE or not all(parts):
        raise ValueError(f"topic '{address[:200]}' is not {NAMESPACE}/GROUP/TYPE/NODE[/DEVICE]")
    if parts[2] not in (DEVICE_TYPES if len(parts) == 5 else NODE_TYPES):
        known = ", ".join(DEVICE_TYPES if len(parts) == 5 else NODE_TYPES)
        raise ValueError(f"type '{parts[2][:20]}' of topic '{address[:200]}' is none of {known}")
    topic = Topic(*parts[1:])
    if len(topic.name) > LONGEST_NAME or not topic.name.isprintable():
        raise ValueError(
            f"'{topic.name[:60]}…' is longer than {LONGEST_NAME} printable characters: shorten the names"
        )
    return topic
