"""Locations and fence events of an omlox hub (Hub API 1.x), by websocket, REST or MQTT, as live events."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import msgspec

from layouts.live.events import LONGEST_ID, FenceCrossed, LiveEvent, Position
from server.feeds.arrival import RetainedMessage
from server.feeds.epcis.fields import time_ms
from server.feeds.feed import Decoded, Decoder, Message, Refused, derived_id
from server.feeds.omlox.georeference import yaw_of_course
from server.feeds.omlox.objects import FenceEvent, Kind, Location, Wrapper, read_object
from server.feeds.omlox.settings import OmloxSettings
from spatial.model_yaml import validated

TOPICS: Mapping[str, type[Location] | type[FenceEvent]] = {
    "location_updates": Location,
    "fence_events": FenceEvent,
}
CROSSINGS = {"region_entry": True, "region_exit": False}


class OmloxDecoder:
    """Reads wrappers, single objects and lists of them. It knows nothing but its settings."""

    def __init__(self, settings: OmloxSettings) -> None:
        self._settings = settings

    def decode(self, message: Message) -> Decoded:
        """What the objects of a message tell; one that cannot be taken is refused by itself."""
        events: dict[str, LiveEvent] = {}
        refused: list[Refused] = []
        try:
            objects = list(self._objects(message.payload))
            if len(objects) > self._settings.most_objects:
                raise ValueError(
                    f"{len(objects)} objects are more than {self._settings.most_objects}: send fewer"
                )
        except ValueError as error:
            return Decoded(refused=(Refused(str(error), message.payload),))
        for form, data in objects:
            try:
                told = read_object(data, form)
                its = (
                    self._location(told, message)
                    if isinstance(told, Location)
                    else self._fence(told, message)
                )
                events |= {event.id: event for event in its}
            except ValueError as error:
                refused.append(Refused(str(error), bytes(data)))
        return Decoded(tuple(events.values()), tuple(refused))

    def _objects(
        self, payload: bytes
    ) -> Iterator[tuple[type[Location] | type[FenceEvent], bytes | msgspec.Raw]]:
        if payload.lstrip()[:1] == b"[":
            for one in read_object(payload, list[msgspec.Raw]):
                yield _form(one), one
            return
        if read_object(payload, Kind).event is msgspec.UNSET:
            yield _form(payload), payload
            return
        wrapper = read_object(payload, Wrapper)
        if wrapper.event == "error":
            raise ValueError(
                f"the hub tells error {wrapper.code}: {wrapper.description[:200] or 'no description'}"
            )
        form = TOPICS.get(wrapper.topic)
        if wrapper.event == "message" and form is not None:
            yield from ((form, one) for one in wrapper.payload or ())

    def _location(self, told: Location, message: Message) -> Iterator[LiveEvent]:
        stamp = told.timestamp_generated or told.timestamp_sent
        happened_ms = _happened_ms(stamp, "timestamp_generated", message)
        if happened_ms is None:
            return
        x_m, y_m = self._point(told)
        position = Position(
            self._level(told.floor),
            x_m,
            y_m,
            yaw_rad=self._yaw(told),
            speed_m_s=_at_least_0(told.speed, "speed"),
            sigma_m=_at_least_0(told.accuracy, "accuracy"),
        )
        key = (told.provider_type, told.source, told.provider_id, happened_ms, *told.position.coordinates)
        for name in told.trackables or [told.provider_id]:
            yield self._live(name, happened_ms, position, *key)

    def _fence(self, told: FenceEvent, message: Message) -> Iterator[LiveEvent]:
        is_inside = CROSSINGS.get(told.event_type)
        if is_inside is None:
            raise ValueError(f"event_type '{told.event_type[:40]}' is none of {', '.join(CROSSINGS)}")
        field = "entry_time" if is_inside else "exit_time"
        happened_ms = _happened_ms(told.entry_time if is_inside else told.exit_time, field, message)
        names = told.trackables or [one for one in (told.trackable_id or told.provider_id,) if one]
        if not names:
            raise ValueError("neither trackable_id nor provider_id is told: the event is about nothing")
        if happened_ms is None:
            return
        fence = self._settings.fences.get(told.fence_id, told.fence_id)
        for name in names:
            yield self._live(
                name, happened_ms, FenceCrossed(fence, is_inside), told.id, told.event_type, happened_ms
            )

    def _point(self, told: Location) -> tuple[float, float]:
        if told.position.type != "Point" or not 2 <= len(told.position.coordinates) <= 3:
            raise ValueError(
                f"position is a {told.position.type[:20]} of {len(told.position.coordinates)} coordinates: "
                "give a GeoJSON Point of 2 or 3"
            )
        x, y = told.position.coordinates[:2]
        crs = told.crs or "local"
        if crs == "local":
            return self._settings.zones.get(told.source, self._settings.local).point(x, y)
        if crs != "EPSG:4326":
            raise ValueError(f"crs '{crs[:40]}' is not understood: let the hub tell EPSG:4326 or local")
        if self._settings.georeference is None:
            raise ValueError(
                "crs EPSG:4326 needs to know where the site lies: set `georeference` of this feed"
            )
        return self._settings.georeference.point(x, y)

    def _level(self, floor: float | None) -> str:
        if floor is None:
            if self._settings.level is None:
                raise ValueError("floor is missing: set `level` of this feed, where such locations are")
            return self._settings.level
        level = self._settings.floors.get(floor)
        if level is None:
            raise ValueError(f"floor {floor:g} is not listed: add it to `floors` with the level that it is")
        return level

    def _yaw(self, told: Location) -> float | None:
        """By true heading where it is valid, else by course; both clockwise from true north, whatever the crs."""
        heading = told.true_heading
        clockwise_deg = heading if heading is not None and heading >= 0 else told.course
        if clockwise_deg is None:
            return None
        if not 0 <= clockwise_deg <= 360:
            raise ValueError(
                f"course {clockwise_deg:g} is not within 0 and 360: give degrees clockwise from north"
            )
        georeference = self._settings.georeference
        return yaw_of_course(clockwise_deg, 0.0 if georeference is None else georeference.yaw_rad)

    def _live(self, name: str, happened_ms: int, body: Position | FenceCrossed, *key: object) -> LiveEvent:
        entity = self._settings.entities.get(name, f"agent/{name}")
        if not name or len(entity) > LONGEST_ID or not entity.isprintable():
            raise ValueError(
                f"id '{name[:40]}' of a trackable or provider is not 1 to {LONGEST_ID - 6} printable signs"
            )
        return LiveEvent(
            id=derived_id(self._settings.source, entity, *key),
            site=self._settings.site,
            source=self._settings.source,
            entity=entity,
            happened_ms=happened_ms,
            body=body,
        )


def make_decoder(*, name: str, site: str, options: Mapping[str, object]) -> Decoder:
    """The decoder of the feed `name`. Raises BadDataError, which names the faulty option."""
    settings = validated({**options, "site": site, "source": name}, OmloxSettings, source=f"feed '{name}'")
    return OmloxDecoder(settings)


def _form(data: bytes | msgspec.Raw) -> type[Location] | type[FenceEvent]:
    return Location if read_object(data, Kind).event_type is msgspec.UNSET else FenceEvent


def _happened_ms(stamp: str | None, field: str, message: Message) -> int | None:
    """When it happened; without a time when it came, and None for what a broker had kept."""
    happened_ms = time_ms({field: stamp}, field)
    if happened_ms is not None:
        return happened_ms
    return None if isinstance(message, RetainedMessage) else message.arrived_ms


def _at_least_0(value: float | None, field: str) -> float | None:
    if value is None or 0 <= value < math.inf:
        return value
    raise ValueError(f"{field} {value:g} is below 0: leave it out or give one")
