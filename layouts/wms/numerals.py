"""Texts as numbers, with a point or a comma for decimals."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Decimal = Literal[".", ","]
Flags = npt.NDArray[np.bool_]

_PLAIN = r"^[+-]?(\d{1,30}(\D\d{0,30})?|\D\d{1,30})([eE][+-]?\d{1,2})?$"
_GROUPED = r"^[+-]?[1-9]\d{0,2}(G\d{3})+(\D\d*)?$"
"""Nobody marks the thousands of 0,543."""
_ESCAPED = {".": r"\.", ",": ","}


def plain_pattern(decimal: Decimal) -> str:
    """A number without marks of thousands."""
    return _PLAIN.replace(r"\D", _ESCAPED[decimal])


def grouped_pattern(decimal: Decimal) -> str:
    """A number whose thousands are marked with the sign that is not `decimal`."""
    return _GROUPED.replace("G", _ESCAPED["," if decimal == "." else "."]).replace(r"\D", _ESCAPED[decimal])


def numbers(texts: pa.Array, *, decimal: Decimal) -> tuple[npt.NDArray[np.float64], Flags]:
    """The numbers (N,), NaN for "" and for what is none; and which are none. Thousands may be marked, in threes."""
    grouped = pc.match_substring_regex(texts, grouped_pattern(decimal))
    if pc.any(grouped).as_py():
        bare = pc.replace_substring(texts, "," if decimal == "." else ".", "")
        texts = pc.if_else(grouped, bare, texts)
    plain = pc.match_substring_regex(texts, plain_pattern(decimal))
    if decimal == ",":
        texts = pc.replace_substring(texts, ",", ".")
    texts = pc.replace_substring_regex(texts, r"^\+", "")
    values = pc.if_else(plain, texts, None).cast(pa.float64())
    empty = to_flags(pc.equal(texts, ""))
    return pc.fill_null(values, float("nan")).to_numpy(zero_copy_only=False), ~to_flags(plain) & ~empty


def decimal_evidence(texts: pa.Array) -> tuple[int, int, int]:
    """How many texts are numbers only with a decimal point, only with a comma, and differently with either."""
    marked = texts.filter(pc.match_substring_regex(texts, "[.,]"))
    with_point, with_comma = (_is_number(marked, decimal) for decimal in (".", ","))
    return (
        int(np.sum(with_point & ~with_comma)),
        int(np.sum(with_comma & ~with_point)),
        int(np.sum(with_point & with_comma)),
    )


def _is_number(texts: pa.Array, decimal: Decimal) -> Flags:
    plain = to_flags(pc.match_substring_regex(texts, plain_pattern(decimal)))
    return plain | to_flags(pc.match_substring_regex(texts, grouped_pattern(decimal)))


def to_flags(values: pa.Array) -> Flags:
    """Booleans as numpy has them."""
    flags: Flags = values.to_numpy(zero_copy_only=False)
    return flags
