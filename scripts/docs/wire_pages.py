"""The messages between a server and its viewers as a page, from their one definition."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import UnionType
from typing import Any, get_args

import msgspec

from viewer import messages, motion_frame


def wire_page() -> str:
    """How the wire works, every message with its fields, and the binary frame."""
    lines = [
        "---",
        "search: {boost: 0.005}",
        "---",
        "",
        "# Wire messages",
        "",
        str(messages.__doc__),
        "",
        f"This is protocol {messages.PROTOCOL}.",
        "",
    ]
    for heading, union in (
        ("What a viewer says", messages.FromViewer),
        ("What a server says", messages.FromServer),
        ("Values of keys", messages.Value),
        ("A part of them", messages.Motion),
    ):
        lines += [f"## {heading}", ""]
        for kind in get_args(union) if isinstance(union, UnionType) else (union,):
            lines += _message(kind)
    return "\n".join([*lines, "## Binary frames", "", str(motion_frame.__doc__), ""])


def _message(kind: Any) -> Iterator[str]:
    """A message as it is tagged in JSON, what it means, and its fields with their types as declared."""
    tag = kind.__struct_config__.tag
    yield f"### {kind.__name__}"
    yield ""
    if tag:
        yield f'In JSON `"type": "{tag}"`.'
        yield ""
    yield inspect.getdoc(kind) or ""
    yield ""
    fields = msgspec.structs.fields(kind)
    if fields:
        yield "| field | type | default |"
        yield "|---|---|---|"
    for field in fields:
        declared = kind.__annotations__[field.name]
        default = "" if field.default is msgspec.NODEFAULT else f"`{field.default!r}`"
        yield f"| `{field.name}` | `{declared}` | {default} |"
    yield ""
