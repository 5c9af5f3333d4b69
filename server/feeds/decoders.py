"""Decoders by name: what a feed's `decoder` may be. A new kind of message is one entry here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from pydantic import BaseModel

from server.feeds.feed import Decoder
from spatial.errors import BadDataError
from spatial.model_yaml import validated

_Settings = TypeVar("_Settings", bound=BaseModel)


class DecoderMaker(Protocol):
    """Makes the decoder of one feed; raises BadDataError, which names the faulty option."""

    def __call__(self, *, name: str, site: str, options: Mapping[str, object]) -> Decoder:
        """`name` is the feed's, the source of its events; `site` theirs; `options` as written in the file."""


def make_decoder(
    decoder: str,
    *,
    name: str,
    site: str,
    options: Mapping[str, object],
    decoders: Mapping[str, DecoderMaker] | None = None,
) -> Decoder:
    """The decoder of the feed `name`. Raises BadDataError for one that is not known."""
    known = DECODERS if decoders is None else decoders
    if decoder not in known:
        raise BadDataError(
            f"feed '{name}': decoder '{decoder}' is not known: decoders are {', '.join(known)}"
        )
    return known[decoder](name=name, site=site, options=options)


# each is imported once a feed asks for it


def _mapping(*, name: str, site: str, options: Mapping[str, object]) -> Decoder:
    from server.feeds.mapping.decoder import make_decoder

    return make_decoder(name=name, site=site, options=options)


def _vda5050(*, name: str, site: str, options: Mapping[str, object]) -> Decoder:
    from server.feeds.vda5050.decoder import Vda5050Decoder
    from server.feeds.vda5050.settings import Vda5050Settings

    return Vda5050Decoder(_settings(Vda5050Settings, name, site, options))


def _omlox(*, name: str, site: str, options: Mapping[str, object]) -> Decoder:
    from server.feeds.omlox.decoder import OmloxDecoder
    from server.feeds.omlox.settings import OmloxSettings

    return OmloxDecoder(_settings(OmloxSettings, name, site, options))


def _sparkplug(*, name: str, site: str, options: Mapping[str, object]) -> Decoder:
    from server.feeds.sparkplug.decoder import SparkplugDecoder
    from server.feeds.sparkplug.settings import SparkplugSettings

    return SparkplugDecoder(_settings(SparkplugSettings, name, site, options))


def _epcis(*, name: str, site: str, options: Mapping[str, object]) -> Decoder:
    from server.feeds.epcis.decoder import EpcisDecoder
    from server.feeds.epcis.settings import EpcisSettings

    return EpcisDecoder(_settings(EpcisSettings, name, site, options))


def _business(*, name: str, site: str, options: Mapping[str, object]) -> Decoder:
    from server.feeds.business.decoder import BusinessDecoder
    from server.feeds.business.settings import BusinessSettings

    return BusinessDecoder(_settings(BusinessSettings, name, site, options))


def _settings(model: type[_Settings], name: str, site: str, options: Mapping[str, object]) -> _Settings:
    for given in ("site", "source"):
        if given in options:
            raise BadDataError(f"feed '{name}': options.{given} is told by the feed itself: leave it out")
    return validated({**options, "site": site, "source": name}, model, source=f"feed '{name}', options")


DECODERS: Mapping[str, DecoderMaker] = {
    "mapping": _mapping,
    "vda5050": _vda5050,
    "omlox": _omlox,
    "sparkplug": _sparkplug,
    "epcis": _epcis,
    "business": _business,
}
