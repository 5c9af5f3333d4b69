"""What pydantic finds wrong in a file, in words: value, bound and remedy, and the key that may have been meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from layouts.layout_file.layout_fault import KeyPath

LONGEST_VALUE = 60


def wording(error: ErrorDetails, path: KeyPath, model: type[BaseModel]) -> str:
    """What is wrong at `path`, the keys below `model`, as one sentence with the value, the bound and the remedy."""
    value, bounds = shortened(error["input"]), error.get("ctx", {})
    match error["type"]:
        case "missing":
            return "this key is missing: add it"
        case "extra_forbidden":
            return _no_such_key(path, model)
        case "greater_than":
            return f"{value} is not above {bounds['gt']:g}: choose a larger value"
        case "greater_than_equal":
            return f"{value} is below {bounds['ge']:g}: choose a larger value"
        case "less_than":
            return f"{value} is not below {bounds['lt']:g}: choose a smaller value"
        case "less_than_equal":
            return f"{value} is above {bounds['le']:g}: choose a smaller value"
        case "too_short" | "string_too_short":
            return f"{value} is shorter than {bounds['min_length']}: add what is missing"
        case "too_long" | "string_too_long":
            return f"{value} is longer than {bounds['max_length']}: take something out"
        case "literal_error":
            return f"{value} is not one of the known values: choose {bounds['expected']}"
        case "float_type" | "finite_number":
            return f"{value} is no finite number: write a plain number, with no quotes and no unit"
        case "int_type":
            return f"{value} is no whole number: write it without point, quotes or unit"
        case "bool_type":
            return f"{value} is neither true nor false: write one of the two"
        case "string_type":
            return f"{value} is no text: put it in quotes"
        case "string_pattern_mismatch":
            return f"{value} begins or ends with a space: take it out"
        case "tuple_type":
            return f"{value} is no list: write [a, b, …]"
        case "model_type" | "dict_type" | "mapping_type" | "model_attributes_type":
            return f"{value} has no keys: write key: value"
        case "value_error":
            return error["msg"].removeprefix("Value error, ")
    return f"{value}: {error['msg']}: correct it"


def no_such_key(key: str, known: Sequence[str]) -> str:
    """That nothing of that name is known, and what may have been meant."""
    near = get_close_matches(key, known, n=1)
    return f"there is no such key: {f'write {near[0]}' if near else 'choose one of ' + ', '.join(known)}"


def _no_such_key(path: KeyPath, model: type[BaseModel]) -> str:
    fields = _model_at(path[:-1], model).model_fields
    return no_such_key(str(path[-1]), [field.alias or name for name, field in fields.items()])


def _model_at(path: KeyPath, model: type[BaseModel]) -> type[BaseModel]:
    """The model whose keys stand at `path` below `model`."""
    for part in path:
        if part in model.model_fields:
            model = next(_models(model.model_fields[str(part)].annotation), model)
    return model


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model in a type such as tuple[Annotated[Block, …], ...]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def shortened(value: Any) -> str:
    """A value as it is shown in a sentence."""
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
