"""EPCIS 2.0 events as live events (GS1 EPCIS 2.0.1, section 7).

An event is taken or refused as a whole; only a sensor report is refused by itself, for the goods moved all the same.
Its letter is the event, so that a replay tells again what was taken already, under the same ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from layouts.live.events import Body, LiveEvent, LotKnown, Noted, OrderClosed, StockMoved
from layouts.live.sensors import Sensors
from server.feeds.epcis.document import event_id, events_of
from server.feeds.epcis.fields import (
    EVENT_TYPES,
    Json,
    checked_offset,
    mapping_of,
    needed_text,
    rows_of,
    shown,
    text_of,
    texts_of,
    time_ms,
    word,
)
from server.feeds.epcis.items import listed_end, place_of
from server.feeds.epcis.kinds import BODIES_OF
from server.feeds.epcis.reports import reports_of
from server.feeds.epcis.settings import EpcisSettings
from server.feeds.epcis.steps import Happening, taken_back
from server.feeds.feed import Decoded, Message, Refused, derived_id
from spatial.model_yaml import validated

LONGEST_PLAIN_ID = 180


class EpcisDecoder:
    """Reads captures. It knows nothing but its settings: the same message gives the same events."""

    def __init__(self, settings: EpcisSettings) -> None:
        self._settings = settings
        self._sensors = Sensors(settings.sensors)

    def decode(self, message: Message) -> Decoded:
        """What a document, an event or a list of events tells; refused events come with their reasons."""
        try:
            told = events_of(message.payload)
            if len(told) > self._settings.most_events:
                raise ValueError(
                    f"{len(told)} events are more than {self._settings.most_events}: send fewer in one document"
                )
        except ValueError as error:
            return Decoded(refused=(Refused(str(error), message.payload),))
        except RecursionError:
            return Decoded(refused=(Refused("the message is nested too deeply", message.payload),))
        events: list[LiveEvent] = []
        refused: list[Refused] = []
        for place, event in enumerate(told):
            its = self._event(event, place)
            events += its.events
            refused += its.refused
        if refused and self._settings.whole_documents:
            reasons = "; ".join(one.reason for one in refused)
            reason = f"refused as a whole, for {len(refused)} of its parts cannot be taken: {reasons}"
            return Decoded(refused=(Refused(reason[:2000], message.payload),))
        return Decoded(tuple(events), tuple(refused))

    def _event(self, event: object, place: int) -> Decoded:
        if not isinstance(event, dict):
            return _refused(event, place, [f"{shown(event)} is no object"])
        try:
            head = self._head(event)
            told = tuple(self._told(event, head))
        except (ValueError, RecursionError) as error:
            return _refused(event, place, [str(error)])
        reported, faults = reports_of(
            event, head.happened_ms, head.its.read_point or head.its.location, self._settings, self._sensors
        )
        told += tuple(
            self._live(
                head, f"{path}-{one.body.__struct_config__.tag}", one.entity, one.happened_ms, one.body
            )
            for path, one in reported
        )
        if not told and not faults:
            faults = ["it tells nothing of stock, lots or sensors, which is all that is kept of events"]
        return Decoded(told, _refused(event, place, faults).refused if faults else ())

    def _head(self, event: Json) -> _Head:
        kind = needed_text(event, "type")
        if kind not in EVENT_TYPES:
            raise ValueError(f"type '{kind}' is none of {', '.join(EVENT_TYPES)}")
        checked_offset(event)
        happened_ms = time_ms(event, "eventTime")
        if happened_ms is None:
            raise ValueError("eventTime is missing: it is needed there")
        return _Head(kind, event_id(event), happened_ms, self._happening(event, kind))

    def _happening(self, event: Json, kind: str) -> Happening:
        action = needed_text(event, "action") if kind != "TransformationEvent" else ""
        if action not in ("ADD", "OBSERVE", "DELETE", ""):
            raise ValueError(f"action '{action}' is none of ADD, OBSERVE, DELETE")
        return Happening(
            action=action,
            step=word(text_of(event, "bizStep")),
            disposition=word(text_of(event, "disposition")),
            read_point=place_of(event, "readPoint", self._settings),
            location=place_of(event, "bizLocation", self._settings),
            source=listed_end(rows_of(event, "sourceList"), "source", self._settings),
            destination=listed_end(rows_of(event, "destinationList"), "destination", self._settings),
            order=self._order(event),
            transformation=(text_of(event, "transformationID") or event_id(event))
            if kind == "TransformationEvent"
            else None,
        )

    def _order(self, event: Json) -> str | None:
        """The one order that the event names; None for none and for several."""
        orders = {
            word(needed_text(row, "bizTransaction"))
            for row in rows_of(event, "bizTransactionList")
            if word(text_of(row, "type")) in self._settings.order_transactions
        }
        return orders.pop() if len(orders) == 1 else None

    def _told(self, event: Json, head: _Head) -> Iterator[LiveEvent]:
        bodies = BODIES_OF[head.kind](event, head.its, self._settings)
        declaration = (
            mapping_of(event, "errorDeclaration") if event.get("errorDeclaration") is not None else None
        )
        for number, body in enumerate(bodies):
            yield self._live(head, f"stock-{number}", _entity(body, self._settings), head.happened_ms, body)
            if declaration is not None and isinstance(body, StockMoved):
                back = taken_back(body)
                entity = _entity(back, self._settings)
                yield self._live(head, f"stock-{number}-back", entity, head.happened_ms, back)
        if head.kind == "TransactionEvent" and head.its.step == "shipping" and head.its.order:
            closed = OrderClosed("done")
            yield self._live(head, "order", f"order/{head.its.order}", head.happened_ms, closed)
        if declaration is not None:
            declared_ms = time_ms(declaration, "declarationTime")
            if declared_ms is None:
                raise ValueError("errorDeclaration.declarationTime is missing: it is needed there")
            note = _error_note(head, declaration, bodies, self._settings.source)
            yield self._live(head, "error", f"feed/{self._settings.source}", declared_ms, note)

    def _live(self, head: _Head, part: str, entity: str, happened_ms: int, body: Body) -> LiveEvent:
        source = self._settings.source
        name = f"{source}:{head.id}#{part}"
        if len(name) > LONGEST_PLAIN_ID:
            stem, back, _ = part.partition("-back")
            # what is taken back at one time comes after what it takes back, by its id
            name = derived_id(source, head.id, stem) + back
        return LiveEvent(
            id=name,
            site=self._settings.site,
            source=source,
            entity=entity,
            happened_ms=happened_ms,
            body=body,
        )


def _refused(event: object, place: int, faults: list[str]) -> Decoded:
    payload = msgspec.json.encode(event)
    return Decoded(refused=tuple(Refused(f"event {place}: {fault}", payload) for fault in faults))


class _Head(NamedTuple):
    """What every event has."""

    kind: str
    id: str
    happened_ms: int
    its: Happening


def _entity(body: Body, settings: EpcisSettings) -> str:
    match body:
        case StockMoved(sku="", handling_unit=unit):
            return f"unit/{unit}"
        case StockMoved(sku=sku):
            return f"sku/{sku}"
        case LotKnown(sku=sku, lot=lot):
            return f"lot/{sku}/{lot}"
        case Noted(text=text):
            return f"asset/{text.partition(' ')[0]}"
    place = str(getattr(body, "place", "")).removeprefix(f"{settings.site}/")
    return f"location/{place}"


def _error_note(head: _Head, declaration: Json, bodies: list[Body], source: str) -> Noted:
    reason = word(text_of(declaration, "reason")) or "no reason told"
    instead = texts_of(declaration, "correctiveEventIDs")
    movements = sum(isinstance(body, StockMoved) for body in bodies)
    text = (
        f"EPCIS event {head.id} was declared in error ({reason}); corrected by {', '.join(instead) or 'none'}; "
        f"{movements} movements taken back, {len(bodies) - movements} counts, sightings and notes stand"
    )
    return Noted(text[:3000], by=source, closes=head.id[:200])


def make_decoder(*, name: str, site: str, options: Mapping[str, object]) -> EpcisDecoder:
    """The decoder of the feed `name`; `options` are fields of `EpcisSettings`. Raises BadDataError."""
    fields = {**options, "site": site, "source": name}
    return EpcisDecoder(validated(fields, EpcisSettings, source=f"feed '{name}'"))
