"""Metrics as readings."""

from __future__ import annotations

from typing import NamedTuple

from layouts.live.channels import channel_named, to_base
from layouts.live.events import LONGEST_ID, Reading
from server.feeds.sparkplug.datatypes import plain_value
from server.feeds.sparkplug.payload import Metric, Payload
from server.feeds.sparkplug.session import Birth
from server.feeds.sparkplug.settings import MetricBinding, SparkplugSettings
from server.feeds.sparkplug.topic import Topic


class Told(NamedTuple):
    """A reading of an entity, and when it was taken."""

    entity: str
    happened_ms: int
    body: Reading


def reading_of(
    metric: Metric, topic: Topic, birth: Birth, payload: Payload, arrived_ms: int, settings: SparkplugSettings
) -> Told | None:
    """What a metric with its name tells; None for one that is bound to nothing or is null.

    Raises ValueError for a value that is no number, for a wrong or missing unit, for a historical one without a time
    and for an entity without a name.
    """
    name = metric.name or ""
    binding = next((one for one in settings.metrics if one.fits(topic, name)), None)
    if binding is None or metric.is_null or metric.value is None:
        return None
    entity = binding.entity_of(topic, name)
    if entity.endswith("/"):
        raise ValueError(
            f"entity '{entity}' of metric '{name[:60]}' has no name: {{device}} is empty for a node's own metrics, "
            "bind them with {node} or limit the binding by `of`"
        )
    if len(entity) > LONGEST_ID or not entity.isprintable():
        raise ValueError(f"entity of metric '{name[:60]}' is longer than {LONGEST_ID} printable characters")
    try:
        value = _number(metric, birth, binding)
    except ValueError as error:
        raise ValueError(f"metric '{name[:100]}': {error}") from error
    return Told(entity, _happened_ms(metric, payload, arrived_ms), Reading(binding.channel, value))


def _number(metric: Metric, birth: Birth, binding: MetricBinding) -> float:
    if metric.datatype is None or metric.value is None:
        raise ValueError("its datatype is told neither here nor at birth: every birth needs it")
    value = plain_value(metric.value, metric.datatype)
    if isinstance(value, (str, bytes, bool)):
        raise ValueError(f"{value!r:.60} is no number, {binding.channel} needs one")
    unit = birth.unit_of(metric) or binding.unit
    if unit is None:
        raise ValueError("its unit is not known: tell the property engUnit, or set `unit` of its binding")
    return to_base(channel_named(binding.channel), value, unit)


def _happened_ms(metric: Metric, payload: Payload, arrived_ms: int) -> int:
    if metric.timestamp_ms is not None:
        return metric.timestamp_ms
    if metric.is_historical:
        raise ValueError(f"metric '{(metric.name or '')[:100]}' is historical without a timestamp: tell it")
    return arrived_ms if payload.timestamp_ms is None else payload.timestamp_ms
