"""What is done at a location, by the symbol that it or its type is drawn with."""

from __future__ import annotations

from collections.abc import Mapping

from layouts.plants.opentcs.tags import Tag

_KINDS = {"RECHARGE": "charge", "LOAD_TRANSFER": "p_and_d", "WORKING": "pack"}
"""By how the symbol's name begins; working stations are where people or machines do something to the load."""


def kind_of_location(location: Tag, types: Mapping[str, Tag]) -> str:
    """A station's kind, "" where no symbol tells it."""
    own = _symbol(location, "locationLayout", "tcs:defaultLocationSymbol")
    kind = types.get(location.told.get("type", ""))
    shared = "" if kind is None else _symbol(kind, "locationTypeLayout", "tcs:defaultLocationTypeSymbol")
    symbol = shared if own in ("", "DEFAULT", "NONE") else own
    return next((word for start, word in _KINDS.items() if symbol.startswith(start)), "")


def _symbol(tag: Tag, layout: str, name: str) -> str:
    drawn = tag.first(layout)
    told = "" if drawn is None else drawn.told.get("locationRepresentation", "")
    return told or tag.properties().get(name, "")
