"""What a host knows of an edge node between its birth and its death (Sparkplug 3.0, chapter 5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from server.feeds.sparkplug.payload import STRING, Metric

UNIT_PROPERTY = "engUnit"
SEQUENCE_LENGTH = 256


class Known(NamedTuple):
    """A metric as its birth told it."""

    name: str
    datatype: int | None
    unit: str | None


class Birth:
    """The metrics of a node or device, by name and alias. Raises ValueError for one without a name."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._of_name: dict[str, Known] = {}
        self._of_alias: dict[int, Known] = {}
        for metric in metrics:
            if not metric.name:
                raise ValueError(
                    f"a metric (alias {metric.alias}) of a birth has no name: every one needs it there"
                )
            known = Known(metric.name, metric.datatype, unit_of(metric))
            self._of_name[metric.name] = known
            if metric.alias is not None:
                self._of_alias[metric.alias] = known

    def named(self, metric: Metric) -> Metric | None:
        """The metric with what the birth told of it filled in; None for one that the birth did not have."""
        known = self._of_name.get(metric.name) if metric.name else self._of_alias.get(_alias(metric))
        if known is None:
            return None
        datatype = known.datatype if metric.datatype is None else metric.datatype
        return replace(metric, name=known.name, datatype=datatype)

    def unit_of(self, metric: Metric) -> str | None:
        """The unit that a metric tells, else the one that its birth told."""
        known = self._of_name.get(metric.name or "")
        return unit_of(metric) or (None if known is None else known.unit)


@dataclass
class Session:
    """A node that is born: its `bd_seq`, the newest `seq`, and births by device, the node's own under ''."""

    bd_seq: int | None
    seq: int
    births: dict[str, Birth] = field(default_factory=dict)

    def follows(self, seq: int) -> bool:
        """Whether no message was missed before this one; one that comes twice misses nothing."""
        step = (seq - self.seq) % SEQUENCE_LENGTH
        self.seq = seq
        return step in (0, 1)


def unit_of(metric: Metric) -> str | None:
    """The unit that the metric itself tells."""
    told = metric.properties.get(UNIT_PROPERTY)
    if told is None or told.field != STRING or not isinstance(told.held, str):
        return None
    return told.held.strip() or None


def _alias(metric: Metric) -> int:
    return -1 if metric.alias is None else metric.alias
