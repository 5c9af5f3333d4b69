"""One rule compiled: from a record of a message to the event that it tells."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple, get_args

import msgspec

from layouts.live.channels import channel_named, from_base, to_base
from layouts.live.events import ENTITY_KINDS, Body, FenceCrossed, LiveEvent, Reading, encode_body
from server.feeds.feed import derived_id
from server.feeds.mapping.fields import compiled_field, number_of, one_of
from server.feeds.mapping.mapping_file import EventRule, FieldSource, TimeSource, TopicRule
from server.feeds.mapping.paths import MISSING, Read, Record, compiled_path
from server.feeds.mapping.templates import compiled_template
from server.feeds.mapping.times import time_reader

BODIES: dict[str, type[msgspec.Struct]] = {str(body.__struct_config__.tag): body for body in get_args(Body)}
TOLD_TWICE_IS_HARMLESS = ("position", "reading", "vehicle", "location", "link")
"""Kinds whose newest counts: for them the time of arrival may stand in, and a doubled message changes nothing."""
ADDS_UP = ("moved",)
"""Kinds of which two alike are two: they need an id of the source."""
WHOLE_UNIT: Mapping[str, object] = {"sku": "", "quantity": 1.0}
"""What a `moved` of a handling unit holds that names neither SKU nor quantity: the unit moves with all on it."""


class Heading(NamedTuple):
    """What all events of one record share: the feed's name and site, the topic, its arrival, the record's number."""

    name: str
    site: str
    topic: str
    arrived_ms: int
    number: int


class CompiledEvent(NamedTuple):
    """`tell` gives the event of a record, None where `when` does not hold; raises ValueError, a sentence.

    `has_time` is False where the arrival's time stands in.
    """

    has_time: bool
    tell: Callable[[Record, Heading], LiveEvent | None]


def compiled_event(rule: EventRule, topic: TopicRule, *, nth: int) -> CompiledEvent:
    """The rule as a function; `nth` is its number among those of its kind under the topic.

    Raises ValueError for what can never become an event, naming the field and the remedy.
    """
    body_type = BODIES.get(rule.kind)
    if body_type is None:
        raise ValueError(f"kind '{rule.kind}' is not known: kinds are {', '.join(BODIES)}")
    parts = {"site", *topic.parts(topic.topic)}
    time, id_path = rule.time or topic.time, rule.id or topic.id
    _require_time_and_id(rule.kind, time, id_path)
    entity = _entity(rule.entity, parts)
    applies = _condition(rule)
    happened_ms = _time(time)
    own_id = None if id_path is None else compiled_template(f"{{{id_path}}}", ())
    body_of = _body(rule, body_type, parts)

    def tell(record: Record, its: Heading) -> LiveEvent | None:
        if not applies(record):
            return None
        about, body = entity(record), body_of(record)
        when_ms = its.arrived_ms if happened_ms is None else happened_ms(record)
        told: tuple[object, ...]
        if own_id is None:
            told = (when_ms, about, encode_body(body).decode())
        else:
            told = (own_id(record), its.number, rule.kind, nth, about, _which(body))
        return LiveEvent(
            id=derived_id(its.name, its.topic, *told),
            site=its.site,
            source=its.name,
            entity=about,
            happened_ms=when_ms,
            body=body,
        )

    return CompiledEvent(time is not None, tell)


def _require_time_and_id(kind: str, time: TimeSource | None, id_path: str | None) -> None:
    if time is None and kind not in TOLD_TWICE_IS_HARMLESS:
        raise ValueError(
            f"'{kind}' needs a time: add time with from and form; the arrival stands in only for "
            f"{', '.join(TOLD_TWICE_IS_HARMLESS)}"
        )
    if id_path is None and kind in ADDS_UP:
        raise ValueError(
            f"'{kind}' needs an id, for two alike are two: add id, the path of the message's own number"
        )


def _entity(text: str, parts: Collection[str]) -> Callable[[Record], str]:
    kind, slash, name = text.partition("/")
    if kind not in ENTITY_KINDS or not slash or not name:
        raise ValueError(f"entity '{text}' is not KIND/NAME: kinds are {', '.join(ENTITY_KINDS)}")
    return compiled_template(text, parts)


def _condition(rule: EventRule) -> Callable[[Record], bool]:
    if rule.when is None:
        return lambda _record: True
    read, fits = compiled_path(rule.when.path), one_of(rule.when.one_of)
    return lambda record: fits(read(record))


def _time(source: TimeSource | None) -> Callable[[Record], int] | None:
    if source is None:
        return None
    read, time_ms, path = compiled_path(source.path), time_reader(source.form), source.path

    def happened_ms(record: Record) -> int:
        value = read(record)
        if value is MISSING:
            raise ValueError(f"time from {path} is missing")
        return time_ms(value)

    return happened_ms


def _which(body: Body) -> str:
    """What tells two events of one record, kind and entity apart, whatever the order of the file."""
    match body:
        case Reading(channel=channel):
            return channel
        case FenceCrossed(fence=fence):
            return fence
    return ""


def _body(
    rule: EventRule, body_type: type[msgspec.Struct], parts: Collection[str]
) -> Callable[[Record], Body]:
    known = body_type.__struct_fields__
    for name in rule.fields:
        if name not in known:
            raise ValueError(f"'{rule.kind}' has no field '{name}': fields are {', '.join(known)}")
    needed = [field.name for field in msgspec.structs.fields(body_type) if field.required]
    fixed: dict[str, object] = {"type": rule.kind}
    if rule.kind == "moved" and "handling_unit" in rule.fields and not rule.fields.keys() & WHOLE_UNIT:
        needed = ["handling_unit"]
        fixed |= WHOLE_UNIT
    for name in needed:
        if name not in rule.fields:
            raise ValueError(f"'{rule.kind}' needs the field '{name}': add it")
    others = {
        name: source for name, source in rule.fields.items() if (rule.kind, name) != ("reading", "value")
    }
    reads = {name: compiled_field(name, source, parts) for name, source in others.items()}
    _require_constants_fit(rule, body_type)
    value = _reading_value(rule.fields) if rule.kind == "reading" else None

    def body(record: Record) -> Body:
        told = dict(fixed)
        for name, read in reads.items():
            field = read(record)
            if field is not MISSING:
                told[name] = field
            elif name in needed:
                raise ValueError(f"{name} is missing{_where(rule.fields[name])}")
        if rule.kind == "moved" and "sku" in reads and told["sku"] == "":
            raise ValueError("sku is empty: a rule without sku and quantity moves a whole handling unit")
        if value is not None:
            told["value"] = value(record, told["channel"])
        return _converted(told, body_type)

    return body


def _converted(told: dict[str, object], body_type: type[Any]) -> Body:
    try:
        body: Body = msgspec.convert(told, body_type)
    except msgspec.ValidationError as error:
        raise ValueError(f"{error}: give it so, or use map or text") from error
    return body


def _require_constants_fit(rule: EventRule, body_type: type[msgspec.Struct]) -> None:
    types = {field.name: field.type for field in msgspec.structs.fields(body_type)}
    for name, source in rule.fields.items():
        values = [] if source.map is None else list(source.map.values())
        if source.const is not None:
            values.append(source.const)
        for value in values:
            try:
                msgspec.convert(value, types[name])
            except msgspec.ValidationError as error:
                raise ValueError(f"{name}: {value!r} does not fit: {error}") from error


def _where(source: FieldSource) -> str:
    return "" if source.path is None else f" at {source.path}"


def _reading_value(fields: Any) -> Callable[[Record, object], float]:
    source, channel_source = fields["value"], fields["channel"]
    if source.path is None or (source.unit is None) == (source.unit_from is None):
        raise ValueError("value: say from where, and its unit or unit_from")
    if channel_source.const is not None:
        channel = channel_named(str(channel_source.const))
        if source.unit is not None:
            from_base(channel, channel.low, source.unit)  # refuses a unit of another quantity
    read = compiled_path(source.path)
    unit_at: Read | None = None if source.unit_from is None else compiled_path(source.unit_from)

    def value(record: Record, channel_name: object) -> float:
        told = read(record)
        if told is MISSING:
            raise ValueError(f"value is missing at {source.path}")
        unit = source.unit if unit_at is None else unit_at(record)
        if not isinstance(unit, str):
            raise ValueError(f"unit at {source.unit_from} is {unit!r:.60}: expected text")
        return to_base(channel_named(str(channel_name)), number_of(told), unit)

    return value
