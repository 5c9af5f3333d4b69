"""Forecasts and backtests as tables: quantiles by SKU and bucket, and what method each SKU has and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow.csv import write_csv

from layouts.demand.forecasting.backtest import Backtest
from layouts.demand.forecasting.choose import method_name
from layouts.demand.forecasting.demand_class import CLASSES
from layouts.demand.forecasting.forecast import Forecast
from layouts.demand.forecasting.forecast_text import backtest_dict, forecast_dict
from layouts.demand.forecasting.quantiles import LEVELS
from spatial.whole_files import write_whole

FORECAST, METHODS_OF, SUMMARY = "forecast.csv", "methods.csv", "forecast.json"
BACKTEST_SKUS, BACKTEST = "backtest.csv", "backtest.json"


def write_forecast(folder: Path, done: Forecast, notes: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Write `forecast.csv` (sku, date, q05 … q95), `methods.csv` (sku, class, method, why) and `forecast.json`."""
    skus, horizon, _ = done.quantiles.shape
    dates = [done.table.date(done.table.counts.shape[1] + h).isoformat() for h in range(horizon)]
    names = pa.DictionaryArray.from_arrays(
        np.repeat(np.arange(skus, dtype=np.int32), horizon), list(done.table.skus)
    )
    ahead = pa.DictionaryArray.from_arrays(np.tile(np.arange(horizon, dtype=np.int32), skus), dates)
    flat = done.quantiles.reshape(skus * horizon, -1).astype(np.int64)
    columns = {"sku": names, "date": ahead}
    columns |= {f"q{round(100 * level):02d}": pa.array(flat[:, q]) for q, level in enumerate(LEVELS)}
    _write(folder / FORECAST, columns)
    _write(
        folder / METHODS_OF,
        {
            "sku": list(done.table.skus),
            "class": [CLASSES[kind] for kind in done.kind.tolist()],
            "method": [method_name(method) for method in done.method.tolist()],
            "why": [done.why(sku) for sku in range(skus)],
        },
    )
    _write_json(folder / SUMMARY, forecast_dict(done) | {"notes": list(notes)})
    return FORECAST, METHODS_OF, SUMMARY


def write_backtest(folder: Path, done: Backtest, notes: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Write `backtest.csv` (a row for each SKU that is scored) and `backtest.json`."""
    scored = np.flatnonzero(done.is_scored)
    _write(
        folder / BACKTEST_SKUS,
        {
            "sku": [done.table.skus[sku] for sku in scored.tolist()],
            "class": [CLASSES[kind] for kind in done.kind[scored].tolist()],
            "method": [method_name(method) for method in done.method[scored].tolist()],
            "pinball": done.ours[scored],
            "pinball_seasonal_naive": done.baseline[scored],
            "share_in_band": done.inside[scored],
            "share_claimed": done.claimed[scored],
        },
    )
    _write_json(folder / BACKTEST, backtest_dict(done) | {"notes": list(notes)})
    return BACKTEST_SKUS, BACKTEST


def _write(path: Path, columns: Mapping[str, Any]) -> None:
    with write_whole(path) as aside:
        write_csv(pa.table(columns), aside)


def _write_json(path: Path, record: Mapping[str, Any]) -> None:
    with write_whole(path) as aside:
        aside.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
