"""The change that undoes others: the exact former values of all they changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from layouts.layout_file.parts import Part

Sha256: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Kind: TypeAlias = Literal[
    "levels", "walls", "columns", "racks", "locations", "obstacles", "aisles", "stations"
]


class Put(Part):
    """An element that goes back to its place in the list."""

    at: Annotated[int, Field(strict=True, ge=0)]
    record: Mapping[str, Any]


class Former(Part):
    """Of one kind of elements: which to drop, former values of fields by id (null: absent), which to put back."""

    drop: tuple[str, ...] = ()
    change: Mapping[str, Mapping[str, Any]] = {}
    put: tuple[Put, ...] = ()


class Restore(Part):
    """Only for the facility that has the content `of_sha256`; gives the one with `to_sha256`."""

    of_sha256: Sha256
    to_sha256: Sha256
    facility: Mapping[str, Any] = {}
    """Former values of the fields that are no elements."""
    elements: Mapping[Kind, Former] = {}
