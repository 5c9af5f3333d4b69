"""How today's slotting stands: what it costs beside the usual ways to slot, and beside the least there could be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.slotting.baselines import abc, at_random, by_distance
from layouts.slotting.exact.bound import lower_bound_s
from layouts.slotting.prepare import Prepared
from layouts.slotting.problem import SlottingProblem
from layouts.slotting.score import Score, score
from spatial.errors import UndecidedError
from spatial.progress import Progress, silent

Ints = npt.NDArray[np.int64]

TODAY = "today"
BY_DISTANCE, ABC, RANDOM = "by distance", "ABC", "random"
PERCENT = 100.0


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The score of slottings by name, today's first if it places all that is asked for, and how many SKUs each of
    them moves. No legal slotting costs less than `bound_s`. `broken` are the rules that today's breaks; `visits` are
    those of tours to SKUs, over the stretch of the tours.
    """

    scores: Mapping[str, Score]
    moves: Mapping[str, int]
    bound_s: float
    broken: tuple[str, ...]
    visits: float
    notes: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "visits": self.visits,
            "bound_s": self.bound_s,
            "slottings": {
                name: score_record(its) | {"moves": self.moves[name]} for name, its in self.scores.items()
            },
            "broken": list(self.broken),
            "notes": list(self.notes),
        }


def score_record(its: Score) -> dict[str, Any]:
    """A score as JSON holds it."""
    return {
        "total_s": its.total_s,
        "travel_s": its.travel_s,
        "travel_m": its.travel_m,
        "others_s": dict(its.others_s),
    }


def standing(ready: Prepared, *, seed: int = 0, progress: Progress = silent) -> Standing:
    """Score today's slotting, velocity by distance, ABC classes and a random one, all by the rules."""
    problem = ready.problem
    known: dict[str, Ints] = {}
    if is_complete(problem, problem.now):
        known[TODAY] = problem.now
    makers = {
        BY_DISTANCE: lambda: by_distance(problem),
        ABC: lambda: abc(problem, seed),
        RANDOM: lambda: at_random(problem, seed),
    }
    for number, (name, make) in enumerate(makers.items()):
        progress(f"slotting {name}", number / (len(makers) + 1))
        made = _made(make)
        if made is not None and is_complete(problem, made):
            known[name] = made
    progress("bound", len(makers) / (len(makers) + 1))
    bound = lower_bound_s(problem)
    progress("done", 1.0)
    return Standing(
        scores={name: score(problem, assignment) for name, assignment in known.items()},
        moves={name: int((assignment != problem.now).sum()) for name, assignment in known.items()},
        bound_s=bound,
        broken=tuple(map(str, ready.today)),
        visits=float(problem.visits.sum()),
        notes=ready.notes,
    )


def is_complete(problem: SlottingProblem, assignment: Ints) -> bool:
    """Whether all that tours visit has a location."""
    return bool((assignment[problem.tours.unit] >= 0).all())


def _made(make: Callable[[], Ints]) -> Ints | None:
    """What placing one by one makes, None where the rules leave it stuck."""
    try:
        return make()
    except UndecidedError:
        return None


def standing_text(found: Standing) -> str:
    """A table, then what is broken and what must be known; ends without a line break."""
    parts = ("total", "walking", *next(iter(found.scores.values())).others_s)
    head = f"{'':<12}{'moves':>8}" + "".join(f"{part:>16}" for part in parts) + f"{'m/visit':>10}"
    rows = [head]
    base = found.scores.get(TODAY)
    for name, its in found.scores.items():
        seconds = (its.total_s, its.travel_s, *its.others_s.values())
        rows.append(
            f"{name:<12}{found.moves[name]:>8,}"
            + "".join(f"{_hours(each):>16}" for each in seconds)
            + f"{its.travel_m / max(found.visits, 1e-9):>10.1f}"
            + _against(its, base, name)
        )
    rows.append(f"{'at least':<12}{'':>8}{_hours(found.bound_s):>16}")
    if TODAY not in found.scores:
        rows.append("Today's slotting leaves SKUs without a location, so it has no score.")
    rows += [f"Broken today: {each}" for each in found.broken[:10]]
    if len(found.broken) > 10:
        rows.append(f"… and {len(found.broken) - 10:,} more broken today.")
    return "\n".join([*rows, *found.notes])


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:,.2f} h"


def _against(its: Score, base: Score | None, name: str) -> str:
    if base is None or name == TODAY or base.total_s <= 0:
        return ""
    return f"   {(its.total_s / base.total_s - 1) * PERCENT:+.1f} %"
