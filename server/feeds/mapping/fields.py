"""Fields of an event's body, compiled: from a record to the value in the unit that the field is in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

from server.feeds.mapping.mapping_file import FieldSource, Scalar
from server.feeds.mapping.paths import MISSING, Read, Record, compiled_path
from server.feeds.mapping.quantities import Convert, converter, needs_unit
from server.feeds.mapping.templates import compiled_template
from server.feeds.mapping.times import time_reader

Change: TypeAlias = Callable[[object], object]
POINTS = "path"
"""The field of `Work` whose numbers are metres."""


def compiled_field(name: str, source: FieldSource, parts: Collection[str]) -> Read:
    """The function that reads the field; MISSING where the record has none. It raises ValueError for a value that
    does not fit. Raises ValueError for a source that cannot fit the field.
    """
    if source.text is not None:
        return compiled_template(source.text, parts)
    if source.const is not None:
        return _constant(name, source)
    if source.each is not None:
        return _each(name, source, parts)
    read, change = compiled_path(str(source.path)), _change(name, source)
    shown = source.path

    def read_and_change(record: Record) -> object:
        value = read(record)
        try:
            return value if value is MISSING else change(value)
        except ValueError as error:
            raise ValueError(f"{name} from {shown}: {error}") from error

    return read_and_change


def number_of(value: object) -> float:
    """A number, also one written as text. Raises ValueError for anything else."""
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            float(value)  # an int may be too large for one
            return value
        return float(value) if isinstance(value, str) else float(str(None))
    except (ValueError, OverflowError):
        raise ValueError(f"{value!r:.60} is no number") from None


def _constant(name: str, source: FieldSource) -> Read:
    value: object = source.const
    if source.unit is not None:
        value = converter(name, source.unit)(number_of(value))
    elif needs_unit(name):
        raise ValueError(f"{name}: add the unit that {value} is in")
    return lambda _record: value


def _change(name: str, source: FieldSource) -> Change:
    if source.map is not None:
        return _mapped(source.map)
    if name.endswith("_ms"):
        if source.form is None:
            raise ValueError(f"{name}: add form, one of iso, epoch_s and epoch_ms")
        return time_reader(source.form)
    if source.form is not None:
        raise ValueError(f"{name} is no time: leave form out")
    if source.unit is not None:
        return _in_unit(converter(name, source.unit))
    if source.unit_from is not None:
        raise ValueError(f"{name}: unit_from is for the value of a reading: write unit")
    if needs_unit(name):
        raise ValueError(f"{name}: add the unit that the message tells it in")
    return lambda value: value


def _in_unit(convert: Convert) -> Change:
    return lambda value: convert(number_of(value))


def _mapped(means: Mapping[Scalar, Scalar]) -> Change:
    meaning = {_key(told): value for told, value in means.items()}
    known = ", ".join(meaning)

    def mapped(value: object) -> object:
        if isinstance(value, (str, bool, int, float)) and _key(value) in meaning:
            return meaning[_key(value)]
        raise ValueError(f"{value!r:.60} is not in map, which holds {known}: add it")

    return mapped


def _key(value: Scalar) -> str:
    """As JSON writes it, so that `true` in the file is true in the message."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def one_of(values: Collection[Scalar]) -> Callable[[object], bool]:
    """Whether a told value is one of these."""
    keys = {_key(value) for value in values}
    return lambda value: isinstance(value, (str, bool, int, float)) and _key(value) in keys


def _each(name: str, source: FieldSource, parts: Collection[str]) -> Read:
    path = str(source.each)
    read = compiled_path(path)
    become = _element(f"{name}_m" if name == POINTS else name, source, parts)

    def read_all(record: Record) -> object:
        elements = read(record)
        if elements is MISSING:
            return MISSING
        if not isinstance(elements, list):
            raise ValueError(f"{name} from {path}: {elements!r:.60} is no list")
        return [become(record._replace(element=element)) for element in elements]

    return read_all


def _element(name: str, source: FieldSource, parts: Collection[str]) -> Callable[[Record], object]:
    match source.of:
        case FieldSource() as one:
            return _needed(name, compiled_field(name, one, parts))
        case tuple() as several:
            reads = [_needed(name, compiled_field(name, one, parts)) for one in several]
            return lambda record: [read(record) for read in reads]
        case Mapping() as named:
            by_name = {field: compiled_field(field, one, parts) for field, one in named.items()}
            return lambda record: {
                field: value for field, read in by_name.items() if (value := read(record)) is not MISSING
            }
    raise ValueError(f"{name}: each goes with of")


def _needed(name: str, read: Read) -> Read:
    def needed(record: Record) -> object:
        value = read(record)
        if value is MISSING:
            raise ValueError(f"{name}: an element lacks a value")
        return value

    return needed
