"""Arrays in the types and the layout that the engine is compiled for: others would compile it once more."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, get_type_hints

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.tape import ROW, Floats, Ints

Given = TypeVar("Given", bound=tuple[Any, ...])


def typed(given: Given) -> Given:
    """A Tape, Resources, Jobs, Crew or Rules; ValueError names a field that holds something else."""
    kinds = _kinds(type(given)).items()
    return type(given)(*(_field(name, kind, getattr(given, name)) for name, kind in kinds))


@cache
def _kinds(of: type) -> dict[str, Any]:
    """What each field is declared to hold; looked up once, since that takes longer than a short run."""
    return get_type_hints(of)


def _field(name: str, kind: Any, value: Any) -> Any:
    if kind == Ints:
        return _array(name, value, np.int64)
    if kind == Floats:
        return _array(name, value, np.float64)
    if kind in (int, float, bool):
        return kind(value)
    if value.dtype != ROW:
        raise ValueError(f"{name} has dtype {value.dtype}, not ROW: use tape_of")
    return np.ascontiguousarray(value)


def _array(name: str, value: Any, dtype: type[np.int64] | type[np.float64]) -> npt.NDArray[Any]:
    array = np.asarray(value)
    if array.size and not np.can_cast(array.dtype, dtype, casting="same_kind"):
        raise ValueError(f"{name} holds {array.dtype}, not {dtype.__name__}")
    return np.ascontiguousarray(array, dtype)
