"""Tours that may start and end at any of several depots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from layouts.tours.metric.best_tour import MetricTour, best_tour
from layouts.tours.metric.fixed_ends import Lengths, checked_lengths


def tour_between_depots(
    length_m: Lengths,
    *,
    starts: Sequence[int],
    ends: Sequence[int] | None = None,
    before: Iterable[tuple[int, int]] = (),
    **effort: Any,
) -> MetricTour:
    """From any of `starts` over all places that are no depot to any of `ends`: the depots that make it shortest.

    Without `ends` the tour returns to the depot it started from: one tour is planned a depot. `length_m` (n, n),
    `before` and `effort` as `best_tour` says. Depots that the tour does not use are not visited. Raises
    ValueError as there, and for no depot.
    """
    table = checked_lengths(length_m)
    n = len(table)
    ends_ = list(starts if ends is None else ends)
    for name, depots in (("starts", list(starts)), ("ends", ends_)):
        if not depots or not all(0 <= depot < n for depot in depots):
            raise ValueError(f"{name} is {depots}: expected one or more places between 0 and {n - 1}")
    stops = [place for place in range(n) if place not in {*starts, *ends_}]
    pairs = [(i, j) for i, j in before]
    if ends is None:
        tours = [_from_to(table, [depot], [depot], stops, pairs, effort) for depot in dict.fromkeys(starts)]
        best = min(tours, key=lambda tour: tour.length_m)
        return replace(best, lower_bound_m=min(tour.lower_bound_m for tour in tours))
    return _from_to(table, list(starts), ends_, stops, pairs, effort)


def _from_to(
    table: Lengths,
    starts: list[int],
    ends: list[int],
    stops: list[int],
    before: list[tuple[int, int]],
    effort: dict[str, Any],
) -> MetricTour:
    """One tour from a start that stands for all, as near to each place as the nearest, to an end likewise."""
    m = len(stops) + 2
    joined = np.zeros((m, m))
    joined[1:-1, 1:-1] = table[np.ix_(stops, stops)]
    joined[0, 1:-1] = joined[1:-1, 0] = table[np.ix_(starts, stops)].min(axis=0, initial=np.inf)
    joined[1:-1, -1] = joined[-1, 1:-1] = table[np.ix_(stops, ends)].min(axis=1, initial=np.inf)
    between = table[np.ix_(starts, ends)]
    joined[0, -1] = joined[-1, 0] = between.min()
    row = {place: i for i, place in enumerate(stops, start=1)}
    for i, j in before:
        if i not in row or j not in row:
            raise ValueError(f"before holds ({i}, {j}): a depot or no place of the table")
    if stops:
        tour = best_tour(joined, start=0, end=m - 1, before=[(row[i], row[j]) for i, j in before], **effort)
        visited = [stops[i - 1] for i in tour.order[1:-1]]
        first = starts[int(np.argmin(table[starts, visited[0]]))]
        last = ends[int(np.argmin(table[visited[-1], ends]))]
        return replace(tour, order=(first, *visited, last))
    length = float(between.min())
    first, last = np.argwhere(between == length)[0].tolist()
    return MetricTour(order=(starts[first], ends[last]), length_m=length, lower_bound_m=length)
