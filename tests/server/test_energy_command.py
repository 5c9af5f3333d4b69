"""energy tell: totals, an alarm's exit code, faults told with file and row."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Aisletwin = Callable[..., Any]
HEADER = "asset,start,kwh,zone,line,picks\n"


def written(folder: Path, rows: str) -> Path:
    path = folder / "readings.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    return path


def hours(asset: str, zone: str, *, excess: float = 0.0) -> str:
    random = np.random.default_rng(4)
    picks = random.integers(0, 100, 300)
    kwh = 5 + 0.1 * picks + random.normal(0, 0.2, 300) + np.where(np.arange(300) >= 250, excess, 0)
    return "".join(
        f"{asset},2026-05-{1 + n // 24:02d}T{n % 24:02d}:00:00Z,{kwh[n]:.4f},{zone},,{picks[n]}\n"
        for n in range(300)
    )


def test_a_lasting_excess_ends_with_one_and_is_told(aisletwin: Aisletwin, tmp_path: Path) -> None:
    path = written(tmp_path, hours("belt", "pack", excess=1.0) + hours("lift", "high"))
    done = aisletwin("energy", "tell", path)
    assert done.code == 1
    assert "zone pack: " in done.out
    assert "kWh beyond its work" in done.out
    told = json.loads(aisletwin("energy", "tell", path, "--json").out)
    assert set(told["zones"]) == {"pack", "high"}
    assert told["kwh"] == pytest.approx(sum(told["zones"].values()))
    assert [bool(each["alarms"]) for each in told["assets"]] == [True, False]


def test_without_an_anomaly_it_ends_well(aisletwin: Aisletwin, tmp_path: Path) -> None:
    assert aisletwin("energy", "tell", written(tmp_path, hours("lift", "high"))).code == 0


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("", "no rows"),
        ("a,2026-05-04T06:00:00,1,,,5\n", "row 2: start"),
        ("a,2026-05-04T06:00:00Z,much,,,5\n", "row 2: kwh 'much'"),
        ("a,2026-05-04T06:00:00Z,1,,,\n", "row 2: picks ''"),
        ("a,2026-05-04T06:00:00Z,-1,,,5\n", "below 0"),
        ("a,2026-05-04T06:00:00Z,1,,,5\na,2026-05-04T06:00:00Z,1,,,5\n", "row 3: asset 'a' has a reading"),
        ("a,2026-05-04T06:00:00Z,1,Z,,5\na,2026-05-04T07:00:00Z,1,Y,,5\n", "zones Y, Z"),
    ],
)
def test_faults_name_file_and_row(aisletwin: Aisletwin, tmp_path: Path, rows: str, said: str) -> None:
    done = aisletwin("energy", "tell", written(tmp_path, rows))
    assert done.code == 3
    assert said in done.err
