"""Alerts by MQTT and as lines of the log."""

from __future__ import annotations

import logging
from typing import Protocol

from layouts.live.events import AlertChanged, Recorded, encode_event
from server.alerts.outputs.settings import MqttOutput

log = logging.getLogger(__name__)

_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "critical": logging.ERROR}


class Publish(Protocol):
    """What an MQTT transport gives: it raises OSError when the broker did not take the message."""

    def __call__(self, topic: str, payload: bytes) -> None:
        """Publish and return once the broker has it."""


class Mqtt:
    """Publishes to one topic's pattern."""

    def __init__(self, output: MqttOutput, publish: Publish) -> None:
        self._output = output
        self._publish = publish

    def send(self, recorded: Recorded) -> bool:
        """Publish a step; False when the broker did not take it."""
        event, body = recorded.event, recorded.event.body
        if not isinstance(body, AlertChanged):
            return True
        names = {"site": event.site, "rule": body.rule, "severity": body.severity, "step": body.step}
        topic = self._output.topic.format_map({key: _one_level(name) for key, name in names.items()})
        try:
            self._publish(topic, encode_event(event))
        except OSError as error:
            log.warning("mqtt %s: alert %s waits: %s", self._output.name, event.id, error)
            return False
        return True


class LogLine:
    """Writes a line."""

    def send(self, recorded: Recorded) -> bool:
        """Write a step."""
        event, body = recorded.event, recorded.event.body
        if isinstance(body, AlertChanged):
            log.log(
                _LEVELS[body.severity],
                "alert %s %s at %s: %s",
                body.step,
                event.entity,
                event.site,
                body.text,
            )
        return True


def _one_level(name: str) -> str:
    """A name as one level of a topic: what parts levels or is for subscribing becomes a dash."""
    return "".join("-" if sign in "/+#\0" else sign for sign in name)
