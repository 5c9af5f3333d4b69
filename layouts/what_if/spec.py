"""What a user types after --what-if, such as `pickers=4..20:2`, as values to try."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from layouts.what_if.variables import Value, Variable, variable

MOST_VALUES = 200
MOST_CURVES = 6
"""So many colours can be told apart by everyone, on white and on black."""

_NUMBER = r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(?::({_NUMBER}))?")
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A variable and the values it takes: at least two, numbers rising, words in the order given."""

    variable: Variable
    values: tuple[Value, ...]

    @property
    def name(self) -> str:
        """The variable's name."""
        return self.variable.name


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What is varied along the curve, and what from one curve to the next, if anything is."""

    along: Axis
    across: Axis | None = None

    @property
    def axes(self) -> tuple[Axis, ...]:
        """One or two."""
        return (self.along,) if self.across is None else (self.along, self.across)

    def points(self) -> Iterator[dict[str, Value]]:
        """The values of each point by variable, one curve after the other."""
        across: list[dict[str, Value]] = (
            [{}] if self.across is None else [{self.across.name: value} for value in self.across.values]
        )
        for curve, value in product(across, self.along.values):
            yield {self.along.name: value, **curve}


def parse_spec(texts: Sequence[str]) -> Spec:
    """Read one text, or two: the first is varied along each curve, the second makes the curves.

    A text is `NAME=` and values between commas, each a value or a range `FIRST..LAST[:STEP]`; whole numbers step
    by 1 unless told. Raises ValueError with the text, what is wrong, and what to write instead.
    """
    if not 1 <= len(texts) <= 2:
        raise ValueError(
            f"{len(texts)} what-ifs are given: at most two make a picture, one along the curves and one for the "
            "curves; ask for others by themselves"
        )
    along, *rest = map(parse_axis, texts)
    if not rest:
        return Spec(along=along)
    across = rest[0]
    if across.name == along.name:
        raise ValueError(f"{along.name} is varied twice: give all its values in one what-if")
    if len(across.values) > MOST_CURVES:
        raise ValueError(
            f"{texts[1]}: {len(across.values)} curves are more than {MOST_CURVES}: give fewer values, or put it first"
        )
    return Spec(along=along, across=across)


def parse_axis(text: str) -> Axis:
    """Read one text; see `parse_spec`."""
    name, equals, wanted = (part.strip() for part in text.partition("="))
    if not (name and equals and wanted):
        raise ValueError(f"what-if '{text}' must be NAME=VALUES, such as pickers=4..20 or pickers=4,8,12")
    try:
        return _axis(variable(name), wanted)
    except ValueError as error:
        raise ValueError(f"what-if '{text}': {error}") from None


def _axis(varied: Variable, wanted: str) -> Axis:
    values = [value for part in wanted.split(",") for value in _values(varied, part.strip())]
    for value in values:
        varied.checked(value)
    twice = [value for value in values if values.count(value) > 1]
    if twice:
        raise ValueError(f"the value {twice[0]} is there twice: give it once")
    if len(values) < 2:
        raise ValueError(f"{values[0]} alone is no curve: give at least two values")
    if len(values) > MOST_VALUES:
        raise ValueError(f"{len(values)} values are more than {MOST_VALUES}: give fewer, or a larger step")
    return Axis(variable=varied, values=tuple(sorted(values)) if varied.is_numeric else tuple(values))


def _values(varied: Variable, text: str) -> list[Value]:
    """The values of a text without commas."""
    span = _RANGE.fullmatch(text)
    if span is not None and varied.is_numeric:
        return _stepped(varied, *span.groups())
    if not varied.is_numeric:
        if varied.kind is bool and text not in _WORDS:
            raise ValueError(f"'{text}' is not true or false")
        return [_WORDS[text] if varied.kind is bool else text]
    if re.fullmatch(_NUMBER, text) is None:
        raise ValueError(
            f"'{text}' is no number and no range: write as in 12, 0.5 or 4..20:2, up to nine digits either side "
            "of the point"
        )
    return [_number(varied, Decimal(text))]


def _stepped(varied: Variable, first: str, last: str, step: str | None) -> list[Value]:
    low, high = Decimal(first), Decimal(last)
    if low >= high:
        raise ValueError(f"the range {first}..{last} does not rise: give its lower end first")
    if step is None and varied.kind is float:
        raise ValueError(
            f"the range {first}..{last} needs a step, as in {first}..{last}:{(high - low) / 4:g}"
        )
    by = Decimal(step or "1")
    if by <= 0:
        raise ValueError(f"the step {by} must be above 0")
    count, rest = divmod(high - low, by)
    if rest:
        raise ValueError(f"steps of {by} from {first} miss {last} by {rest}: change an end or the step")
    if count >= MOST_VALUES:
        raise ValueError(f"{int(count) + 1} values are more than {MOST_VALUES}: give a larger step")
    return [_number(varied, low + number * by) for number in range(int(count) + 1)]


def _number(varied: Variable, number: Decimal) -> Value:
    if varied.kind is float:
        return float(number)
    if number != int(number):
        raise ValueError(f"{varied.name} {number} must be a whole number")
    return int(number)
