"""What all feeds are tested with: messages broken in the ways that senders and networks break them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence

import pytest

Mutations = Callable[..., Iterator[bytes]]

HOSTILE: tuple[object, ...] = (
    None, True, -1, 0, 1 << 64, -(1 << 63), 1e308, -1e308, "", "x" * 5000, "\u0000", "\ud83d\ude00", [], {}, [[]],
    "NaN", 0.5,
)  # fmt: skip
RAW = (
    b"NaN",
    b"Infinity",
    b"1e999",
    b"9" * 400,
    b"\xff\xfe",
    b"\x00",
    b"[" * 2000,
    b'{"a":' * 2000,
    b"\xed\xa0\x80",
)


def broken(valid: Sequence[bytes], count: int, *, seed: int = 1) -> Iterator[bytes]:
    """`count` broken messages made of valid ones, the same for the same seed."""
    rng = random.Random(seed)
    for _ in range(count):
        whole = rng.choice(valid)
        yield rng.choice((_flipped, _cut, _spliced, _stuffed, _retyped, _reencoded))(whole, rng)


def _flipped(whole: bytes, rng: random.Random) -> bytes:
    data = bytearray(whole)
    for _ in range(rng.randint(1, 8)):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def _cut(whole: bytes, rng: random.Random) -> bytes:
    return whole[: rng.randint(0, len(whole))]


def _spliced(whole: bytes, rng: random.Random) -> bytes:
    a, b = sorted((rng.randint(0, len(whole)), rng.randint(0, len(whole))))
    return whole[:a] + whole[b:] + whole[a:b] * rng.randint(0, 2)


def _stuffed(whole: bytes, rng: random.Random) -> bytes:
    at = rng.randint(0, len(whole))
    return (
        whole[:at] + rng.choice((*RAW, rng.randbytes(rng.randint(1, 30)))) + whole[at + rng.randint(0, 9) :]
    )


def _reencoded(whole: bytes, rng: random.Random) -> bytes:
    return whole.decode("latin-1").encode(rng.choice(("utf-16", "utf-32", "utf-8-sig")))


def _retyped(whole: bytes, rng: random.Random) -> bytes:
    """One value of a JSON message, deep or not, replaced by a hostile one; other messages are flipped."""
    try:
        told = json.loads(whole)
    except (ValueError, RecursionError):
        return _flipped(whole, rng)
    at = told
    while isinstance(at, (dict, list)) and at:
        key = rng.choice(list(at)) if isinstance(at, dict) else rng.randrange(len(at))
        if not isinstance(at[key], (dict, list)) or not at[key] or rng.random() < 0.2:
            at[key] = rng.choice(HOSTILE)
            break
        at = at[key]
    return json.dumps(told).encode()


@pytest.fixture(scope="session")
def mutations() -> Mutations:
    """`mutations(valid, count, seed=1)`."""
    return broken
