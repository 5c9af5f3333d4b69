"""What an address is made of: its parts, by separators, changes of letters and digits, and the values they take."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from string import ascii_uppercase, digits
from typing import Literal

from layouts.addresses.fields import AddressField
from spatial.errors import UndecidedError

TOKEN = re.compile(r"[0-9]+|[A-Z]+|[^0-9A-Z]+")
SAME_WIDTH = 0.95
"""A width that so many texts have is the field's."""
LEAST_SHARE = 0.5
"""A form that fewer texts follow is none."""
RARE = 0.03
"""A value of so few times the rows that a typical one has is taken for a typing error."""
FEW_ROWS, FEW = 3, 0.25
"""So is one of so few rows, where a typical value has four times as many."""
LONGEST_PART = 4
PARTS_AFTER_NAME = 4
"""Aisle, bay, level and position: with as many parts the digits before them are the name of the house."""
OFTEN_LEFT_OUT = frozenset("IOQ")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of an address: how it is written, and which numbers it takes without the rare ones."""

    kind: Literal["digits", "letters", "names"]
    width: int | None
    before: str
    texts: tuple[str, ...]
    numbers: tuple[int, ...]
    without: str = ""

    @property
    def stride(self) -> int:
        """The greatest step that meets all numbers."""
        return math.gcd(*(b - a for a, b in pairwise(self.numbers))) or 1

    @property
    def range(self) -> int:
        """How many numbers there are from the first to the last at this stride."""
        return (self.numbers[-1] - self.numbers[0]) // self.stride + 1


@dataclass(frozen=True, kw_only=True)
class Form:
    """The prefix and parts of most addresses; `other_cuts` are cuts of runs of digits that do as well."""

    prefix: str
    parts: tuple[Part, ...]
    other_cuts: tuple[tuple[Part, ...], ...] = ()


def infer_form(texts: Sequence[str], *, every_cut: bool = False) -> Form:
    """The form of most texts; with `every_cut` the other cuts are all there are, not only those that do as well.

    1. Texts are cut at separators and where letters meet digits; the most common pattern of these is taken.
    2. A part that hardly varies in width has that width; letters that never vary are a prefix, with their number.
    3. A run of four or more digits, or of two where there are few parts, is cut so that the numbers in its parts
       leave the fewest combinations; of equals into the fewest parts, and a 0 between two parts is the second's.
    Raises UndecidedError when no pattern covers half of the texts.
    """
    cut = [tuple(TOKEN.findall(text)) for text in texts]
    patterns = Counter(tuple(map(_pattern_of, tokens)) for tokens in cut)  # 1
    if not patterns:
        raise UndecidedError("the list is empty: there is no scheme to infer")
    pattern, count = patterns.most_common(1)[0]
    if count < LEAST_SHARE * len(texts):
        example = next(text for text, tokens in zip(texts, cut, strict=True) if _follows(tokens, pattern))
        raise UndecidedError(
            f"no form covers half of the {len(texts)} addresses; the most common, like '{example}', covers {count}: "
            "give a list of one warehouse"
        )
    columns = list(zip(*(tokens for tokens in cut if _follows(tokens, pattern)), strict=True))
    prefix, columns = _without_prefix(columns)  # 2
    return _form(prefix, columns, every_cut)


def _pattern_of(token: str) -> str:
    return "0" if token[0] in digits else "A" if token[0] in ascii_uppercase else token


def _follows(tokens: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    return len(tokens) == len(pattern) and tuple(map(_pattern_of, tokens)) == pattern


def _without_prefix(columns: list[tuple[str, ...]]) -> tuple[str, list[tuple[str, ...]]]:
    """Separators and constant letters at the start, and the columns after them.

    So are constant digits right after letters, as in WH1-01-03-02-1, where parts enough follow.
    """
    prefix = ""
    while columns:
        value, count = Counter(columns[0]).most_common(1)[0]
        is_name = prefix[-1:].isalpha() and sum(map(_varies, columns[1:])) >= PARTS_AFTER_NAME
        if (value[0] in digits and not is_name) or count < SAME_WIDTH * len(columns[0]):
            break
        prefix += value
        columns = columns[1:]
    return prefix, columns


def _form(prefix: str, columns: Sequence[tuple[str, ...]], every_cut: bool) -> Form:
    fields = sum(_varies(column) for column in columns)
    parts: list[Part] = []
    others: list[tuple[int, list[Part], int]] = []
    before = ""
    for column in columns:
        if not _varies(column):
            before = column[0]
            continue
        shortest = LONGEST_PART if fields >= 3 else 2
        cuts = _cuts(column, before, shortest=shortest, most=7 - fields, every_cut=every_cut)  # 3
        others += [(len(parts), other, len(cuts[0])) for other in cuts[1:]]
        parts += cuts[0]
        before = ""
    other_cuts = tuple((*parts[:at], *other, *parts[at + length :]) for at, other, length in others)
    return Form(prefix=prefix, parts=tuple(parts), other_cuts=other_cuts)


def _varies(column: Sequence[str]) -> bool:
    """Whether a column holds digits or letters, not a separator."""
    return column[0][0] in digits + ascii_uppercase


def _cuts(
    column: Sequence[str], before: str, *, shortest: int, most: int, every_cut: bool
) -> list[list[Part]]:
    """The best cut of a column into parts, and any that is as good, or with `every_cut` any at all."""
    width, count = Counter(map(len, column)).most_common(1)[0]
    is_fixed = count >= SAME_WIDTH * len(column)
    if column[0][0] not in digits or not is_fixed or width < shortest:
        return [[_part(column, width if is_fixed else None, before)]]
    texts = [text for text in column if len(text) == width]
    options = []
    for lengths in _compositions(width, most):
        ends = [sum(lengths[: i + 1]) for i in range(len(lengths))]
        cut = [
            _part([text[end - length : end] for text in texts], length, before if place == 0 else "")
            for place, (length, end) in enumerate(zip(lengths, ends, strict=True))
        ]
        cost = (math.prod(part.range for part in cut), len(cut), sum(part.stride for part in cut))
        options.append((cost, cut))
    options.sort(key=lambda option: option[0])
    return [cut for cost, cut in options if every_cut or cost == options[0][0]]


def _compositions(width: int, most: int) -> Iterator[tuple[int, ...]]:
    """The ways to cut `width` into at most `most` parts of at most four."""
    if width == 0:
        yield ()
    elif most > 0:
        for first in range(min(width, LONGEST_PART), 0, -1):
            for rest in _compositions(width - first, most - 1):
                yield first, *rest


def _part(column: Sequence[str], width: int | None, before: str) -> Part:
    counts = Counter(text for text in column if width is None or len(text) == width)
    texts = tuple(sorted(_usual(counts)))
    if texts[0][0] in digits:
        numbers = sorted({int(text) for text in texts})
        return Part(kind="digits", width=width, before=before, texts=texts, numbers=tuple(numbers))
    if width is None or width > 2:
        numbers = list(range(1, len(texts) + 1))
        return Part(kind="names", width=width, before=before, texts=texts, numbers=tuple(numbers))
    without = _left_out(texts) if width == 1 else ""
    field = AddressField(name="aisle", kind="letters", width=width, without=without)
    numbers = sorted(field.number(text) for text in texts)
    return Part(
        kind="letters", width=width, before=before, texts=texts, numbers=tuple(numbers), without=without
    )


def _usual(counts: Counter[str]) -> list[str]:
    """The values that are not rare against that of a typical row."""
    typical = median(count for count in counts.values() for _ in range(count))
    rare = max(RARE * typical, min(FEW_ROWS, FEW * typical))
    return [text for text, count in counts.items() if count > rare]


def _left_out(letters: Sequence[str]) -> str:
    """Those of I, O, Q that are missing between the others, if nothing else is."""
    between = [chr(code) for code in range(ord(letters[0]), ord(letters[-1]))]
    missing = [letter for letter in between if letter not in letters]
    return "".join(missing) if OFTEN_LEFT_OUT.issuperset(missing) else ""
