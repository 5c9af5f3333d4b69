"""Paths in a file of settings are seen from where that file lies, however deep in it they stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

_Model = TypeVar("_Model", bound=BaseModel)

DECODERS_FILE = "file"
"""The option of a decoder that names a file."""


def seen_from(folder: Path, settings: _Model) -> _Model:
    """The settings with all paths in them, those of parts too, as seen from `folder`; absolute ones stay."""
    updates = {name: _seen(folder, getattr(settings, name)) for name in type(settings).model_fields}
    return settings.model_copy(update=updates)


def _seen(folder: Path, value: Any) -> Any:
    match value:
        case Path():
            return folder / value
        case BaseModel():
            return seen_from(folder, value)
        case tuple():
            return tuple(_seen(folder, each) for each in value)
        case Mapping() if isinstance(value.get(DECODERS_FILE), str):
            return {**value, DECODERS_FILE: str(folder / value[DECODERS_FILE])}
    return value
