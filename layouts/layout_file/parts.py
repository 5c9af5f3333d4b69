"""The values that keys of a layout file hold: their types and limits, and how a shape is told."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from layouts.layout_file.placement import Placement

Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
Length: TypeAlias = Annotated[float, Field(strict=True, gt=0, le=2000, allow_inf_nan=False)]
Height: TypeAlias = Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)]
Coordinate: TypeAlias = Annotated[float, Field(strict=True, ge=-10_000, le=10_000, allow_inf_nan=False)]
Angle: TypeAlias = Annotated[float, Field(strict=True, ge=-360, le=360, allow_inf_nan=False)]
Count: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=1000)]
Number: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=999_999)]
Flag: TypeAlias = Annotated[bool, Field(strict=True)]
Place: TypeAlias = tuple[Coordinate, Coordinate]
Size: TypeAlias = tuple[Length, Length]
FarCoordinate: TypeAlias = Annotated[float, Field(strict=True, ge=-1e8, le=1e8, allow_inf_nan=False)]
Outline: TypeAlias = Annotated[tuple[Place, ...], Field(min_length=3, max_length=10_000)]
Lines: TypeAlias = Annotated[tuple[Coordinate, ...], Field(min_length=1, max_length=1000)]


class Part(BaseModel):
    """What every part of the file has: unknown keys are refused, values stay as they are."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, use_attribute_docstrings=True
    )


def corners_of(
    at_m: Place | None, size_m: Size | None, heading_deg: float, outline_m: tuple[Place, ...] | None
) -> tuple[Place, ...]:
    """The corners of a rectangle about its middle, or of an outline, in the layout's frame."""
    if outline_m is not None:
        return outline_m
    (x, y), (width, depth) = at_m or (0.0, 0.0), size_m or (0.0, 0.0)
    frame = Placement().at(x, y, heading_deg)
    return frame.box(-width / 2, -depth / 2, width / 2, depth / 2)


def require_one_shape(
    what: str, at_m: Place | None, size_m: Size | None, outline_m: tuple[Place, ...] | None
) -> None:
    """ValueError unless there is a rectangle, or an outline instead."""
    shape = (at_m is not None, size_m is not None, outline_m is not None)
    if shape not in ((True, True, False), (False, False, True)):
        raise ValueError(f"{what} needs at_m and size_m, or outline_m instead: give one of the two")
