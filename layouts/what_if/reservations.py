"""What is to be known of figures that were replicated, whatever was asked of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from layouts.statistics.intervals import Estimate
from layouts.what_if.figure_kinds import figure_kind
from layouts.what_if.play_points import Runs

DEADLOCKS = "deadlocks"
"""The figure that is 1 where a deadlock stopped the shift and else 0."""

NAMED = 6
"""So many scenarios are named; of the others it is said how many."""


def reservations(
    runs: Mapping[str, Runs],
    levels: Mapping[str, Mapping[str, Estimate]],
    *,
    n: int,
    unsure: Sequence[str],
    left_out: Mapping[str, str],
) -> Iterator[str]:
    """A sentence each: what is not sure enough, shifts that ended in a deadlock, figures without chance or left out.

    `runs` and `levels` are by scenario, all in `n` replications.
    """
    if unsure:
        yield f"Not sure enough after {n} replications: {named(unsure)}: allow more, or a wider half-width."
    stopped = {name: sum(own.get(DEADLOCKS, ())) for name, own in runs.items()}
    if any(stopped.values()):
        told = [f"{count:g} of {n} at {name}" for name, count in stopped.items() if count]
        yield f"Deadlocks stopped shifts, whose figures end there: {named(told)}."
    if not any(level.half_width for own in levels.values() for level in own.values()):
        yield (
            "Nothing varies from one replication to the next, so intervals say nothing of chance: "
            "set pick_time to exponential or lognormal, or redraw_orders to true."
        )
    for name, where in left_out.items():
        title = figure_kind(name).title
        yield f"{title[:1].upper()}{title[1:]} left out: {where} has none."


def named(names: Sequence[str], between: str = ", ") -> str:
    """`A, B, C`, or the first of them and how many more."""
    more = len(names) - NAMED
    return between.join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
