"""The feeds of a twin's file, set up, started and stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from server.feeds.decoders import make_decoder
from server.feeds.feed import Decoder, Message
from server.feeds.folder import Folder
from server.feeds.handing_over import hand_over
from server.feeds.http_pull import HttpPull
from server.feeds.mqtt.feed import MqttFeed
from server.feeds.mqtt.settings import MqttSettings
from server.intake.intake import Intake, Receipt
from server.twin.twin_file import Feed, FolderFeed, PullFeed, PushFeed
from spatial.errors import BadDataError


class Feeds:
    """All feeds of one process. Raises BadDataError for one whose options are wrong."""

    def __init__(
        self, settings: Sequence[Feed], *, site: str, intake: Intake, folder: Path, now_ms: Callable[[], int]
    ) -> None:
        self._settings = {feed.name: feed for feed in settings}
        self._site, self._intake, self._now_ms = site, intake, now_ms
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._pushed: dict[str, tuple[Decoder, threading.Lock]] = {}
        self.mqtt: dict[str, MqttFeed] = {}
        for feed in settings:
            if isinstance(feed, MqttSettings):
                self.mqtt[feed.name] = MqttFeed(feed, intake, now_ms=now_ms)
            elif isinstance(feed, PushFeed):
                self._pushed[feed.name] = (self._decoder(feed), threading.Lock())
            elif isinstance(feed, FolderFeed):
                taken = Folder(feed.folder, self._decoder(feed), intake, now_ms=now_ms)
                self._threads.append(self._thread(feed.name, taken.run))
            else:
                pull = HttpPull(
                    feed.pull,
                    self._decoder(feed),
                    intake,
                    cursor_path=folder / f"{feed.name}.cursor.json",
                    now_ms=now_ms,
                )
                self._threads.append(self._thread(feed.name, pull.run))

    def start(self) -> None:
        """Let all of them in."""
        for thread in self._threads:
            thread.start()
        for feed in self.mqtt.values():
            feed.start()

    def stop(self) -> None:
        """Finish what has come and end."""
        self._stop.set()
        for feed in self.mqtt.values():
            feed.stop()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(10)

    def push(self, name: str, body: bytes) -> Receipt:
        """Take a document that was posted; it is durable when this returns. Raises KeyError for no such feed."""
        decoder, lock = self._pushed[name]
        message = Message(f"/api/feeds/{name}", body, self._now_ms())
        with lock:
            decoded = decoder.decode(message)
        receipt = hand_over(self._intake, decoded, message, name)
        if decoded.refused and not decoded.events:
            raise BadDataError(decoded.refused[0].reason)
        return receipt

    @property
    def pushed(self) -> tuple[str, ...]:
        """The names of feeds that documents are posted to."""
        return tuple(self._pushed)

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish an alert through the first broker. Raises OSError where there is none, or it is full."""
        for feed in self.mqtt.values():
            try:
                feed.publish(topic, payload)
            except Exception as error:
                raise OSError(str(error)) from error
            return
        raise OSError("no MQTT feed is set up: alerts cannot be published")

    def decoder_for(self, name: str) -> Decoder | None:
        """A fresh decoder of a feed, for its dead letters; None for no such feed."""
        feed = self._settings.get(name)
        return None if feed is None else self._decoder(feed)

    def _decoder(self, feed: MqttSettings | FolderFeed | PullFeed | PushFeed) -> Decoder:
        site = feed.site if isinstance(feed, MqttSettings) else self._site
        return make_decoder(feed.decoder, name=feed.name, site=site, options=feed.options)

    def _thread(self, name: str, run: Callable[[threading.Event], None]) -> threading.Thread:
        return threading.Thread(target=run, args=(self._stop,), name=f"feed-{name}", daemon=True)
