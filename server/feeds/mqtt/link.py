"""The connection to a broker: one thread connects, subscribes, reads, acknowledges, and connects again.

paho's own thread is not used: acknowledgements are sent by the thread that reads, for only it knows on which
connection a message came.
"""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from paho.mqtt.client import Client, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from server.feeds.backoff import Backoff
from server.feeds.mqtt.acks import Acks, Ticket
from server.feeds.mqtt.settings import MqttSettings
from server.feeds.mqtt.tls import holds_more, tls_context
from spatial.errors import AisletwinError

log = logging.getLogger(__name__)

QUIET_S = 0.5
READS_AT_ONCE = 64
MOST_WAITING_REPLIES = 10_000
NEW_SUBSCRIPTIONS_ONLY = 1
"""Retain handling of MQTT 5.0, 3.8.3.1: a session that goes on is not sent the retained messages again."""


class Arrival(NamedTuple):
    """A message as it came; call `done`, from any thread, once what it tells is on disk.

    One that `is_kept` comes again until then.
    """

    topic: str
    payload: bytes
    is_retained: bool
    is_kept: bool
    done: Callable[[], None]


class Presence(NamedTuple):
    """What is told, retained, of this client while it is connected, and by the broker once it is not."""

    topic: str
    birth: bytes
    death: bytes


class PublishFullError(AisletwinError):
    """Too many messages wait for a broker that does not take them."""


class MqttLink:
    """Holds the connection. `on_arrival` and `on_link(is_up, reason)` are called from its thread and return soon."""

    def __init__(
        self,
        settings: MqttSettings,
        *,
        on_arrival: Callable[[Arrival], None],
        on_link: Callable[[bool, str], None],
        presence: Callable[[], Presence] | None = None,
        random: Random | None = None,
    ) -> None:
        """`presence` is asked before each connection."""
        self._settings = settings
        self._new_presence = presence
        self._presence: Presence | None = None
        self._on_arrival, self._on_link = on_arrival, on_link
        self._backoff = Backoff(
            first_s=settings.first_retry_s, longest_s=settings.longest_retry_s, random=random
        )
        self._client = self._new_client()
        self._acks = Acks()
        self._done: deque[tuple[Acks, Ticket]] = deque()
        self._is_up: bool | None = None
        self._arrived = 0
        self._subscribing: int | None = None
        self._stopping = threading.Event()
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)
        self._thread = threading.Thread(target=self._run, name=f"mqtt-{settings.name}", daemon=True)

    def start(self) -> None:
        """Connect, and stay connected until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Acknowledge what is done, say goodbye and end; the broker keeps the session."""
        self._stopping.set()
        self._wake()
        self._thread.join()
        self._wake_reader.close()
        self._wake_writer.close()

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Publish, from any thread; while the link is down it waits in memory. Raises PublishFullError."""
        info = self._client.publish(topic, payload, qos=qos, retain=retain)
        if info.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            raise PublishFullError(
                f"{MOST_WAITING_REPLIES} messages wait for {self._where}: see why it takes none"
            )
        self._wake()

    @property
    def is_up(self) -> bool:
        """Whether it is connected and subscribed."""
        return bool(self._is_up)

    @property
    def _where(self) -> str:
        return f"{self._settings.host}:{self._settings.at_port}"

    def _new_client(self) -> Client:
        settings = self._settings
        is_5 = settings.protocol == "5"
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            clean_session=None if is_5 else False,
            protocol=MQTTv5 if is_5 else MQTTv311,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = settings.connect_timeout_s
        client.max_queued_messages_set(MOST_WAITING_REPLIES)
        if settings.user is not None:
            client.username_pw_set(settings.user, settings.password.read() if settings.password else None)
        if settings.tls is not None:
            client.tls_set_context(tls_context(settings.tls))
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._came
        client.on_disconnect = self._disconnected
        # with this set, a publish of another thread is only queued: this thread writes
        client.on_socket_register_write = lambda *_: self._wake()
        return client

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._connect()
                self._serve()
            except (OSError, ValueError) as error:
                self._tell(False, f"{self._where} cannot be reached: {error}")
            if not self._stopping.is_set():
                self._stopping.wait(self._backoff.wait_s())

    def _connect(self) -> None:
        settings = self._settings
        self._acks = Acks()  # what came before is handed over again, and acknowledged then
        if self._new_presence is not None:
            self._presence = self._new_presence()
            self._client.will_set(self._presence.topic, self._presence.death, qos=1, retain=True)
        if settings.protocol == "5":
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = settings.session_expiry_s
            properties.ReceiveMaximum = settings.window
            self._client.connect(
                settings.host,
                settings.at_port,
                settings.keepalive_s,
                clean_start=False,
                properties=properties,
            )
        else:
            self._client.connect(settings.host, settings.at_port, settings.keepalive_s)

    def _serve(self) -> None:
        """Read and write until the connection ends."""
        sock: Any = self._client.socket()
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_reader, selectors.EVENT_READ)
            selector.register(sock, selectors.EVENT_READ)
            while self._is_on(sock):
                writes = selectors.EVENT_WRITE if self._client.want_write() else 0
                selector.modify(sock, selectors.EVENT_READ | writes)
                ready = {key.fileobj for key, _ in selector.select(0 if holds_more(sock) else QUIET_S)}
                if self._wake_reader in ready:
                    self._wake_reader.recv(4096)
                if sock in ready or holds_more(sock):
                    self._read()
                self._acknowledge()
                if self._stopping.is_set():
                    self._say_goodbye()
                self._client.loop_write()
                self._client.loop_misc()

    def _say_goodbye(self) -> None:
        if self._presence is not None:
            self._client.publish(self._presence.topic, self._presence.death, qos=1, retain=True)
            self._presence = None
        self._client.disconnect()

    def _is_on(self, sock: object) -> bool:
        return sock is not None and self._client.socket() is sock

    def _read(self) -> None:
        for _ in range(READS_AT_ONCE):
            before = self._arrived
            self._client.loop_read()
            if self._arrived == before or self._client.socket() is None:
                return

    def _acknowledge(self) -> None:
        while self._done:
            _, ticket = self._done.popleft()
            ticket.is_done = True
        for mid in self._acks.due():
            self._client.ack(mid, 1)

    def _came(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._arrived += 1
        done: Callable[[], None] = _nothing
        if message.qos > 0:
            acks, ticket = self._acks, self._acks.came(message.mid)
            done = lambda: self._finish(acks, ticket)  # noqa: E731
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "a topic that is no UTF-8"
        if message.retain and self._settings.retained == "ignore":
            done()
            return
        self._on_arrival(Arrival(topic, bytes(message.payload), bool(message.retain), message.qos > 0, done))

    def _finish(self, acks: Acks, ticket: Ticket) -> None:
        self._done.append((acks, ticket))
        self._wake()

    def _connected(
        self, client: Client, _userdata: object, _flags: object, code: ReasonCode, _properties: object
    ) -> None:
        if code.is_failure:
            self._tell(False, f"{self._where} refuses the connection: {code}")
            return
        if self._settings.protocol == "5":
            options = SubscribeOptions(qos=1, retainHandling=NEW_SUBSCRIPTIONS_ONLY)
            _, self._subscribing = client.subscribe([(one, options) for one in self._settings.subscriptions])
        else:
            _, self._subscribing = client.subscribe([(one, 1) for one in self._settings.subscriptions])

    def _subscribed(
        self, _client: Client, _userdata: object, mid: int, codes: list[ReasonCode], _properties: object
    ) -> None:
        if mid != self._subscribing:
            return
        faults = [
            f"'{subscription}' ({code})"
            for subscription, code in zip(self._settings.subscriptions, codes, strict=False)
            if code.is_failure
        ]
        if faults:
            self._tell(
                False, f"{self._where} refuses to send {', '.join(faults)}: check the rights of the user"
            )
            return
        if self._presence is not None:
            self._client.publish(self._presence.topic, self._presence.birth, qos=1, retain=True)
        self._backoff.begin_anew()
        self._tell(True, "")

    def _disconnected(
        self, _client: Client, _userdata: object, _flags: object, code: ReasonCode, _properties: object
    ) -> None:
        if not self._stopping.is_set():
            self._tell(False, f"the connection to {self._where} ended: {code}")

    def _tell(self, is_up: bool, reason: str) -> None:
        if is_up == self._is_up:
            return
        self._is_up = is_up
        log.log(
            logging.INFO if is_up else logging.WARNING, "feed %s: %s", self._settings.name, reason or "up"
        )
        self._on_link(is_up, reason)

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # so many wait already that it will wake, or it is closed
            self._wake_writer.send(b"\0")


def _nothing() -> None:
    """A message of QoS 0 has no acknowledgement."""
