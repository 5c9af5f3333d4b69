"""Decoders by name: what a feed's `decoder` may be. A new kind of message is one entry here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from server.feeds.feed import Decoder
from spatial.errors import BadDataError


class DecoderMaker(Protocol):
    """Makes the decoder of one feed; raises BadDataError, which names the faulty option."""

    def __call__(self, *, name: str, site: str, options: Mapping[str, object]) -> Decoder:
        """`name` is the feed's, the source of its events; `site` theirs; `options` as written in the file."""


def _mapping(*, name: str, site: str, options: Mapping[str, object]) -> Decoder:
    from server.feeds.mapping.decoder import make_decoder

    return make_decoder(name=name, site=site, options=options)


DECODERS: Mapping[str, DecoderMaker] = {"mapping": _mapping}


def make_decoder(
    decoder: str,
    *,
    name: str,
    site: str,
    options: Mapping[str, object],
    decoders: Mapping[str, DecoderMaker] = DECODERS,
) -> Decoder:
    """The decoder of the feed `name`. Raises BadDataError for one that is not known."""
    maker = decoders.get(decoder)
    if maker is None:
        raise BadDataError(
            f"feed '{name}': decoder '{decoder}' is not known: decoders are {', '.join(decoders)}"
        )
    return maker(name=name, site=site, options=options)
