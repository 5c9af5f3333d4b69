"""What is told about a warehouse: events of the live twin, each about one entity, from one source.

An entity is written `kind/name`: `agent/AGV-1`, `sensor/T-07`, `location/01-02-03-1`, `order/4711`, `sku/A17`,
`feed/mqtt-hall`. A place is written `SITE/LOCATION`, so that all sites share one space of ids. Times are
milliseconds since 1970 in UTC. An event says when it happened; when we learned it is added by the store.

Equal ids mean the same event, told twice: a source without ids of its own makes them from what it tells.
"""

from __future__ import annotations

import math
from typing import Literal, TypeAlias, get_args

import msgspec

from layouts.events import EventKind
from layouts.live.channels import CHANNELS

ENTITY_KINDS = (
    "agent", "alert", "asset", "door", "feed", "inbound", "location", "lot", "order", "person", "sensor", "sku",
    "station", "unit", "zone",
)  # fmt: skip

VehicleMode = Literal["automatic", "semi_automatic", "manual", "service", "teach_in", "startup", "unknown"]
AlertStep = Literal["raised", "cleared", "acknowledged", "shelved", "unshelved", "escalated"]
StockSource = Literal["count", "wms", "scan", "vehicle", "rfid"]


class Fault(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What an agent or asset complains of."""

    kind: str
    level: Literal["info", "warning", "fatal"]
    text: str = ""


class Position(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="position"):
    """An agent stands at (x_m, y_m) of `level`, metres in the site's frame; yaw in radians, one sigma in metres."""

    level: str
    x_m: float
    y_m: float
    z_m: float | None = None
    yaw_rad: float | None = None
    speed_m_s: float | None = None
    sigma_m: float | None = None


class VehicleState(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="vehicle"):
    """How a vehicle is and what it does; `battery` is a share of 1."""

    mode: VehicleMode = "unknown"
    battery: float | None = None
    is_charging: bool | None = None
    is_driving: bool | None = None
    is_paused: bool | None = None
    order: str | None = None
    node: str | None = None
    load: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


class FenceCrossed(msgspec.Struct, frozen=True, gc=False, tag="fence"):
    """An agent came into a fence or left it."""

    fence: str
    is_inside: bool


class Work(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="work"):
    """One thing an agent did from `start_ms` to the event's time; it becomes a `layouts.run.Event`.

    Fields are those of that event; `path` in metres. A task log tells picks; a vehicle's positions, moves.
    """

    kind: EventKind
    start_ms: int
    level: str
    path: tuple[tuple[float, float], ...]
    resource: str | None = None
    cause: str | None = None
    blocked_by: str | None = None
    location: str | None = None
    order: str | None = None
    sku: str | None = None
    quantity: int | None = None
    job: str | None = None
    aisle: str | None = None


class Reading(msgspec.Struct, frozen=True, gc=False, tag="reading"):
    """A sensor read `value`, in the base unit of its `channel` (see `layouts.live.channels`)."""

    channel: str
    value: float


class StockMoved(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="moved"):
    """`quantity` > 0 of a SKU went from one place to another; a place that is None is outside all sites.

    With an empty SKU the handling unit moved as a whole, wherever the book has it; the quantity says nothing then.
    `into_unit` is the handling unit that the goods, or the unit, lie on afterwards; empty: on none. None: unchanged.
    What a transformation uses up, or makes of it, names it in `made_by`.
    """

    sku: str
    quantity: float
    from_place: str | None = None
    to_place: str | None = None
    lot: str | None = None
    handling_unit: str | None = None
    reason: str | None = None
    disposition: str | None = None
    order: str | None = None
    into_unit: str | None = None
    made_by: str | None = None


class StockCounted(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="counted"):
    """So much of a SKU (and lot, and handling unit) lay at a place: a count is the book's new beginning there."""

    sku: str
    place: str
    quantity: float
    source: StockSource = "count"
    lot: str | None = None
    handling_unit: str | None = None


class StockSeen(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="seen"):
    """Something saw what lies at a place: evidence beside the book. `is_empty` with no SKU: nothing lies there."""

    place: str
    source: StockSource
    confidence: float
    is_empty: bool = False
    sku: str | None = None
    quantity: float | None = None
    lot: str | None = None
    handling_unit: str | None = None


class LotKnown(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="lot"):
    """A lot (entity `lot/SKU/LOT`): when it was made and expires, and how it ages with temperature."""

    sku: str
    lot: str
    made_ms: int | None = None
    expires_ms: int | None = None
    shelf_life_h: float | None = None
    reference_c: float | None = None
    q10: float | None = None
    activation_kj_mol: float | None = None


class SkuKnown(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="sku"):
    """Master data of a SKU."""

    name: str | None = None
    unit_value: float | None = None
    mass_kg: float | None = None


class OrderReleased(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="order"):
    """An order was released: lines of SKU and quantity."""

    lines: tuple[tuple[str, float], ...]
    due_ms: int | None = None
    wave: str | None = None


class OrderClosed(msgspec.Struct, frozen=True, gc=False, tag="closed"):
    """An order is done or cancelled."""

    how: Literal["done", "cancelled"]


class InboundExpected(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="inbound"):
    """A delivery: due at `due_ms`, now expected at `expected_ms`."""

    sku: str
    quantity: float
    due_ms: int
    expected_ms: int | None = None
    status: Literal["planned", "under_way", "arrived", "cancelled"] = "planned"
    supplier: str | None = None


class LinkChanged(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="link"):
    """A feed, edge node or device came up or went down."""

    is_up: bool
    reason: str = ""


class AlertChanged(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="alert"):
    """A step in an alert's life (entity `alert/RULE/KEY`); `by` is the person or rule behind it."""

    rule: str
    about: str
    step: AlertStep
    severity: Literal["info", "warning", "critical"] = "warning"
    text: str = ""
    by: str | None = None
    until_ms: int | None = None
    options: tuple[str, ...] = ()


class LocationSeen(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="location"):
    """What a scan or camera tells of a location; what was not seen is `unseen`, never `empty`."""

    state: Literal["occupied", "empty", "unseen"]
    confidence: float | None = None


class Noted(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="note"):
    """A person's note; `closes` names a finding or alert that is settled by it."""

    text: str
    by: str
    closes: str | None = None


Body: TypeAlias = (
    Position | VehicleState | FenceCrossed | Work | Reading | StockMoved | StockCounted | StockSeen | LotKnown
    | SkuKnown | OrderReleased | OrderClosed | InboundExpected | LinkChanged | AlertChanged | LocationSeen | Noted
)  # fmt: skip


class LiveEvent(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """`source` tells that at `happened_ms` this happened to `entity` at `site`."""

    id: str
    site: str
    source: str
    entity: str
    happened_ms: int
    body: Body


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event in the log: number `seq` from 1, learned at `learned_ms`, which never runs backwards."""

    seq: int
    learned_ms: int
    event: LiveEvent


KINDS: tuple[str, ...] = tuple(str(body.__struct_config__.tag) for body in get_args(Body))
"""The tags of all bodies."""

LONGEST_ID = 200
FUTURE_MS = 5 * 60_000
"""So far may a source's clock be ahead of ours."""

_encoder = msgspec.json.Encoder()
_body_encoder = msgspec.json.Encoder()
_event = msgspec.json.Decoder(LiveEvent)
_body: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body)


def encode_event(event: LiveEvent) -> bytes:
    """The event as one line of UTF-8 JSON, the same bytes for the same event."""
    return _encoder.encode(event)


def decode_event(data: bytes | str) -> LiveEvent:
    """The event of such a line; raises msgspec.DecodeError, which names the faulty field."""
    return _event.decode(data)


def encode_body(body: Body) -> bytes:
    """A body as JSON, its kind in the field `type`."""
    return _body_encoder.encode(body)


def decode_body(data: bytes | str) -> Body:
    """The body of such JSON; raises msgspec.DecodeError."""
    return _body.decode(data)


def kind_of(event: LiveEvent) -> str:
    """The tag of the event's body."""
    return str(event.body.__struct_config__.tag)


def refusal(event: LiveEvent, now_ms: int) -> str | None:
    """Why the event cannot be taken at `now_ms`, as a sentence with value, bound and remedy; None if it can."""
    for name in ("id", "site", "source", "entity"):
        text: str = getattr(event, name)
        if not 0 < len(text) <= LONGEST_ID or not text.isprintable():
            return f"{name} has {len(text)} characters: give 1 to {LONGEST_ID} printable ones"
    kind, _, name = event.entity.partition("/")
    if kind not in ENTITY_KINDS or not name:
        return f"entity '{event.entity}' is not KIND/NAME: kinds are {', '.join(ENTITY_KINDS)}"
    if event.happened_ms > now_ms + FUTURE_MS:
        ahead_s = (event.happened_ms - now_ms) // 1000
        return (
            f"it happened {ahead_s} s in the future, more than {FUTURE_MS // 1000} s: set the source's clock"
        )
    if event.happened_ms < 0:
        return f"happened_ms {event.happened_ms} is before 1970: give milliseconds since 1970 in UTC"
    return _body_refusal(event.body)


def _body_refusal(body: Body) -> str | None:
    for name in body.__struct_fields__:
        value = getattr(body, name)
        if isinstance(value, float) and not math.isfinite(value):
            return f"{name} {value} is no number: leave it out or give one"
        if isinstance(value, str) and len(value) > 20 * LONGEST_ID:
            return f"{name} has {len(value)} characters: give at most {20 * LONGEST_ID}"
    match body:
        case StockMoved(quantity=quantity) if quantity <= 0:
            return f"quantity {quantity:g} is not above 0: swap from_place and to_place instead"
        case StockMoved(from_place=None, to_place=None):
            return "neither from_place nor to_place is given: name at least one"
        case StockMoved(sku="", handling_unit=unit) if not unit:
            return (
                "sku is empty and no handling_unit is given: name the SKU, or the unit that moved as a whole"
            )
        case StockMoved(into_unit=str(into), to_place=None):
            return f"into_unit '{into}' without to_place: say where it is then"
        case StockMoved(sku="", handling_unit=str(unit), into_unit=str(into)) if f"{into}/".startswith(
            f"{unit}/"
        ):
            return f"into_unit '{into}' lies on '{unit}' itself: name another unit, or none to take it off"
        case StockCounted(quantity=quantity) if quantity < 0:
            return f"quantity {quantity:g} is below 0: a count is 0 or more"
        case StockSeen(confidence=share) if not 0 <= share <= 1:
            return f"confidence {share:g} is not within 0 and 1"
        case VehicleState(battery=share) if share is not None and not 0 <= share <= 1:
            return f"battery {share:g} is not within 0 and 1: give a share"
        case Work(path=()):
            return "path is empty: give where the agent stood or went"
        case Work(path=path) if not all(math.isfinite(x) and math.isfinite(y) for x, y in path):
            return "path holds what is no number: leave that place out"
        case OrderReleased(lines=()):
            return "lines is empty: give SKU and quantity of at least one"
        case OrderReleased(lines=lines) if not all(math.isfinite(quantity) for _, quantity in lines):
            return "lines holds a quantity that is no number: give one"
        case Reading(channel=channel) if channel not in CHANNELS:
            return f"channel '{channel}' is not known: channels are {', '.join(CHANNELS)}"
    for name in ("place", "from_place", "to_place"):
        place = getattr(body, name, None)
        if place is not None and not all(place.partition("/")):
            return f"place '{place}' is not SITE/LOCATION"
    return None
