"""Slotting learnt on the first days of `wms_history_synth`, walked on the days after them.

    python benchmarks/bench_wms_history.py [--splits S …] [--moves N …] [--rounds R] [--days D] [--seeds I …] [--own]
    python benchmarks/bench_wms_history.py --plan FOLDER [--data FOLDER]   # the moves themselves, learnt on all days

For each share S of the batches: learnt on the batches before it, tested on all that follow, shortest tours on both
sides. A row is a plan of at most N moves (one move is one SKU carried to another location, also one that only makes
way): the metres it saves of those walked without it, in percent. Two accounts of the days after:

    frozen    every SKU that the plan leaves is where it was at the split
    recorded  every SKU that the plan leaves is where the history then had it

`by popularity` takes SKUs by how often they were picked, each to the nearest location where one less popular is, and
swaps; `ours` is few_moves on the history's own tours and, but for --own, as many drawn from it, with D days for how
long a SKU that is left may stay where it is. This was chosen by learning on the first half and walking the quarter
after it.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import time
from pathlib import Path

os.environ.setdefault("NUMBA_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt
from published import shared_data
from wms_history import WmsHistory, read_history

from layouts.slotting.aisles.few_moves import few_moves
from layouts.slotting.aisles.one_more import alone_m, exact_lengths
from layouts.slotting.forecast.ageing import away_share
from layouts.slotting.forecast.expected_tours import expected_tours
from layouts.slotting.problem import SlottingProblem, TourUnits

Ints = npt.NDArray[np.int64]

DAY_US = 86_400_000_000


def saved(history: WmsHistory, first: int, now: Ints, plan: Ints) -> tuple[float, float]:
    """What a plan (U,) made at the tour `first` saves of the walking of the tours from there on: frozen, recorded."""
    start, unit = history.tours.start[first:], history.tours.unit
    rows = slice(start[0], start[-1])
    moved = (plan != now)[unit[rows]]
    walked = []
    for there in (now[unit[rows]], history.where[rows]):
        for planned in (there, np.where(moved, plan[unit[rows]], there)):
            lengths = exact_lengths(history.floor, start - start[0], history.place[planned])
            walked.append(float(lengths.sum()))
    return 1 - walked[1] / walked[0], 1 - walked[3] / walked[2]


def by_popularity(history: WmsHistory, problem: SlottingProblem, most_moves: int | None) -> Ints:
    """The most picked in the nearest locations, by swaps, as long as there are moves; None is the order of all."""
    alone = alone_m(history.floor)[history.floor.spot[problem.place]]
    nearest = np.argsort(alone, kind="stable")
    popular = np.argsort(-problem.visits, kind="stable")
    plan = problem.now.copy()
    if most_moves is None:
        plan[popular] = nearest[: len(plan)]
        return plan
    inside = np.full(len(problem.location), -1)
    inside[plan] = np.arange(len(plan))
    moves = row = 0
    for unit in popular:
        location, was = nearest[row], plan[unit]
        if alone[was] <= alone[location]:
            continue
        other = inside[location]
        moves += 1 if other < 0 else 2
        if moves > most_moves:
            break
        inside[location], inside[was], plan[unit] = unit, other, location
        if other >= 0:
            plan[other] = was
        row += 1
    return plan


def learning(history: WmsHistory, end: int, seed: int) -> TourUnits:
    """The tours before `end` and as many drawn from them, each set at half its weight."""
    own = history.part(0, end)
    drawn = expected_tours(own, len(history.sku), group=history.merchant, seed=seed)
    return TourUnits(
        start=np.concatenate([own.start, own.start[-1] + drawn.start[1:]]),
        unit=np.concatenate([own.unit, drawn.unit]),
        weight=np.concatenate([own.weight, drawn.weight]) / 2,
    )


def away(history: WmsHistory, end: int, days: float) -> npt.NDArray[np.float64]:
    """The share of the visits in the `days` after the tour `end` at which a SKU has been carried elsewhere."""
    until = history.begun_us[end] if end < len(history.tours) else history.begun_us[-1]
    carried = history.carried_unit[history.carried_us < until]
    own, units = history.part(0, end), len(history.sku)
    horizon = days / ((until - history.begun_us[0]) / DAY_US)
    return away_share(
        np.bincount(own.unit, minlength=units), np.bincount(carried, minlength=units), horizon=horizon
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--splits", type=float, nargs="+", default=[0.7, 0.75, 0.8])
    parser.add_argument("--moves", type=int, nargs="+", default=[200, 600])
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--days", type=float, default=5.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--own", action="store_true")
    parser.add_argument("--data", type=Path, help="the folder of another history of the same form")
    parser.add_argument(
        "--plan", type=Path, help="learn on all days, and write what to move into this folder"
    )
    args = parser.parse_args()
    folder = shared_data()
    if folder is None and args.data is None:
        print("skipped: no shared data")
        return
    history = read_history(args.data or folder / "benchmarks" / "wms_history_synth")
    if args.plan is not None:
        write_plans(history, args)
        return
    print("split  plan                moves   frozen  recorded  learnt on   CPU s")
    for split in args.splits:
        end = int(len(history.tours) * split)
        now = history.now(end)
        plain = history.problem(history.part(0, end), now)

        def row(name: str, plan: Ints, learnt: str = "", seconds: str = "") -> None:
            frozen, recorded = saved(history, end, now, plan)  # noqa: B023
            moves = int((plan != now).sum())  # noqa: B023
            print(
                f"{split:<6} {name:<18} {moves:>6}  {frozen:>6.1%}  {recorded:>8.1%}  {learnt:>9}  {seconds:>6}",  # noqa: B023
                flush=True,
            )

        for most in (*args.moves, None):
            row("by popularity", by_popularity(history, plain, most))
        share = away(history, end, args.days)
        for most, seed in itertools.product(args.moves, args.seeds):
            begun = time.process_time()
            tours = history.part(0, end) if args.own else learning(history, end, seed)
            found = few_moves(
                history.problem(tours, now),
                history.floor,
                most_moves=most,
                rounds=args.rounds,
                away=share,
                seed=seed,
            )
            learnt = f"{1 - found.travel_m / found.start_m:.1%}"
            row(f"ours, seed {seed}", found.assignment, learnt, f"{time.process_time() - begun:.0f}")


def write_plans(history: WmsHistory, args: argparse.Namespace) -> None:
    """For each bound moves-N.csv: sku, from and to, learnt on all days there are."""
    end = len(history.tours)
    now, share, seed = history.now(end), away(history, end, args.days), args.seeds[0]
    args.plan.mkdir(parents=True, exist_ok=True)
    for most in args.moves:
        problem = history.problem(learning(history, end, seed), now)
        found = few_moves(problem, history.floor, most_moves=most, rounds=args.rounds, away=share, seed=seed)
        moved = np.flatnonzero(found.assignment != now).tolist()
        with (args.plan / f"moves-{most}.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(("sku", "from", "to"))
            for unit in moved:
                places = (problem.location[now[unit]], problem.location[found.assignment[unit]])
                rows.writerow((problem.sku[unit], *places))
        print(
            f"{len(moved)} moves, {1 - found.travel_m / found.start_m:.1%} less walking on the days learnt on"
        )


if __name__ == "__main__":
    main()
