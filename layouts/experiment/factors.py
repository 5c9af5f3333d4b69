"""What a user types after --factor, such as `pickers=4,8,12`, as the values a factor takes."""

from __future__ import annotations

from collections.abc import Sequence

from layouts.what_if.spec import Axis, parse_axis


def parse_factors(texts: Sequence[str]) -> tuple[Axis, ...]:
    """Read each text: `NAME=` and two or more values between commas, or a range; see `parse_axis`.

    Raises ValueError with the text, what is wrong, and what to write instead.
    """
    return tuple(map(_factor, texts))


def _factor(text: str) -> Axis:
    name, equals, wanted = text.partition("=")
    if not (name.strip() and equals and wanted.strip()):
        raise ValueError(
            f"factor '{text}' must be NAME=VALUES, such as pickers=4,8,12 or one_way=none,alternate"
        )
    if "," not in wanted and ".." not in wanted:
        raise ValueError(f"factor '{text}' has one value: give at least two, or change the scenario")
    try:
        return parse_axis(text)
    except ValueError as error:
        raise ValueError(str(error).replace("what-if", "factor", 1)) from None
