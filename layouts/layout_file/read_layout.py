"""Reading a layout file: every fault is told as `file:line: key: what, bound, remedy`, all of them at once."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from layouts.layout_file.build_layout import build_layout
from layouts.layout_file.layout_fault import LayoutError, LayoutFault
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.model_wording import wording
from layouts.layout_file.yaml_lines import YamlError, YamlText, parse_yaml
from spatial.facility import Facility, Provenance

Parts = TypeVar("Parts", bound=BaseModel)

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
    return LayoutFault(path, wording(error, path, model))
