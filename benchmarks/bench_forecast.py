"""How long forecasts of many SKUs take, and how good they are on demand that is known because it was drawn.

    python benchmarks/bench_forecast.py --skus 50000 --workers 2

Prints one JSON document: seconds, CPU seconds of all processes, the SHA-256 of all quantiles, shares that beat
seasonal-naive and what the bands hold.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sys
import time
from dataclasses import replace

import numpy as np
from demand_truth import drawn_demand

from layouts.demand.forecasting.backtest import backtest
from layouts.demand.forecasting.demand_table import DemandTable
from layouts.demand.forecasting.forecast import forecast
from spatial.tasks.open_workers import open_workers

AT_ONCE = 2500


def many(skus: int, days: int) -> DemandTable:
    parts = [
        drawn_demand(min(AT_ONCE, skus - first), days, seed=first).table.counts.astype(np.uint16)
        for first in range(0, skus, AT_ONCE)
    ]
    table = drawn_demand(1, days).table
    return replace(table, skus=tuple(f"S{n:06d}" for n in range(skus)), counts=np.concatenate(parts))


def cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def tell(what: str, share: float) -> None:
    print(f"{what} ({share:.0%})", file=sys.stderr)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--skus", type=int, default=2000)
    options.add_argument("--days", type=int, default=730)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--cluster")
    options.add_argument("--backtest", action="store_true")
    asked = options.parse_args()
    table = many(asked.skus, asked.days)
    started, used = time.perf_counter(), cpu_s()
    record: dict[str, object] = {"skus": asked.skus, "days": asked.days, "workers": asked.workers}
    with open_workers(asked.workers, cluster=asked.cluster) as workers:
        done = forecast(table, workers=workers, progress=tell)
        record["forecast_s"] = round(time.perf_counter() - started, 1)
        record["sha256"] = hashlib.sha256(done.quantiles.tobytes()).hexdigest()
        if asked.backtest:
            tested = backtest(table, workers=workers)
            record["with_backtest_s"] = round(time.perf_counter() - started, 1)
            record["scores"] = {
                name: {
                    "skus": score.skus,
                    "beats": round(score.beats.value, 4),
                    "loss": round(score.ratio, 4),
                    "holds": round(score.even.value, 4),
                    "bare": round(score.inside.value, 4),
                    "claims": round(score.claimed, 4),
                }
                for name, score in tested.scores.items()
            }
    record["cpu_s"] = round(cpu_s() - used, 1)
    record["peak_mb_of_a_process"] = [
        resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
