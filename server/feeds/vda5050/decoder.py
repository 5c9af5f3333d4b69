"""VDA 5050 2.x and 3.0: state, visualization and connection of vehicles as live events."""

from __future__ import annotations

from collections.abc import Mapping

from layouts.live.events import LONGEST_ID, Body, LiveEvent
from server.feeds.epcis.fields import time_ms
from server.feeds.feed import Decoded, Decoder, Message, Refused, derived_id
from server.feeds.link_times import LinkTimes
from server.feeds.vda5050.meaning import BROKEN, link_of, position_of, vehicle_of
from server.feeds.vda5050.sequence import Sequence, Sequences
from server.feeds.vda5050.settings import Vda5050Settings
from server.feeds.vda5050.telegrams import Connection, Header, State, Visualization, read_telegram
from server.feeds.vda5050.topic import Topic, checked_header, read_topic
from spatial.model_yaml import validated

FORMS: Mapping[str, type[Header]] = {"state": State, "visualization": Visualization, "connection": Connection}


class Vda5050Decoder:
    """Reads what vehicles tell; topics to vehicles, and factsheets, tell nothing here.

    It remembers the newest header of each topic, to count what was missed, and the newest step of each link.
    """

    def __init__(self, settings: Vda5050Settings) -> None:
        self._settings = settings
        self._sequences = Sequences(len(FORMS) * settings.most_agents)
        self._links = LinkTimes(settings.most_agents)

    def sequences(self) -> Mapping[str, Sequence]:
        """Of each topic: messages missed and late since it was first heard."""
        return self._sequences.all()

    def decode(self, message: Message) -> Decoded:
        """What a message tells; a position that cannot be taken is refused alone, and so is a vehicle's state."""
        try:
            topic = read_topic(message.address)
            form = FORMS.get(topic.kind)
            if form is None:
                return Decoded()
            told = read_telegram(message.payload, form)
            checked_header(told, topic)
            entity = _entity(topic, self._settings)
            told_ms = _told_ms(told)
        except ValueError as error:
            return Decoded(refused=(Refused(str(error), message.payload),))
        if not _is_will(told):
            self._sequences.heard(message.address, told.header_id, told_ms)
        events: list[LiveEvent] = []
        refused: list[Refused] = []
        for part in ("position", "vehicle", "link"):
            try:
                body = _body(part, told, topic.major, self._settings)
            except ValueError as error:
                refused.append(Refused(str(error), message.payload))
                continue
            if body is not None:
                happened_ms = self._happened_ms(told, told_ms, message)
                events.append(self._live(topic, told, part, entity, happened_ms, body))
        return Decoded(tuple(events), tuple(refused))

    def _happened_ms(self, told: Header, told_ms: int, message: Message) -> int:
        if not isinstance(told, Connection):
            return told_ms
        key = (told.timestamp, told.header_id, told.connection_state)
        when_ms = message.arrived_ms if _is_will(told) else told_ms
        return self._links.happened_ms(message.address, key, when_ms, arrived_ms=message.arrived_ms)

    def _live(
        self, topic: Topic, told: Header, part: str, entity: str, happened_ms: int, body: Body
    ) -> LiveEvent:
        # the will's own timestamp is that of the connection: only its arrival tells one will from the next
        when = told.timestamp if part != "link" else f"{told.timestamp} {happened_ms}"
        source = self._settings.source
        name = derived_id(source, topic.manufacturer, topic.serial, topic.kind, told.header_id, when, part)
        return LiveEvent(
            id=name,
            site=self._settings.site,
            source=source,
            entity=entity,
            happened_ms=happened_ms,
            body=body,
        )


def make_decoder(*, name: str, site: str, options: Mapping[str, object]) -> Decoder:
    """The decoder of the feed `name`. Raises BadDataError, which names the faulty option."""
    settings = validated({**options, "site": site, "source": name}, Vda5050Settings, source=f"feed '{name}'")
    return Vda5050Decoder(settings)


def _is_will(told: Header) -> bool:
    return isinstance(told, Connection) and told.connection_state in BROKEN


def _body(part: str, told: Header, major: int, settings: Vda5050Settings) -> Body | None:
    if part == "position" and isinstance(told, Visualization):
        return position_of(told, major, settings)
    if part == "vehicle" and isinstance(told, State):
        return vehicle_of(told, major)
    if part == "link" and isinstance(told, Connection):
        return link_of(told)
    return None


def _told_ms(told: Header) -> int:
    happened_ms = time_ms({"timestamp": told.timestamp}, "timestamp")
    if happened_ms is None or happened_ms < 0:
        raise ValueError(f"timestamp '{told.timestamp[:40]}' is before 1970: set the vehicle's clock")
    return happened_ms


def _entity(topic: Topic, settings: Vda5050Settings) -> str:
    full = f"{topic.manufacturer}/{topic.serial}"
    name = settings.agents.get(full) or (topic.serial if settings.names == "serial" else full)
    entity = f"agent/{name}"
    if len(entity) > LONGEST_ID or not entity.isprintable():
        raise ValueError(
            f"manufacturer/serialNumber has {len(full)} characters: give printable ones, at most {LONGEST_ID - 6}"
        )
    return entity
