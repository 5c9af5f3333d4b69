"""Numbers out of text, as fast as the disk gives them and exact to the last bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

LONGEST_NUMBER = 40
"""Characters; anything longer is no number."""

_NEWLINE, _SPACE, _TAB, _RETURN = 10, 32, 9, 13
_PLUS, _MINUS, _ZERO, _NINE = 43, 45, 48, 57
_EXPONENTS = (69, 101)
# the letters of nan, inf and infinity, in both cases
_WORDS = tuple(b"nafityNAFITY")
_GOOD, _SLOW, _BAD = 0, 1, 2
# below 2**53, and with a power of ten that float64 holds exactly, one division rounds rightly (Clinger 1990)
_MOST_EXACT = 1 << 53
_MOST_DIGITS = 18
_POWERS = np.array([float(f"1e{k}") for k in range(23)])


@njit(cache=True, nogil=True)
def parse_rows(
    text: npt.NDArray[np.uint8],
    at: int,
    delimiter: int,
    decimal: int,
    out: npt.NDArray[np.float64],
    filled: int,
    slow_text: npt.NDArray[np.uint8],
    slow_at: npt.NDArray[np.int64],
) -> tuple[int, int, int, int, bool]:
    """Parse lines of `text` (B,), which ends in a newline, from byte `at` into `out` (M, C) from row `filled`.

    `delimiter` is a byte between numbers, 0 for blanks alone; an empty field is NaN. `decimal` is the byte of
    the decimal mark. Numbers that need more care go to `slow_text` (K, LONGEST_NUMBER) with their row and
    column in `slow_at` (K, 2); K is at least C. Returns the rows filled, the byte and the lines reached, the
    numbers put aside, and whether the line at that byte is not C numbers. Stops where `out` or K is full.
    """
    columns = out.shape[1]
    lines, slow = 0, 0
    while at < len(text):
        start = at
        at = _after_blanks(text, at, delimiter)
        if text[at] == _NEWLINE:
            at += 1
            lines += 1
            continue
        if filled == len(out) or slow + columns > len(slow_text):
            return filled, start, lines, slow, False
        column, delimited = 0, False
        while text[at] != _NEWLINE:
            if column == columns:
                return filled, start, lines, slow, True
            if delimiter and text[at] == delimiter:
                value, end, kind = np.nan, at, _GOOD
            else:
                value, end, kind = _number(text, at, delimiter, decimal)
            if kind == _BAD or (kind == _SLOW and end - at > LONGEST_NUMBER):
                return filled, start, lines, slow, True
            if kind == _SLOW:
                slow_text[slow] = 0
                for k in range(at, end):
                    slow_text[slow, k - at] = 46 if text[k] == decimal else text[k]
                slow_at[slow, 0], slow_at[slow, 1] = filled, column
                slow += 1
            out[filled, column] = value
            column += 1
            at = _after_blanks(text, end, delimiter)
            delimited = False
            if delimiter and text[at] != _NEWLINE:
                if text[at] != delimiter:
                    return filled, start, lines, slow, True
                delimited = True
                at = _after_blanks(text, at + 1, delimiter)
        if delimited and column == columns - 1:
            out[filled, column] = np.nan
            column += 1
        if column != columns:
            return filled, start, lines, slow, True
        filled += 1
        at += 1
        lines += 1
    return filled, at, lines, slow, False


@njit(cache=True, nogil=True)
def _after_blanks(text: npt.NDArray[np.uint8], at: int, delimiter: int) -> int:
    while (text[at] == _SPACE or text[at] == _TAB or text[at] == _RETURN) and text[at] != delimiter:
        at += 1
    return at


@njit(cache=True, nogil=True)
def _number(text: npt.NDArray[np.uint8], at: int, delimiter: int, decimal: int) -> tuple[float, int, int]:
    """The number at `at`, where it ends, and whether it is good, needs care, or is none."""
    negative = text[at] == _MINUS
    if negative or text[at] == _PLUS:
        at += 1
    mantissa, digits, power = 0, 0, 0
    while _ZERO <= text[at] <= _NINE:
        mantissa = mantissa * 10 + (int(text[at]) - _ZERO)
        digits += 1
        at += 1
    if text[at] == decimal:
        at += 1
        while _ZERO <= text[at] <= _NINE:
            mantissa = mantissa * 10 + (int(text[at]) - _ZERO)
            power -= 1
            at += 1
        digits -= power
    seen = digits > 0
    if seen and (text[at] == _EXPONENTS[0] or text[at] == _EXPONENTS[1]):
        at += 1
        minus = text[at] == _MINUS
        if minus or text[at] == _PLUS:
            at += 1
        seen, exponent = False, 0
        while _ZERO <= text[at] <= _NINE:
            seen = True
            exponent = min(exponent * 10 + (int(text[at]) - _ZERO), 9999)
            at += 1
        power += -exponent if minus else exponent
    is_word = False
    while not (text[at] == _SPACE or text[at] == _TAB or text[at] == _RETURN or text[at] == _NEWLINE):
        if text[at] == delimiter:
            break
        if seen or text[at] not in _WORDS:
            return np.nan, at, _BAD
        is_word = True
        at += 1
    if not seen and not is_word:
        return np.nan, at, _BAD
    if is_word or digits > _MOST_DIGITS or mantissa > _MOST_EXACT or power < -22 or power > 22:
        return np.nan, at, _SLOW
    value = float(mantissa)
    value = value / _POWERS[-power] if power < 0 else value * _POWERS[power]
    return -value if negative else value, at, _GOOD


def fill_slow(
    out: npt.NDArray[np.float64], slow_text: npt.NDArray[np.uint8], slow_at: npt.NDArray[np.int64]
) -> int | None:
    """Put the numbers set aside by `parse_rows` into `out`; the row of the first that is none, else None."""
    if len(slow_text) == 0:
        return None
    words = slow_text.view(f"S{LONGEST_NUMBER}")[:, 0]
    try:
        out[slow_at[:, 0], slow_at[:, 1]] = words.astype(np.float64)
    except ValueError:
        return next(int(row) for word, (row, _) in zip(words, slow_at, strict=True) if not is_number(word))
    return None


def is_number(word: bytes | str) -> bool:
    """Whether float reads the word."""
    try:
        float(word)
    except ValueError:
        return False
    return True


@njit(cache=True, nogil=True)
def skip_rows(text: npt.NDArray[np.uint8], wanted: int, is_in_row: bool) -> tuple[int, int, int, bool]:
    """Step over the next `wanted` lines that are not blank, the last of them whole.

    `is_in_row` says that the text starts within a row that was counted. Returns the byte reached, the rows
    and lines begun and ended there, and whether the text ends within a row.
    """
    rows, lines = 0, 0
    for at in range(len(text)):
        c = text[at]
        if c == _NEWLINE:
            lines += 1
            is_in_row = False
            if rows == wanted:
                return at + 1, rows, lines, False
        elif not is_in_row and c != _SPACE and c != _TAB and c != _RETURN:
            is_in_row = True
            rows += 1
    return len(text), rows, lines, is_in_row
