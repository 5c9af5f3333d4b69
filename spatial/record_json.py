"""Frozen dataclasses to and from JSON values, by their own type hints.

A record keeps the fields that its class does not know in `extra`; a field that is None is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Record = TypeVar("Record")
Decoder = Callable[[Any], Any]


def encode_record(record: Any) -> dict[str, Any]:
    """The JSON object of a dataclass: fields in their order, then those of `extra`; no nulls."""
    known = {name: _encode(getattr(record, name)) for name in _decoders(cast(Hashable, type(record)))}
    return {name: value for name, value in known.items() if value is not None} | dict(record.extra)


def decode_record(cls: type[Record], obj: Mapping[str, Any]) -> Record:
    """The value of class `cls` that a JSON object, already validated, describes."""
    decoders = _decoders(cast(Hashable, cls))
    present = {name: value for name, value in obj.items() if name in decoders and value is not None}
    known = {name: decoders[name](value) for name, value in present.items()}
    extra = {name: value for name, value in obj.items() if name not in decoders}
    return cast(Record, cast(Any, cls)(**known, extra=extra))


def _encode(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    return encode_record(value) if is_dataclass(value) else value


@cache
def _decoders(cls: Any) -> dict[str, Decoder]:
    hints = get_type_hints(cls)
    return {field.name: _decoder(hints[field.name]) for field in fields(cls) if field.name != "extra"}


def _decoder(hint: Any) -> Decoder:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        return _decoder(inner)
    if origin is tuple:
        item = _decoder(arguments[0])
        return lambda values: tuple(map(item, values))
    if origin is Literal:
        return lambda value: value
    if is_dataclass(hint):
        return lambda obj: decode_record(cast(Any, hint), obj)
    return cast(Decoder, hint)  # str, bool, int and float convert by themselves: a JSON 1 becomes 1.0
