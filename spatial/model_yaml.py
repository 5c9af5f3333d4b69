"""Reading a pydantic model from a YAML file: every fault is told with file, field, value and remedy."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from spatial.errors import BadDataError

_Model = TypeVar("_Model", bound=BaseModel)

VALUE_SHOWN = 80
"""So many characters of a wrong value are repeated."""


def read_model(path: Path, model: type[_Model], *, start: str, may_be_empty: bool = False) -> _Model:
    """The `model` of a YAML (or JSON) file; `start` is a first line to suggest where there are no fields;
    a file that `may_be_empty` has the defaults.

    Raises BadDataError.
    """
    try:
        record = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadDataError(
            f"{path} cannot be read ({error.strerror}): check the path, or write the file, beginning with '{start}'"
        ) from error
    except OSError as error:
        raise BadDataError(f"{path} cannot be read ({error.strerror}): check the path") from error
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise BadDataError(f"{path} is no YAML: {' '.join(str(error).split())}") from error
    if record is None and may_be_empty:
        record = {}
    if not isinstance(record, dict):
        raise BadDataError(f"{path} holds no fields: start with '{start}'")
    return validated(record, model, source=str(path))


def validated(record: object, model: type[_Model], *, source: str) -> _Model:
    """The `model` of plain values that come from `source`; BadDataError names it and the field that is wrong."""
    try:
        return model.model_validate(record)
    except ValidationError as error:
        raise BadDataError(f"{source}: {_first_fault(error, model)}") from error


def _first_fault(error: ValidationError, model: type[BaseModel]) -> str:
    fault = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in fault["loc"])
    said = fault["msg"].removeprefix("Value error, ")
    if not field:
        return said
    if fault["type"] == "extra_forbidden":
        known = f"known are {', '.join(model.model_fields)}" if len(fault["loc"]) == 1 else "correct its name"
        return f"{field}: there is no such field; {known}"
    if fault["type"] == "missing":
        return f"{field}: this field is needed"
    value = repr(fault["input"])
    return f"{field}: {said}, got {value if len(value) <= VALUE_SHOWN else value[:VALUE_SHOWN] + '…'}"
