"""An MQTT feed as a whole: connection, decoder and pump."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from server.feeds.arrival import RetainedMessage
from server.feeds.decoders import DECODERS, DecoderMaker, make_decoder
from server.feeds.feed import Message, Reply
from server.feeds.mapping.decoder import MappingDecoder, require_reached
from server.feeds.mqtt.link import Arrival, MqttLink, Presence
from server.feeds.mqtt.settings import MqttSettings
from server.feeds.pump import Counts, Pump
from server.intake.intake import Intake


class MqttFeed:
    """Brings what a broker has into `intake`. Raises BadDataError for a bad option, password or certificate."""

    def __init__(
        self,
        settings: MqttSettings,
        intake: Intake,
        *,
        now_ms: Callable[[], int],
        decoders: Mapping[str, DecoderMaker] = DECODERS,
    ) -> None:
        self._now_ms = now_ms
        decoder = make_decoder(
            settings.decoder,
            name=settings.name,
            site=settings.site,
            options=settings.options,
            decoders=decoders,
        )
        if isinstance(decoder, MappingDecoder):
            require_reached(decoder, settings.subscriptions, name=settings.name)
        self._pump = Pump(
            name=settings.name,
            site=settings.site,
            decoder=decoder,
            intake=intake,
            now_ms=now_ms,
            on_reply=self._reply,
        )
        self._link = MqttLink(
            settings,
            on_arrival=self._arrived,
            on_link=self._pump.link_changed,
            presence=None if settings.sparkplug_host is None else self._host_state,
        )
        self._host = settings.sparkplug_host or ""

    def start(self) -> None:
        """Connect and take what comes, until `stop`."""
        self._pump.start()
        self._link.start()

    def stop(self, *, timeout_s: float = 10) -> None:
        """Finish what has come, acknowledge it and end."""
        self._pump.stop(timeout_s=timeout_s)
        self._link.stop()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish an alert or answer at QoS 1, from any thread. Raises PublishFullError."""
        self._link.publish(topic, payload, retain=retain)

    @property
    def is_up(self) -> bool:
        """Whether it is connected and subscribed."""
        return self._link.is_up

    @property
    def counts(self) -> Counts:
        """What it has done since its start."""
        return self._pump.counts

    def _host_state(self) -> Presence:
        from server.feeds.sparkplug.host_state import host_state

        return Presence(*host_state(self._host, now_ms=self._now_ms()))

    def _arrived(self, arrival: Arrival) -> None:
        kind = RetainedMessage if arrival.is_retained else Message
        message = kind(arrival.topic, arrival.payload, self._now_ms())
        self._pump.arrive(message, arrival.done, is_kept=arrival.is_kept)

    def _reply(self, reply: Reply) -> None:
        self._link.publish(reply.address, reply.payload)
