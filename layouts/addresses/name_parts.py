"""Which part of an address is the aisle, which the bay, and how the bays go on behind a cross-aisle."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from layouts.addresses.check_digit import CheckDigit
from layouts.addresses.fields import AddressField, FieldName
from layouts.addresses.infer_parts import Part
from layouts.addresses.scheme import Scheme

MOST_LEVELS = 12
MOST_POSITIONS = 9
MOST_ZONES = 12
HUNDRED = 100
MOST_SKIPPED = 5
EQUALLY_LIKELY = 0.5

ORDERS: dict[int, tuple[tuple[FieldName, ...], ...]] = {
    2: (("aisle", "bay"), ("bay", "level")),
    3: (("aisle", "bay", "level"), ("aisle", "level", "bay"), ("zone", "aisle", "bay")),
    4: (
        ("aisle", "bay", "level", "position"),
        ("zone", "aisle", "bay", "level"),
        ("aisle", "level", "bay", "position"),
    ),
    5: (("zone", "aisle", "bay", "level", "position"), ("zone", "aisle", "level", "bay", "position")),
}
"""By the number of parts without a side; the usual order first."""


def readings(prefix: str, parts: Sequence[Part], check: CheckDigit | None) -> list[Scheme]:
    """The schemes with these parts: the likeliest first, then those that are as likely.

    None where there are too few parts or too many, or where they could not be read back.
    """
    rest = [part for part in parts if not _is_side(part)]
    if len(parts) - len(rest) > 1:
        rest = list(parts)
    scored = []
    for rank, names in enumerate(ORDERS.get(len(rest), ())):
        named = dict(zip(names, rest, strict=True))
        scored.append((sum(_doubts(named)) + (0.75 if rank else 0.0), rank, named))
    if not scored:
        return []
    least = min(scored)[0]
    likely = [
        named
        for doubt, _, named in sorted(scored, key=lambda one: one[:2])
        if doubt <= least + EQUALLY_LIKELY
    ]
    return [scheme for named in likely for scheme in _scheme(prefix, parts, named, check)]


def _is_side(part: Part) -> bool:
    return part.texts == ("L", "R")


def _doubts(named: dict[FieldName, Part]) -> Iterator[float]:
    """What speaks against these names."""
    level, bay, zone, position = (named.get(name) for name in ("level", "bay", "zone", "position"))
    if level is not None:
        yield 3.0 * (level.range > MOST_LEVELS) - 0.5 * (level.kind == "letters")
    if level is not None and bay is not None:
        yield 1.0 * (bay.range < level.range)
    if bay is not None:
        yield 2.0 * (bay.kind != "digits")
    if zone is not None:
        yield 2.0 * (zone.range > MOST_ZONES) - 0.5 * _is_short_name(zone)
    if position is not None:
        yield 2.0 * (position.range > MOST_POSITIONS)


def _is_short_name(part: Part) -> bool:
    return part.kind == "names" or (part.kind == "letters" and part.width == 1)


def _scheme(
    prefix: str, parts: Sequence[Part], named: dict[FieldName, Part], check: CheckDigit | None
) -> Iterator[Scheme]:
    """The scheme of these parts, if it is a valid one."""
    with suppress(ValidationError):
        yield _built(prefix, parts, named, check)


def _built(
    prefix: str, parts: Sequence[Part], named: dict[FieldName, Part], check: CheckDigit | None
) -> Scheme:
    name_of = {id(part): name for name, part in named.items()}
    fields = []
    settings: dict[str, Any] = {}
    for place, part in enumerate(parts):
        name: FieldName = name_of.get(id(part), "side")
        numbers = part.numbers
        if name == "bay":
            numbers, hundreds = _within_hundred(part)
            if hundreds:
                settings["blocks"] = "new_hundred"
        fields.append(_field(name, part, numbers, before=part.before if place else None))
    bay = next(field for field in fields if field.name == "bay")
    if any(field.name == "side" for field in fields):
        settings["sides"] = "same"
    elif bay.stride % 2 == 0:
        settings["sides"] = "loop"
    separators = [field.before for field in fields[1:]]
    if len(set(separators)) == 1:
        settings["separator"] = separators[0]
        fields = [field.model_copy(update={"before": None}) for field in fields]
    return Scheme(fields=tuple(fields), prefix=prefix, check=check, **settings)


def _field(name: FieldName, part: Part, numbers: Sequence[int], before: str | None) -> AddressField:
    start, stride = numbers[0], _stride(numbers)
    skipped: tuple[int, ...] = ()
    missing = sorted(set(range(start, numbers[-1], stride)) - set(numbers))
    if len(missing) <= min(MOST_SKIPPED, max(1, len(numbers) // 10)):
        skipped = tuple(missing)
    is_names = part.kind == "names" or name == "side"
    return AddressField(
        name=name,
        kind="names" if is_names else part.kind,
        width=part.width,
        start=1 if is_names else start,
        stride=1 if is_names else stride,
        skipped=() if is_names else skipped,
        without="" if is_names else part.without,
        names=part.texts if is_names else (),
        before=before,
    )


def _stride(numbers: Sequence[int]) -> int:
    return math.gcd(*(b - a for a, b in pairwise(numbers))) or 1


def _within_hundred(part: Part) -> tuple[tuple[int, ...], bool]:
    """The bay's numbers in their hundred, and whether there are several, each with room at its end."""
    start = part.numbers[0]
    offsets = {(number - start) % HUNDRED for number in part.numbers}
    hundreds = {(number - start) // HUNDRED for number in part.numbers}
    if len(hundreds) < 2 or max(offsets) > 0.8 * HUNDRED:
        return part.numbers, False
    return tuple(start + offset for offset in sorted(offsets)), True
