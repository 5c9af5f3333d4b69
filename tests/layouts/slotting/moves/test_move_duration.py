"""Durations as people write them."""

from __future__ import annotations

import pytest

from layouts.slotting.moves.duration import seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("8h", 28_800), ("90min", 5_400), ("1.5 h", 5_400), (" 1h 30min ", 5_400), ("45s", 45), ("2d", 172_800)],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "8", "h", "8 hours", "-1h", "1h 2h", "1,5h", "8h!", "9" * 400 + "h"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration: write a number and its unit"):
        seconds_of(text)
