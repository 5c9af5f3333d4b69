"""Instance and lot master data (`ilmd`) of an event: which lot its things are of, when made, when they expire.

Only the standard's own attributes are read (GS1 CBV 2.0, section 9), those under `cbvmda`; an event's `ilmd` holds
for all that it makes known. A day alone is its beginning for the production date and its end for an expiry, in the
time zone of the event.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from layouts.live.events import LotKnown
from server.feeds.epcis.fields import Json, mapping_of, needed_text, text_of, time_ms
from server.feeds.epcis.items import Item

_PREFIXES = ("cbvmda:", "urn:epcglobal:cbv:mda:", "https://ref.gs1.org/cbv/mda/")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_MS = 86_400_000


def lot_number(event: Json) -> str | None:
    """The lot that the event's master data name."""
    return text_of(_attributes(event), "lotNumber")


def lots_known(event: Json, items: Sequence[Item]) -> list[LotKnown]:
    """The lots of the items, where the event tells when they were made or expire. Raises ValueError for no date.

    Of an expiration date and a best-before date the earlier counts.
    """
    told = _attributes(event)
    offset = needed_text(event, "eventTimeZoneOffset")
    made_ms = _day_ms(told, "productionDate", offset, at_end=False)
    ends = [_day_ms(told, name, offset, at_end=True) for name in ("itemExpirationDate", "bestBeforeDate")]
    expires_ms = min((end for end in ends if end is not None), default=None)
    if made_ms is None and expires_ms is None:
        return []
    lots = dict.fromkeys((item.sku, item.lot) for item in items)
    return [
        LotKnown(sku, lot, made_ms, expires_ms) for sku, lot in lots if sku is not None and lot is not None
    ]


def _attributes(event: Json) -> Json:
    """The standard's attributes by their own name."""
    told: dict[str, object] = {}
    for name, value in mapping_of(event, "ilmd").items():
        prefix = next((one for one in _PREFIXES if name.startswith(one)), None)
        if prefix is not None:
            told[name.removeprefix(prefix)] = value
    return told


def _day_ms(told: Json, name: str, offset: str, *, at_end: bool) -> int | None:
    text = text_of(told, name)
    if text is None or not _DAY.fullmatch(text):
        return time_ms(told, name)
    start_ms = time_ms({name: f"{text}T00:00:00{offset}"}, name)
    return None if start_ms is None else start_ms + (_DAY_MS if at_end else 0)
