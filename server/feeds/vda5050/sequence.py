"""Header ids of vehicles: how many messages were missed, and which came late."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Sequence:
    """Of one topic of one vehicle: the newest header, and what was counted."""

    header_id: int
    told_ms: int
    missed: int = 0
    late: int = 0


class Sequences:
    """Sequences by topic, at most `most`: the one that was silent longest is forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of: dict[str, Sequence] = {}

    def heard(self, topic: str, header_id: int, told_ms: int) -> Sequence:
        """Count a message in. An id not above the newest is late if its time is, else the vehicle restarted."""
        known = self._of.pop(topic, None)
        if known is None:
            known = Sequence(header_id, told_ms)
        elif header_id > known.header_id:
            known.missed += header_id - known.header_id - 1
            known.header_id, known.told_ms = header_id, max(told_ms, known.told_ms)
        elif told_ms > known.told_ms:
            known.header_id, known.told_ms = header_id, told_ms
        else:
            known.late += 1
        self._of[topic] = known
        if len(self._of) > self._most:
            del self._of[next(iter(self._of))]
        return known

    def all(self) -> dict[str, Sequence]:
        """By topic."""
        return dict(self._of)
