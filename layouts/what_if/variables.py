"""What a what-if can vary: the scalar fields of a scenario, and three settings made of several fields.

A field within another is named with a dot, `traffic.deadlock`.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

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
    """The variable of that name; ValueError suggests the nearest one, or lists all that are not within another."""
    known = variables()
    if name in known:
        return known[name]
    near = [each for each in known if each.endswith(f".{name}")] or get_close_matches(name, known, n=1)
    if near:
        raise ValueError(f"'{name}' is nothing that can be varied: did you mean '{near[0]}'?")
    raise ValueError(
        f"'{name}' is nothing that can be varied: choose one of "
        f"{', '.join(each for each in known if '.' not in each)}, or a field within one as traffic.deadlock"
    )


def variables() -> dict[str, Variable]:
    """All of them by name, the scenario's fields first."""
    return {each.name: each for each in (*_fields(Scenario), *_settings()) if each.name not in FIXED}


def _settings() -> Iterator[Variable]:
    for name, declared in SETTINGS.items():
        (kind,) = _kinds(declared)
        yield Variable(name=name, kind=kind, declared=declared)


def _fields(model: type[BaseModel], prefix: str = "") -> Iterator[Variable]:
    """The scalar fields of a model and of the models in it."""
    for name, field in model.model_fields.items():
        declared: Any = Annotated[field.annotation, field]
        for kind in _kinds(declared):
            if issubclass(kind, BaseModel):
                yield from _fields(kind, f"{prefix}{name}.")
            elif kind in (bool, int, float, str):
                yield Variable(name=f"{prefix}{name}", kind=kind, declared=declared)


def _kinds(declared: Any) -> list[type]:
    """The class behind an annotation, if it is one alone; none for lists, tables and choices of classes."""
    origin = get_origin(declared)
    if origin is Annotated:
        return _kinds(get_args(declared)[0])
    if origin is Literal:
        return [type(get_args(declared)[0])]
    if origin in (Union, types.UnionType):
        given = [each for each in get_args(declared) if each is not type(None)]
        return _kinds(given[0]) if len(given) == 1 else []
    return [declared] if isinstance(declared, type) and origin is None else []
