"""60 paired replications of two halls of 10,208 locations, 8 h and 30 pickers: one process, two, Dask, the cache.

    python benchmarks/bench_comparison.py [--replications N] [--json FILE]

All ways must give the same comparison, byte for byte. Dask is the peer that shares out the same work; a scheduler and
two workers are started here. Beside it stands what common random numbers are worth: the variance of the difference
with independent ones over that with common ones, for the same orders in every replication and for redrawn ones.
Times are of the wall, planning included, and of processes that are started for it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from layouts.comparison.compare import Comparison, compare
from layouts.comparison.record import comparison_dict
from layouts.layout_file.read_layout import build_layout_file
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import figures_of
from spatial.facility_json import write_facility

LAYOUT = """
id: HALL
building: {{width_m: 80, depth_m: 60, height_m: 6}}
rack_types:
  shelf: {{kind: shelving, depth_m: 0.6, bay_width_m: 1.2, upright_width_m: 0.04, tiers_m: [0.4, 0.8, 1.2, 1.6],
           positions: 4, height_m: 2.2, floor_places: false}}
blocks:
  - {{id: MAIN, rack: shelf, at_m: [2, 8], rows: [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1], bays: 29,
     aisle_width_m: {aisle_m}, flue_m: 0.05, back_aisle_m: 3}}
stations:
  - {{id: DEPOT, kind: depot, at_m: [10, 4]}}
"""
AISLES_M = {"narrow": 1.8, "wide": 2.4}
PICKERS, SHIFT_S, ORDERS = 30, 8 * 3600.0, 3600
SECONDS = 30.0
"""What is expected at most of two processes."""
VARIANCE_RATIO = 4.0


def scenarios(folder: Path, **changes: Any) -> dict[str, Scenario]:
    """Both halls as sites, each with the same shift."""
    made = {}
    for name, aisle_m in AISLES_M.items():
        layout = folder / f"{name}.yaml"
        layout.write_text(LAYOUT.format(aisle_m=aisle_m), encoding="utf-8")
        write_facility(folder / f"{name}.json", build_layout_file(layout))
        made[name] = Scenario(
            **{
                "site": folder / f"{name}.json",
                "pickers": PICKERS,
                "synthetic_orders": ORDERS,
                "horizon_s": SHIFT_S,
                "pick_time": "lognormal",
                **changes,
            }
        )
    return made


def timed(shifts: dict[str, Scenario], replications: int, **how: Any) -> tuple[float, Comparison]:
    """Seconds, and the comparison."""
    start = time.perf_counter()
    found = compare(shifts, figures_of, first=replications, **how)
    return time.perf_counter() - start, found


def dask_seconds(shifts: dict[str, Scenario], replications: int) -> tuple[float, Comparison]:
    """The same on a scheduler and two workers of one thread, which are there before the clock starts."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, env={"NUMBA_NUM_THREADS": "1"}
    ) as cluster:
        return timed(shifts, replications, cluster=cluster.scheduler_address)


def variance_ratio(shifts: dict[str, Scenario], replications: int) -> float:
    """The variance of the difference in lines per hour with independent replications, over that with common ones."""
    base, other = shifts.values()
    numbers = range(replications)
    rates = [
        np.array([figures_of(each, number)["lines_per_hour"] for number in played])
        for each, played in ((base, numbers), (other, numbers), (other, range(1000, 1000 + replications)))
    ]
    return float((rates[2] - rates[0]).var(ddof=1) / (rates[1] - rates[0]).var(ddof=1))


def main() -> None:
    """Print the table; exit code 1 where ways differ or what is expected is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--replications", type=int, default=60)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shifts = scenarios(folder)
        ways = {
            "1 process": timed(shifts, given.replications),
            "2 processes": timed(shifts, given.replications, workers=2, cache=folder / "cache"),
            "remembered": timed(shifts, given.replications, workers=2, cache=folder / "cache"),
            "Dask, 2 workers": dask_seconds(shifts, given.replications),
        }
        small = {"synthetic_orders": 400, "pickers": 8, "horizon_s": None}
        worth = {
            "same orders": variance_ratio(scenarios(folder, **small), 20),
            "redrawn orders": variance_ratio(scenarios(folder, **small, redraw_orders=True), 20),
        }
    told = {json.dumps(comparison_dict(found)) for _, found in ways.values()}
    ours = ways["2 processes"][0]
    print(f"{given.replications} paired replications, {PICKERS} pickers, 8 h, 10,208 locations")
    for name, (seconds, _) in ways.items():
        print(f"{name:<16} {seconds:6.1f} s   {seconds / ours:5.2f} × 2 processes")
    print(f"bytes of the result: {'the same' if len(told) == 1 else f'{len(told)} KINDS'}")
    for name, ratio in worth.items():
        print(f"variance with independent over common random numbers, {name}: {ratio:.1f}")
    if given.json is not None:
        record = {"seconds": {name: seconds for name, (seconds, _) in ways.items()}, "variance_ratio": worth}
        given.json.write_text(json.dumps(record, indent=1), encoding="utf-8")
    missed = [
        f"2 processes take {ours:.1f} s, above {SECONDS:.0f}" if ours > SECONDS else "",
        "ways differ" if len(told) > 1 else "",
        f"variance ratio below {VARIANCE_RATIO}" if worth["redrawn orders"] < VARIANCE_RATIO else "",
    ]
    sys.exit("; ".join(filter(None, missed)) or 0)


if __name__ == "__main__":
    main()
