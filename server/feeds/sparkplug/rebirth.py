"""Asking a node to be born again, not more often than it can bear."""

from __future__ import annotations

from server.feeds.feed import Reply
from server.feeds.sparkplug.datatypes import BOOLEAN_TYPE, wire_value
from server.feeds.sparkplug.payload import Metric, Payload, encode_payload
from server.feeds.sparkplug.topic import NAMESPACE, Topic

REBIRTH = "Node Control/Rebirth"


class Rebirths:
    """Requests by node, of at most `most` nodes; the one that was asked longest ago is forgotten."""

    def __init__(self, every_ms: int, most: int) -> None:
        self._every_ms = every_ms
        self._most = most
        self._asked_ms: dict[str, int] = {}

    def ask(self, topic: Topic, now_ms: int) -> tuple[Reply, ...]:
        """The request, none when the node was asked shortly before."""
        asked_ms = self._asked_ms.get(topic.edge)
        if asked_ms is not None and 0 <= now_ms - asked_ms < self._every_ms:
            return ()
        self._asked_ms.pop(topic.edge, None)
        self._asked_ms[topic.edge] = now_ms
        if len(self._asked_ms) > self._most:
            del self._asked_ms[next(iter(self._asked_ms))]
        return (rebirth_request(topic, now_ms),)


def rebirth_request(topic: Topic, now_ms: int) -> Reply:
    """The command to the node of `topic` to tell its birth and those of its devices."""
    metric = Metric(
        name=REBIRTH, timestamp_ms=now_ms, datatype=BOOLEAN_TYPE, value=wire_value(True, BOOLEAN_TYPE)
    )
    payload = encode_payload(Payload(timestamp_ms=now_ms, metrics=(metric,)))
    return Reply(f"{NAMESPACE}/{topic.group}/NCMD/{topic.node}", payload)
