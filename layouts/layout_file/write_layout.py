"""A layout as the YAML that a person would write: one line for each part, only what was said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from layouts.layout_file.layout_model import Layout

ONE_LINE = 1_000_000


def layout_yaml(layout: Layout) -> str:
    """The text of a layout file that `read_layout` reads as the same layout; keys left to their defaults stay out."""
    said = layout.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return "".join(line for key, value in said.items() for line in _lines(key, value))


def _lines(key: str, value: Any) -> Iterator[str]:
    """Lists and mappings of parts are opened once, their entries are a line each."""
    if value and isinstance(value, list) and isinstance(value[0], dict):
        yield f"{key}:\n"
        yield from (f"  - {_one_line(each)}" for each in value)
    elif value and isinstance(value, dict) and any(isinstance(each, dict) for each in value.values()):
        yield f"{key}:\n"
        yield from (f"  {_one_line({name: each})[1:-2]}\n" for name, each in value.items())
    elif value and isinstance(value, dict) and any(_is_list_of_parts(each) for each in value.values()):
        yield f"{key}:\n"
        for name, each in value.items():
            yield from (f"  {line}" for line in _lines(name, each))
    elif value or not isinstance(value, list):
        yield f"{_one_line({key: value})[1:-2]}\n"


def _is_list_of_parts(value: Any) -> bool:
    return bool(value) and isinstance(value, list) and isinstance(value[0], dict)


def _one_line(value: Any) -> str:
    text: str = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, width=ONE_LINE, allow_unicode=True
    )
    return text
