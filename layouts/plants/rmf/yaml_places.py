"""The line of a YAML file that a path such as `$.levels.L1.walls[3]` is at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import yaml

_PATH = re.compile(r"\$[.\[].*?(?=: |$)")
_INDEX = re.compile(r"\[(\d+)\]")


def with_lines(text: str, messages: Iterable[str]) -> list[str]:
    """Messages in which each path of the YAML `text` is followed by its line: `$.levels.L1 (line 12): …`."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    return [
        _PATH.sub(lambda found: f"{found[0]} (line {_line(root, found[0][1:])})", message, count=1)
        for message in messages
    ]


def _line(node: yaml.Node | None, path: str) -> int:
    """The line, from 1, of the innermost part on the way down `path` that is in the file."""
    line = 1
    while node is not None and (found := next(_below(node, path), None)) is not None:
        node, path, line = found
    return line


def _below(node: yaml.Node, path: str) -> Iterator[tuple[yaml.Node, str, int]]:
    """The child that `path` goes through, the rest of the path, its line; long keys first, as keys have dots."""
    if isinstance(node, yaml.SequenceNode) and (index := _INDEX.match(path)):
        if int(index[1]) < len(node.value):
            child = node.value[int(index[1])]
            yield child, path[index.end() :], child.start_mark.line + 1
    elif isinstance(node, yaml.MappingNode):
        for key, child in sorted(node.value, key=lambda pair: -len(str(pair[0].value))):
            start = f".{key.value}"
            if path.startswith(start) and path[len(start) : len(start) + 1] in ("", ".", "["):
                yield child, path[len(start) :], key.start_mark.line + 1
