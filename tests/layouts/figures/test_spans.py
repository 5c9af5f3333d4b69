"""Spans cut at edges, counted at once and joined, held against every single second."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.figures.spans import at_once, cut, joined, seconds_in, used

SECONDS = 30
spans = st.lists(
    st.tuples(st.integers(0, SECONDS), st.integers(0, 12), st.integers(0, 2)).map(
        lambda span: (float(span[0]), float(min(span[0] + span[1], SECONDS)), span[2])
    ),
    min_size=1,
    max_size=12,
)
edges = st.lists(st.integers(0, SECONDS), min_size=2, max_size=6, unique=True).map(
    lambda numbers: np.array(sorted(numbers), np.float64)
)

laws = settings(max_examples=100, deadline=None)


def columns(rows: list[tuple[float, float, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    start_s, end_s, group = (np.array(column) for column in zip(*rows, strict=True))
    return start_s, end_s, group


def by_second(start_s: np.ndarray, end_s: np.ndarray) -> np.ndarray:
    """Whether each span (N,) runs in each second, (N, SECONDS)."""
    second = np.arange(SECONDS)
    return (start_s[:, None] <= second) & (second < end_s[:, None])


@laws
@given(spans, edges)
def test_seconds_and_numbers_at_once_are_those_of_every_second(
    rows: list[tuple[float, float, int]], edges_s: np.ndarray
) -> None:
    start_s, end_s, group = columns(rows)
    runs = by_second(start_s, end_s)
    parts = cut(edges_s, start_s, end_s)
    pairs = used(parts.interval, group[parts.of], groups=3)
    found = at_once(parts.start_s, parts.end_s, pairs.place, groups=len(pairs.group))
    seconds = seconds_in(edges_s, start_s, end_s, group, groups=3)
    there = {
        pair: i for i, pair in enumerate(zip(pairs.interval.tolist(), pairs.group.tolist(), strict=True))
    }
    assert list(there) == sorted(there)
    for k, (low, high) in enumerate(zip(edges_s[:-1].astype(int), edges_s[1:].astype(int), strict=True)):
        for g in range(3):
            number = runs[group == g, low:high].sum(axis=0)
            assert seconds[k, g] == number.sum()
            assert ((k, g) in there) == (number.sum() > 0)
            if number.sum():
                place = there[k, g]
                assert (found.seconds[place], found.peak[place]) == (number.sum(), number.max())


@laws
@given(spans)
def test_joined_spans_cover_what_the_owners_did_and_no_two_of_one_touch(
    rows: list[tuple[float, float, int]],
) -> None:
    start_s, end_s, owner = columns(rows)
    found = joined(start_s, end_s, owner, owners=3)
    before, after = by_second(start_s, end_s), by_second(found.start_s, found.end_s)
    assert (np.diff(found.start_s) >= 0).all()
    for each in range(3):
        mine = found.owner == each
        assert after[mine].any(axis=0).tolist() == before[owner == each].any(axis=0).tolist()
        assert (found.start_s[mine][1:] > found.end_s[mine][:-1]).all()
