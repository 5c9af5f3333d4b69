"""YAML as plain values, each with the line it stands on, so that a fault can be told as `file:line`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from layouts.layout_file.layout_fault import KeyPath, LayoutFault

LONGEST_TEXT = 4_000_000
"""Characters of a layout file, so that a wrong file is refused before it is parsed."""


@dataclass(frozen=True)
class YamlText:
    """The values of a YAML text, and the line, from 1, of every key and list entry by its path."""

    values: Any
    lines: Mapping[KeyPath, int]

    def line(self, path: KeyPath) -> int:
        """The line of `path`, or of the nearest part around it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class YamlError(ValueError):
    """A text that is no plain YAML: `line`, from 1, and what to do."""

    def __init__(self, line: int, path: KeyPath, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.fault = LayoutFault(path, message)


def parse_yaml(text: str) -> YamlText:
    """The values of a text with one YAML document; an empty one has the value None.

    Only plain values, lists and mappings with keys that are text, each key once; no anchors, aliases or tags.
    Raises YamlError.
    """
    if len(text) > LONGEST_TEXT:
        raise YamlError(1, (), f"{len(text)} characters are more than {LONGEST_TEXT}: is this a layout file?")
    try:
        _refuse_aliases(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is None:
            return YamlText(None, {})
        lines = dict(_lines(root, ()))
        return YamlText(yaml.safe_load(text), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(filter(None, (error.context, error.problem)))
        line = 1 if mark is None else mark.line + 1
        raise YamlError(
            line, (), f"this is no YAML: {said}: check indentation, brackets and quotes"
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError(line, (), f"character #x{error.character:04x} is not allowed: delete it") from error
    except (RecursionError, ValueError) as error:
        if isinstance(error, YamlError):
            raise
        raise YamlError(1, (), f"this is no sensible YAML: {error}: keep to the keys of a layout") from error


def _refuse_aliases(text: str) -> None:
    """Aliases can repeat a part without end; rack_types and `behind` are there for what is alike."""
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            line = 1 if event.start_mark is None else event.start_mark.line + 1
            remedy = "name a rack type, or place the block behind another"
            raise YamlError(line, (), f"*{event.anchor} is an alias, which is not read: {remedy}")


def _lines(node: yaml.Node, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    """Paths and lines of a node and all in it."""
    if not path:
        yield path, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for i, entry in enumerate(node.value):
            yield (*path, i), entry.start_mark.line + 1
            yield from _lines(entry, (*path, i))
    elif isinstance(node, yaml.MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.tag != "tag:yaml.org,2002:str":
                raise YamlError(line, path, f"the key {key.value!r} is no text: put it in quotes")
            if key.value in first:
                told = f"the key {key.value!r} is there twice, first in line {first[key.value]}"
                raise YamlError(line, (*path, key.value), f"{told}: keep one of the two")
            first[key.value] = line
            yield (*path, key.value), line
            yield from _lines(value, (*path, key.value))
