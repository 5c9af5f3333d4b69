"""Reads messages by a mapping file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from layouts.live.events import LiveEvent
from server.feeds.arrival import RetainedMessage
from server.feeds.feed import Decoded, Message, Refused
from server.feeds.mapping.event_rule import CompiledEvent, Heading, compiled_event
from server.feeds.mapping.mapping_file import MappingFile, TopicRule
from server.feeds.mapping.paths import MISSING, Read, Record, compiled_path
from server.feeds.mqtt.topics import fits, overlap, unshared
from spatial.errors import BadDataError
from spatial.model_yaml import read_model

MOST_REMEMBERED = 50_000
MOST_RECORDS = 10_000


class _Topic(NamedTuple):
    place: str
    rule: TopicRule
    each: Read | None
    events: tuple[CompiledEvent, ...]


class MappingDecoder:
    """The messages of the feed `name` at `site`. The same message gives the same events."""

    def __init__(self, mapping: MappingFile, *, name: str, site: str) -> None:
        """Raises ValueError for a rule that can never tell anything, naming its entry."""
        self._name, self._site = name, site
        self._topics = tuple(_compiled(number, rule) for number, rule in enumerate(mapping.topics))
        self._known: dict[str, tuple[_Topic, dict[str, str]] | None] = {}
        self.filters = tuple(rule.filter for rule in mapping.topics)

    def decode(self, message: Message) -> Decoded:
        """What a message tells; what is refused comes with the whole message, for a replay tells again what was
        taken under the same ids.
        """
        found = self._rule_of(message.address)
        if found is None:
            reason = f"topic '{message.address}' fits none of the mapping: add it, or narrow the subscription"
            return Decoded(refused=(Refused(reason, message.payload),))
        topic, parts = found
        try:
            records = _records(topic, message, {"site": self._site, **parts})
        except ValueError as error:
            return Decoded(refused=(Refused(f"{topic.place}: {error}", message.payload),))
        events: list[LiveEvent] = []
        reasons: list[str] = []
        for number, record in enumerate(records):
            its = Heading(self._name, self._site, message.address, message.arrived_ms, number)
            for place, rule in enumerate(topic.events):
                if isinstance(message, RetainedMessage) and not rule.has_time:
                    continue  # nobody knows when it was
                try:
                    event = rule.tell(record, its)
                except ValueError as error:
                    reasons.append(f"{topic.place}.events.{place}, record {number}: {error}")
                else:
                    events += () if event is None else (event,)
        refused = () if not reasons else (Refused("; ".join(reasons)[:2000], message.payload),)
        return Decoded(tuple(events), refused)

    def _rule_of(self, address: str) -> tuple[_Topic, dict[str, str]] | None:
        if address not in self._known:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            topic = next((one for one in self._topics if fits(one.rule.filter, address)), None)
            self._known[address] = None if topic is None else (topic, topic.rule.parts(address))
        return self._known[address]


def read_mapping(path: Path) -> MappingFile:
    """The mapping of a YAML file. Raises BadDataError, which names the entry and the remedy."""
    mapping = read_model(path, MappingFile, start="topics:")
    _made(mapping, path, name="check", site="check")
    return mapping


def make_decoder(*, name: str, site: str, options: Mapping[str, object]) -> MappingDecoder:
    """The decoder of a feed whose options are `file: PATH`. Raises BadDataError."""
    file = options.get("file")
    if not isinstance(file, (str, Path)) or set(options) != {"file"}:
        raise BadDataError(f"feed '{name}': decoder mapping takes the option file, the path of its mapping")
    path = Path(file)
    return _made(read_model(path, MappingFile, start="topics:"), path, name=name, site=site)


def require_reached(decoder: MappingDecoder, subscriptions: Sequence[str], *, name: str) -> None:
    """Raises BadDataError for a topic of the mapping that none of the feed's subscriptions brings."""
    wanted = [unshared(subscription) for subscription in subscriptions]
    for number, pattern in enumerate(decoder.filters):
        if not any(overlap(pattern, one) for one in wanted):
            raise BadDataError(
                f"feed '{name}': topics.{number} '{pattern}' of its mapping is never told, for no subscription "
                f"({', '.join(subscriptions)}) fits it: subscribe to it, or take it out"
            )


def _made(mapping: MappingFile, path: Path, *, name: str, site: str) -> MappingDecoder:
    try:
        return MappingDecoder(mapping, name=name, site=site)
    except ValueError as error:
        raise BadDataError(f"{path}: {error}") from error


def _compiled(number: int, rule: TopicRule) -> _Topic:
    place = f"topics.{number}"
    nth: Counter[str] = Counter()
    events = []
    for entry, event in enumerate(rule.events):
        try:
            events.append(compiled_event(event, rule, nth=nth[event.kind]))
        except ValueError as error:
            raise ValueError(f"{place}.events.{entry}: {error}") from error
        nth[event.kind] += 1
    try:
        each = None if rule.each is None else compiled_path(rule.each)
    except ValueError as error:
        raise ValueError(f"{place}.each: {error}") from error
    return _Topic(place, rule, each, tuple(events))


def _records(topic: _Topic, message: Message, parts: dict[str, str]) -> Iterator[Record]:
    told = _read(message.payload, topic.rule)
    if topic.each is None:
        return iter((Record(told, told, parts),))
    elements = topic.each(Record(told, told, parts))
    if elements is MISSING or not isinstance(elements, list):
        raise ValueError(f"each: there is no list at {topic.rule.each}")
    if len(elements) > MOST_RECORDS:
        raise ValueError(
            f"each: {len(elements)} elements are more than {MOST_RECORDS}: send fewer in one message"
        )
    return (Record(told, element, parts) for element in elements)


def _read(payload: bytes, rule: TopicRule) -> object:
    try:
        return payload.decode() if rule.payload == "text" else msgspec.json.decode(payload)
    except UnicodeDecodeError as error:
        raise ValueError(f"the message is no UTF-8 text ({error.reason} at byte {error.start})") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"the message is no JSON ({error}): send JSON, or set payload: text") from error
