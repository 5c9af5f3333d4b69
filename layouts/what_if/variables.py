"""What a what-if can vary: the scalar fields of a scenario, and three settings made of several fields."""

from __future__ import annotations

import types
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import Field, TypeAdapter, ValidationError

from layouts.scenario import Scenario

Value: TypeAlias = bool | int | float | str

SETTINGS: dict[str, Any] = {
    "peak": Annotated[float, Field(gt=0, le=100)],
    "robot_share": Annotated[float, Field(ge=0, le=1)],
    "one_way": Literal["none", "alternate"],
}
"""peak: demand as a multiple of the scenario's. robot_share: share of the pickers that are mobile robots instead.
one_way: aisles as the scenario has them, or neighbours one-way in alternating directions."""

FIXED = ("seed",)
"""Replications vary it already; another seed at each point would undo common random numbers."""


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A setting that can be varied; `kind` is bool, int, float or str, `declared` its type with its bounds."""

    name: str
    kind: type
    declared: Any

    @property
    def is_numeric(self) -> bool:
        """Whether its values have an order and distances."""
        return self.kind in (int, float)

    def checked(self, value: Value) -> Value:
        """The value itself; raises ValueError with the bound that it breaks."""
        try:
            TypeAdapter(self.declared).validate_python(value)
        except ValidationError as error:
            said = error.errors(include_url=False)[0]["msg"]
            raise ValueError(f"{self.name} {value} cannot be: {said[0].lower()}{said[1:]}") from None
        return value


def variable(name: str) -> Variable:
    """The variable of that name; ValueError suggests the nearest one, or lists all."""
    known = variables()
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=1)
    remedy = f"did you mean '{near[0]}'?" if near else f"choose one of {', '.join(known)}"
    raise ValueError(f"'{name}' is nothing that can be varied: {remedy}")


def variables() -> dict[str, Variable]:
    """All of them by name, the scenario's fields first."""
    declared = {
        name: Annotated[field.annotation, field]
        for name, field in Scenario.model_fields.items()
        if name not in FIXED
    } | SETTINGS
    kinds = {name: _kind(each) for name, each in declared.items()}
    return {
        name: Variable(name=name, kind=kind, declared=declared[name])
        for name, kind in kinds.items()
        if kind is not None
    }


def _kind(declared: Any) -> type | None:
    """The scalar type behind an annotation; None for paths, dates, lists and models."""
    origin = get_origin(declared)
    if origin is Annotated:
        return _kind(get_args(declared)[0])
    if origin is Literal:
        return type(get_args(declared)[0])
    if origin in (Union, types.UnionType):
        given = [each for each in get_args(declared) if each is not type(None)]
        return _kind(given[0]) if len(given) == 1 else None
    return declared if declared in (bool, int, float, str) else None
