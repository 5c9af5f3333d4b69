"""How the inner functions of the search are compiled: without counting references.

They are handed tuples of arrays and allocate nothing, so that nobody needs the counts. Else numba keeps one for every
array of a tuple at every call, which is ten times the work of what these functions do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """The function, compiled on its first call; it must not allocate."""
    options: dict[str, Any] = {"cache": True, "_nrt": False}
    compiled: Function = njit(**options)(function)
    return compiled
