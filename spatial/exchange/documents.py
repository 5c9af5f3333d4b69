"""Text files into plain values, with hostile ones refused: JSON, YAML and XML."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NoReturn
from xml.parsers import expat

import yaml

from spatial.errors import BadDataError

MOST_BYTES = 1 << 28
"""A network's text beyond 256 MiB is no network of a warehouse."""

DEEPEST = 200
"""XML elements and YAML lists nest no deeper in any form of network."""


def read_bytes(path: Path) -> bytes:
    """The whole file; BadDataError when it is missing, no file, or beyond MOST_BYTES."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadDataError(f"{path}: more than {MOST_BYTES >> 20} MiB: expected the file of a network")
        return path.read_bytes()
    except OSError as error:
        raise BadDataError(f"{path}: {error.strerror}: name the file of a network") from error


def read_text(path: Path) -> str:
    """The file as text; BadDataError names the first byte that is not UTF-8."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadDataError(f"{path}: byte {error.start} is not UTF-8: save it as UTF-8") from error


def parse_json(text: str, source: str) -> Any:
    """The JSON value of `text`; NaN, infinity and what a float cannot hold are no numbers."""
    try:
        return finite_json(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadDataError(f"{source}: {where}: {error.msg}: expected a JSON document") from error
    except (RecursionError, ValueError) as error:
        raise BadDataError(f"{source}: no sensible JSON document ({error})") from error


def parse_yaml(text: str, source: str) -> Any:
    """The YAML value of `text`; aliases, which can make a small file huge, are refused."""
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            line = _line(event.start_mark)
            if isinstance(event, yaml.AliasEvent):
                raise BadDataError(f"{source}: line {line}: alias '*{event.anchor}': write the value itself")
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise BadDataError(f"{source}: line {line}: nested deeper than {DEEPEST}: expected a map")
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark)
        raise BadDataError(f"{source}: line {line}: {error.problem}: expected a YAML document") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BadDataError(f"{source}: no sensible YAML document ({error})") from error


def check_xml(data: bytes, source: str, *, element: str) -> set[str]:
    """The ids of all elements of that name in an XML document that is safe to parse.

    BadDataError for what is not well-formed, an id that comes twice, deep nesting, and a document type: its
    entities can make a small file huge or read others, and no form of network needs one.
    """
    parser, depth, ids = expat.ParserCreate(namespace_separator=":"), 0, set[str]()

    def refuse(*_: object) -> NoReturn:
        raise BadDataError(f"{source}: line {parser.CurrentLineNumber}: a document type: remove <!DOCTYPE …>")

    def enter(name: str, told: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        line = parser.CurrentLineNumber
        if depth > DEEPEST:
            raise BadDataError(f"{source}: line {line}: nested deeper than {DEEPEST}: expected a graph")
        if name.rpartition(":")[2] == element and "id" in told:
            if told["id"] in ids:
                raise BadDataError(f"{source}: line {line}: there is a {element} '{told['id']}' already")
            ids.add(told["id"])

    def leave(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = enter
    parser.EndElementHandler = leave
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise BadDataError(f"{source}: {error}: expected an XML document") from error
    return ids


def finite_json(text: str) -> Any:
    """The same; ValueError, of which JSONDecodeError is one, for anything else."""
    return json.loads(text, parse_constant=_finite, parse_float=_finite)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits:.40} is no finite number")
    return number


def _line(mark: Any) -> int:
    return int(mark.line) + 1 if mark is not None else 1
