"""Reading a layout file: every fault is told as `file:line: key: what, bound, remedy`, all of them at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from layouts.layout_file.build_layout import build_layout
from layouts.layout_file.layout_fault import KeyPath, LayoutError, LayoutFault
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.yaml_lines import YamlError, YamlText, parse_yaml
from spatial.facility import Facility, Provenance

Parts = TypeVar("Parts", bound=BaseModel)

LONGEST_VALUE = 60

START = "id: MY-HALL, building: {width_m: 40, depth_m: 60}, blocks: [{id: A, at_m: [5, 10]}]"


def read_layout(path: Path) -> Layout:
    """The layout of a YAML file. Raises LayoutError, each line of which names file, line, key and remedy."""
    return read_parts(path, Layout, START)[0]


def build_layout_file(path: Path) -> Facility:
    """The planned facility of a layout file, with the file's name and hash as provenance.

    Raises LayoutError for what cannot be read or built, each line naming file, line, key and remedy.
    """
    layout, text = read_parts(path, Layout, START)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        return build_layout(layout, provenance=Provenance(source=path.name, sha256=digest, method="layout"))
    except LayoutError as error:
        raise located(error.faults, path, text) from error


def layout_schema() -> dict[str, Any]:
    """The JSON Schema of a layout file, for editors that complete and check while one types."""
    schema = Layout.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "aisletwin layout", **schema}


def read_parts(path: Path, model: type[Parts], start: str) -> tuple[Parts, YamlText]:
    """The `model` of a YAML file with the lines of its keys; `start` is how such a file may begin.

    Raises LayoutError with all faults, each line naming file, line, key and remedy.
    """
    try:
        text = parse_yaml(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        message = (
            f"{path} cannot be read ({error.strerror}): check the path, or write it, beginning with '{start}'"
        )
        raise LayoutError([LayoutFault((), message)]) from error
    except OSError as error:
        raise LayoutError(
            [LayoutFault((), f"{path} cannot be read ({error.strerror}): check the path")]
        ) from error
    except UnicodeDecodeError as error:
        raise LayoutError(
            [LayoutFault((), f"{path}: byte {error.start} is not UTF-8: save it as UTF-8")]
        ) from error
    except YamlError as error:
        raise LayoutError([error.fault], [f"{path}:{error.line}: {error.fault}"]) from error
    if not isinstance(text.values, dict):
        raise located((LayoutFault((), f"this holds no keys: start with {start}"),), path, text)
    try:
        return model.model_validate(text.values), text
    except ValidationError as error:
        faults = tuple(_fault(each, model) for each in error.errors(include_url=False))
        raise located(faults, path, text) from error


def located(faults: tuple[LayoutFault, ...], path: Path, text: YamlText) -> LayoutError:
    """The same faults with their place in the file, in the order of their lines."""
    inorder = sorted(faults, key=lambda fault: text.line(fault.path))
    return LayoutError(inorder, [f"{path}:{text.line(fault.path)}: {fault}" for fault in inorder])


def _fault(error: ErrorDetails, model: type[BaseModel]) -> LayoutFault:
    path = tuple(part for part in error["loc"] if part != "[key]")
    return LayoutFault(path, _wording(error, path, model))


def _wording(error: ErrorDetails, path: KeyPath, model: type[BaseModel]) -> str:
    """One sentence with the value, the bound and the remedy."""
    value, bounds = _shortened(error["input"]), error.get("ctx", {})
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


def _no_such_key(path: KeyPath, model: type[BaseModel]) -> str:
    known = [field.alias or name for name, field in _model_at(path[:-1], model).model_fields.items()]
    near = get_close_matches(str(path[-1]), known, n=1)
    return f"there is no such key: {f'write {near[0]}' if near else 'choose one of ' + ', '.join(known)}"


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


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
