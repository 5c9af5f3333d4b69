"""What a mapping makes of sample messages, to be seen before a feed is set up with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from layouts.live.events import LiveEvent
from server.feeds.feed import Message
from server.feeds.mapping.decoder import MappingDecoder, read_mapping
from server.feeds.pump import decode_checked
from spatial.errors import BadDataError


class SampleLine(msgspec.Struct, forbid_unknown_fields=True):
    """A line of a file of samples: `payload` is JSON as the device sends it, `text` one that is no JSON."""

    topic: str
    payload: msgspec.Raw = msgspec.Raw()
    text: str | None = None


class SampleResult(NamedTuple):
    """What a sample became: its events, or why not."""

    line: int
    topic: str
    events: tuple[LiveEvent, ...]
    reasons: tuple[str, ...]


def check_mapping(
    path: Path, samples: Path | None = None, *, now_ms: int, site: str = "SITE"
) -> list[SampleResult]:
    """Read a mapping and what it makes of the samples (JSON lines of topic and payload), as if they came at `now_ms`.

    Raises BadDataError for a mapping or a line that is none, naming the entry or line.
    """
    decoder = MappingDecoder(read_mapping(path), name="check", site=site)
    if samples is None:
        return []
    try:
        lines = samples.read_bytes().splitlines()
    except OSError as error:
        raise BadDataError(f"{samples} cannot be read ({error.strerror}): check the path") from error
    return list(_results(decoder, samples, lines, now_ms))


def _results(
    decoder: MappingDecoder, path: Path, lines: Iterable[bytes], now_ms: int
) -> Iterator[SampleResult]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            sample = msgspec.json.decode(line, type=SampleLine)
        except (msgspec.DecodeError, RecursionError) as error:
            wanted = '{"topic": "hall/t1", "payload": {"t": 21.5}}'
            raise BadDataError(f"{path}, line {number}: {error}: write lines like {wanted}") from error
        payload = bytes(sample.payload) if sample.text is None else sample.text.encode()
        decoded = decode_checked(decoder, Message(sample.topic, payload, now_ms), now_ms=now_ms)
        reasons = tuple(refused.reason for refused in decoded.refused)
        yield SampleResult(number, sample.topic, decoded.events, reasons)
