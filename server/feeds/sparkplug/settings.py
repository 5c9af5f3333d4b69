"""What a Sparkplug feed needs to know: which metric is which channel of what."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from layouts.live.channels import channel_named, from_base
from layouts.live.events import ENTITY_KINDS
from server.feeds.sparkplug.topic import Topic


class MetricBinding(BaseModel):
    """Metrics whose name fits `metric` of a node or device whose GROUP/NODE[/DEVICE] fits `of` are `channel` of
    `entity`, KIND/NAME with {group}, {node}, {device} and {metric} filled in. * ? [abc] stand for signs, * for / too.

    The property engUnit tells the unit; `unit` holds where it is missing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: Annotated[str, Field(min_length=1, max_length=200)]
    of: Annotated[str, Field(min_length=1, max_length=200)] = "*"
    entity: Annotated[str, Field(min_length=3, max_length=200)]
    channel: str
    unit: str | None = None

    @model_validator(mode="after")
    def _is_known(self) -> MetricBinding:
        kind, _, name = self.entity.partition("/")
        if kind not in ENTITY_KINDS or not name:
            raise ValueError(f"entity '{self.entity}' is not KIND/NAME: kinds are {', '.join(ENTITY_KINDS)}")
        channel = channel_named(self.channel)
        if self.unit is not None:
            from_base(channel, channel.low, self.unit)
        return self

    def fits(self, topic: Topic, metric: str) -> bool:
        """Whether it is about this metric."""
        return fnmatchcase(topic.name, self.of) and fnmatchcase(metric, self.metric)

    def entity_of(self, topic: Topic, metric: str) -> str:
        """The entity of this metric."""
        told = {"group": topic.group, "node": topic.node, "device": topic.device, "metric": metric}
        entity = self.entity
        for name, value in told.items():
            entity = entity.replace("{" + name + "}", value)
        return entity


class SparkplugSettings(BaseModel):
    """Settings of one Sparkplug host. The first of `metrics` that fits holds; metrics that none fits tell nothing.

    A node is asked for a rebirth at most once in `rebirth_every_s`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^/]+$")]
    source: Annotated[str, Field(min_length=1, max_length=60)] = "sparkplug"
    metrics: tuple[MetricBinding, ...] = ()
    rebirth_every_s: Annotated[float, Field(ge=1, le=86_400)] = 60
    most_nodes: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    most_devices: Annotated[int, Field(ge=1, le=100_000)] = 1_000
