"""A Sparkplug B host: births, data and deaths of edge nodes and devices as live events.

Readings of a device have the source SOURCE/GROUP/NODE/DEVICE, and its life is told of `feed/` that: so all that
hangs on a node is stale, not gone, when the node dies.
"""

from __future__ import annotations

from collections.abc import Mapping

from layouts.live.events import Body, LinkChanged, LiveEvent
from server.feeds.feed import Decoded, Decoder, Message, Refused, Reply, derived_id
from server.feeds.link_times import LinkTimes
from server.feeds.sparkplug.payload import Metric, Payload, decode_payload
from server.feeds.sparkplug.readings import reading_of
from server.feeds.sparkplug.rebirth import Rebirths
from server.feeds.sparkplug.session import SEQUENCE_LENGTH, Birth, Session
from server.feeds.sparkplug.settings import SparkplugSettings
from server.feeds.sparkplug.topic import Topic, read_topic
from spatial.model_yaml import validated

BD_SEQ = "bdSeq"
LATEST_MS = 1 << 53
"""Times beyond are no times."""


class SparkplugDecoder:
    """Reads what nodes tell, in order; commands and the states of hosts tell nothing here."""

    def __init__(self, settings: SparkplugSettings) -> None:
        self._settings = settings
        self._sessions: dict[str, Session] = {}
        self._links = LinkTimes(settings.most_nodes + settings.most_devices)
        self._rebirths = Rebirths(round(1000 * settings.rebirth_every_s), settings.most_nodes)

    def decode(self, message: Message) -> Decoded:
        """What a message tells, and a rebirth request where something before it was missed."""
        replies: list[Reply] = []
        try:
            topic = read_topic(message.address)
            if topic is None or topic.kind in ("NCMD", "DCMD"):
                return Decoded()
            payload = _checked(decode_payload(message.payload))
            told = self._told(topic, payload, message, replies)
        except ValueError as error:
            return Decoded(refused=(Refused(str(error), message.payload),), replies=tuple(replies))
        return Decoded(told.events, told.refused, tuple(replies))

    def _told(self, topic: Topic, payload: Payload, message: Message, replies: list[Reply]) -> Decoded:
        match topic.kind:
            case "NBIRTH":
                return self._node_birth(topic, payload, message)
            case "NDEATH":
                return self._node_death(topic, payload, message)
            case "DBIRTH":
                return self._device_birth(topic, payload, message, replies)
            case "DDEATH":
                return self._device_death(topic, payload, message, replies)
        return self._data(topic, payload, message, replies)

    def _node_birth(self, topic: Topic, payload: Payload, message: Message) -> Decoded:
        birth = Birth(payload.metrics)
        if topic.edge not in self._sessions and len(self._sessions) >= self._settings.most_nodes:
            raise ValueError(
                f"{topic.edge} is one node more than {self._settings.most_nodes}: raise most_nodes"
            )
        self._sessions[topic.edge] = Session(_bd_seq(payload), _seq(payload), {"": birth})
        return self._born(topic, payload, message, birth)

    def _device_birth(
        self, topic: Topic, payload: Payload, message: Message, replies: list[Reply]
    ) -> Decoded:
        session = self._session(topic, payload, message, replies)
        birth = Birth(payload.metrics)
        if topic.device not in session.births and len(session.births) > self._settings.most_devices:
            raise ValueError(
                f"{topic.name} is one more than {self._settings.most_devices}: raise most_devices"
            )
        session.births[topic.device] = birth
        return self._born(topic, payload, message, birth)

    def _born(self, topic: Topic, payload: Payload, message: Message, birth: Birth) -> Decoded:
        told_ms = message.arrived_ms if payload.timestamp_ms is None else payload.timestamp_ms
        up = self._link(
            topic, LinkChanged(True, "born"), (payload.timestamp_ms, payload.seq), told_ms, message
        )
        events, refused, _ = self._readings(topic, payload, message, birth)
        return Decoded((up, *events), refused)

    def _data(self, topic: Topic, payload: Payload, message: Message, replies: list[Reply]) -> Decoded:
        session = self._session(topic, payload, message, replies)
        birth = session.births.get(topic.device)
        if birth is None:
            replies += self._rebirths.ask(topic, message.arrived_ms)
            raise ValueError(
                f"{topic.name} tells data before its birth: a rebirth is asked for, then replay this"
            )
        events, refused, misses = self._readings(topic, payload, message, birth)
        if misses:
            replies += self._rebirths.ask(topic, message.arrived_ms)
        return Decoded(events, refused)

    def _device_death(
        self, topic: Topic, payload: Payload, message: Message, replies: list[Reply]
    ) -> Decoded:
        session = self._session(topic, payload, message, replies)
        session.births.pop(topic.device, None)
        told_ms = message.arrived_ms if payload.timestamp_ms is None else payload.timestamp_ms
        key = ("death", payload.timestamp_ms, payload.seq)
        return Decoded((self._link(topic, LinkChanged(False, "died"), key, told_ms, message),))

    def _node_death(self, topic: Topic, payload: Payload, message: Message) -> Decoded:
        """A will is written at the connection: it is dated by its arrival, and one of an older connection is void."""
        bd_seq = _bd_seq(payload)
        session = self._sessions.get(topic.edge)
        if session is not None and bd_seq != session.bd_seq:
            return Decoded()
        born = sorted(session.births) if session is not None else [""]
        self._sessions.pop(topic.edge, None)
        key, reason = ("death", bd_seq), f"node {topic.edge} died"
        return Decoded(
            tuple(
                self._link(
                    topic._replace(device=one), LinkChanged(False, reason), key, message.arrived_ms, message
                )
                for one in born
            )
        )

    def _session(self, topic: Topic, payload: Payload, message: Message, replies: list[Reply]) -> Session:
        """The session of a born node, its sequence moved on. Raises ValueError before the node's birth."""
        seq = _seq(payload)
        session = self._sessions.get(topic.edge)
        if session is None:
            replies += self._rebirths.ask(topic, message.arrived_ms)
            raise ValueError(f"node {topic.edge} is not born yet: a rebirth is asked for, then replay this")
        if not session.follows(seq):
            replies += self._rebirths.ask(topic, message.arrived_ms)
        return session

    def _readings(
        self, topic: Topic, payload: Payload, message: Message, birth: Birth
    ) -> tuple[tuple[LiveEvent, ...], tuple[Refused, ...], int]:
        """Events, refusals, and how many metrics the birth did not have."""
        events: dict[str, LiveEvent] = {}
        reasons: list[str] = []
        misses = 0
        for told in payload.metrics:
            metric = birth.named(told)
            if metric is None:
                misses += 1
                reasons.append(
                    f"metric {_shown(told)} was not in the birth of {topic.name}: a rebirth is asked for"
                )
                continue
            try:
                one = reading_of(metric, topic, birth, payload, message.arrived_ms, self._settings)
            except ValueError as error:
                reasons.append(str(error))
                continue
            if one is not None:
                event = self._live(topic, one.entity, one.happened_ms, one.body, metric.name)
                events[event.id] = event
        return tuple(events.values()), _letter(reasons, message), misses

    def _link(
        self, topic: Topic, body: LinkChanged, key: tuple[object, ...], told_ms: int, message: Message
    ) -> LiveEvent:
        happened_ms = self._links.happened_ms(topic.name, key, told_ms, arrived_ms=message.arrived_ms)
        entity = f"feed/{self._settings.source}/{topic.name}"
        return self._live(topic, entity, happened_ms, body, "link", *key)

    def _live(self, topic: Topic, entity: str, happened_ms: int, body: Body, *parts: object) -> LiveEvent:
        source = f"{self._settings.source}/{topic.name}"
        value = getattr(body, "value", "")
        return LiveEvent(
            id=derived_id(self._settings.source, topic.name, entity, happened_ms, *parts, value),
            site=self._settings.site,
            source=source,
            entity=entity,
            happened_ms=happened_ms,
            body=body,
        )


def make_decoder(*, name: str, site: str, options: Mapping[str, object]) -> Decoder:
    """The decoder of the feed `name`. Raises BadDataError, which names the faulty option."""
    settings = validated(
        {**options, "site": site, "source": name}, SparkplugSettings, source=f"feed '{name}'"
    )
    return SparkplugDecoder(settings)


def _checked(payload: Payload) -> Payload:
    for told_ms in (payload.timestamp_ms, *(metric.timestamp_ms for metric in payload.metrics)):
        if told_ms is not None and told_ms > LATEST_MS:
            raise ValueError(f"timestamp {told_ms} is no time: give milliseconds since 1970 in UTC")
    return payload


def _seq(payload: Payload) -> int:
    if payload.seq is None or payload.seq >= SEQUENCE_LENGTH:
        raise ValueError(
            f"seq {payload.seq} is not within 0 and {SEQUENCE_LENGTH - 1}: every message but NDEATH needs it"
        )
    return payload.seq


def _bd_seq(payload: Payload) -> int:
    told = next((metric.value for metric in payload.metrics if metric.name == BD_SEQ), None)
    if told is None or not isinstance(told.held, int):
        raise ValueError(f"metric {BD_SEQ} is missing: births and deaths of a node need it")
    return told.held


def _letter(reasons: list[str], message: Message) -> tuple[Refused, ...]:
    """One letter for a payload: a replay tells all of it again, and what was taken already is known."""
    if not reasons:
        return ()
    more = f"; and {len(reasons) - 5} more" if len(reasons) > 5 else ""
    return (Refused("; ".join(reasons[:5]) + more, message.payload),)


def _shown(metric: Metric) -> str:
    return f"'{metric.name[:60]}'" if metric.name else f"of alias {metric.alias}"
