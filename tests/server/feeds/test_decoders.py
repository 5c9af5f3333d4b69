"""Decoders plug in by name."""

from __future__ import annotations

import pytest

from server.feeds.decoders import DECODERS, make_decoder
from server.feeds.feed import Decoded, Message
from spatial.errors import BadDataError


@pytest.mark.parametrize("name", [name for name in DECODERS if name != "mapping"])
def test_each_is_made_by_name_and_refuses_noise(name: str) -> None:
    decoder = make_decoder(name, name="hall", site="HALL", options={})
    told = decoder.decode(Message("a/b/c", b"\xff\x00", 1_795_800_000_000))
    assert isinstance(told, Decoded)
    assert told.events == ()
    assert told.refused
    with pytest.raises(BadDataError, match="feed 'hall', options: colour: there is no such field"):
        make_decoder(name, name="hall", site="HALL", options={"colour": 1})


def test_unknown_names_and_options_that_the_feed_tells_are_refused() -> None:
    with pytest.raises(BadDataError, match="decoder 'modbus' is not known: decoders are mapping, vda5050"):
        make_decoder("modbus", name="hall", site="HALL", options={})
    with pytest.raises(BadDataError, match=r"options\.site is told by the feed itself"):
        make_decoder("epcis", name="hall", site="HALL", options={"site": "X"})
    with pytest.raises(BadDataError, match="takes the option file"):
        make_decoder("mapping", name="hall", site="HALL", options={})
