"""An edge node as a whole: feeds into a buffer on disk, from there to the central server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from layouts.live.events import LinkChanged, LiveEvent
from server.edge.alarms import LocalAlarms, LocalRule
from server.edge.buffer import EdgeBuffer
from server.edge.forwarder import Forwarder
from server.edge.settings import EdgeSettings
from server.feeds.decoders import DECODERS, DecoderMaker
from server.feeds.feed import derived_id
from server.feeds.mqtt.feed import MqttFeed


class Edge:
    """Subscribes like the twin, keeps what comes, and forwards it in order whenever the link is up.

    `on_alarm` is told of alerts raised while it is down, to sound a horn or publish them near by.
    """

    def __init__(
        self,
        settings: EdgeSettings,
        *,
        now_ms: Callable[[], int],
        rules: Sequence[LocalRule] = (),
        on_alarm: Callable[[LiveEvent], None] | None = None,
        decoders: Mapping[str, DecoderMaker] = DECODERS,
    ) -> None:
        self._settings, self._now_ms = settings, now_ms
        self.alarms = LocalAlarms(rules, source=settings.name, on_alarm=on_alarm)
        self.buffer = EdgeBuffer(
            settings.buffer,
            name=settings.name,
            site=settings.site,
            most_events=settings.most_events,
            now_ms=now_ms,
        )
        self.buffer.on_events = self.alarms.judge
        self.feeds = [MqttFeed(one, self.buffer, now_ms=now_ms, decoders=decoders) for one in settings.feeds]
        self._forwarder = Forwarder(settings.central, self.buffer, on_link=self._link_changed)

    def start(self) -> None:
        """Begin to take and to forward."""
        self._forwarder.start()
        for feed in self.feeds:
            feed.start()

    def stop(self) -> None:
        """Finish what has come and end; what waits is forwarded after the next start."""
        for feed in self.feeds:
            feed.stop()
        self._forwarder.stop()
        self.buffer.close()

    def _link_changed(self, is_up: bool, reason: str) -> None:
        now_ms = self._now_ms()
        name = self._settings.name
        event = LiveEvent(
            id=derived_id(name, "central", now_ms, is_up),
            site=self._settings.site,
            source=name,
            entity=f"feed/{name}",
            happened_ms=now_ms,
            body=LinkChanged(is_up, reason[:1000]),
        )
        self.buffer.submit_with_next([event, *self.alarms.link_changed(is_up)])
