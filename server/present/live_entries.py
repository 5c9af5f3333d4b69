"""What viewers are told of the live state: an entry for each agent, sensor, source and location that is known."""

from __future__ import annotations

from collections.abc import Callable

from layouts.live.channels import channel_named
from layouts.live.events import LinkChanged, LocationSeen, Reading, VehicleState
from layouts.live.state import TwinState
from viewer.messages import Feed, Freshness, LiveAgent, Seen, Sensor

FreshnessOf = Callable[[str], Freshness]
"""How fresh an entity (`kind/name`) of the site is."""


def agent_entry(state: TwinState, site: str, name: str, *, number: int, freshness: FreshnessOf) -> LiveAgent:
    """The agent, with what its vehicle told last."""
    last_ms, fresh = _heard(state, site, f"agent/{name}", freshness)
    told = state.latest.get(f"{site}/vehicle/agent/{name}")
    vehicle = told.body if told is not None and isinstance(told.body, VehicleState) else VehicleState()
    return LiveAgent(
        number=number,
        freshness=fresh,
        last_ms=None if fresh == "fresh" else last_ms,
        battery=vehicle.battery,
        order=vehicle.order,
        faults=tuple(f"{fault.level}: {fault.text or fault.kind}" for fault in vehicle.faults),
    )


def sensor_entry(state: TwinState, key: str, freshness: FreshnessOf) -> tuple[str, Sensor] | None:
    """The key and entry of what a sensor read last, in the base unit of its channel, shares in %."""
    event = state.latest.get(key)
    if event is None or not isinstance(event.body, Reading):
        return None
    try:
        channel = channel_named(event.body.channel)
    except ValueError:
        return None  # nobody knows what it measures
    is_share = channel.quantity == "share"
    entry = Sensor(
        value=100 * event.body.value if is_share else event.body.value,
        unit="%" if is_share else channel.unit.removeprefix("1"),
        last_ms=event.happened_ms,
        freshness=freshness(event.entity),
    )
    return f"sensor/{event.entity}/{channel.name}", entry


def feed_entry(state: TwinState, site: str, entity: str, freshness: FreshnessOf) -> Feed:
    """A source, and whether its link is up."""
    last_ms, fresh = _heard(state, site, entity, freshness)
    told = state.latest.get(f"{site}/link/{entity}")
    link = told.body if told is not None and isinstance(told.body, LinkChanged) else None
    return Feed(
        is_up=None if link is None else link.is_up,
        freshness=fresh,
        last_ms=None if fresh == "fresh" else last_ms,
        reason="" if link is None else link.reason,
    )


def location_entry(state: TwinState, key: str) -> tuple[str, Seen] | None:
    """The key and entry of what was last told of a location."""
    event = state.latest.get(key)
    if event is None or not isinstance(event.body, LocationSeen):
        return None
    return event.entity, Seen(event.body.state, event.happened_ms, event.body.confidence)


def _heard(state: TwinState, site: str, entity: str, freshness: FreshnessOf) -> tuple[int, Freshness]:
    last_ms = state.last_seen.get(f"{site}/{entity}", 0)
    return last_ms, freshness(entity)
