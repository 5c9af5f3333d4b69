"""Acknowledgements of one connection: in the order in which messages came (MQTT 5.0, 4.6), whatever is done first."""

from __future__ import annotations

from collections import deque


class Ticket:
    """A message that waits for its acknowledgement under the packet id `mid`."""

    __slots__ = ("is_done", "mid")

    def __init__(self, mid: int) -> None:
        self.mid = mid
        self.is_done = False


class Acks:
    """What came on one connection and is not acknowledged. A new connection has a new one: after a break the broker
    hands everything over again, and an old packet id may mean another message then.
    """

    def __init__(self) -> None:
        self._waiting: deque[Ticket] = deque()

    def came(self, mid: int) -> Ticket:
        """A message came."""
        ticket = Ticket(mid)
        self._waiting.append(ticket)
        return ticket

    def due(self) -> list[int]:
        """Packet ids that are to be acknowledged now, in order: those done with no other waiting before them."""
        mids: list[int] = []
        while self._waiting and self._waiting[0].is_done:
            mids.append(self._waiting.popleft().mid)
        return mids

    def __len__(self) -> int:
        return len(self._waiting)
