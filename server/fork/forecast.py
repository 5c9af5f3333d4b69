"""A forecast from now, kept until what it speaks of has come: one small file each, written once, never changed.

A file's name says what the forecast was made of, so the same one made again, as by a job that was killed, is kept
once; no two processes write into one file, and one that is there is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from layouts.calibration.prediction import PredictionInterval, prediction_interval
from layouts.run_files import HEAD
from server.fork.fork import Fork
from spatial.errors import BadDataError
from spatial.whole_files import write_whole

FORM = "aisletwin.forecast/1"
FOLDER = "forecasts"


class KeptForecast(msgspec.Struct, frozen=True, kw_only=True):
    """What was foretold at `made_ms` for the time from `from_ms` on, for `horizon_s` or to the end of that day.

    It began from the state `sha256` after event `seq` of the log `log`. `scenario_sha256` is the hash of the
    settings and of the hashes of all files that were simulated, `replications` times. `kpis` are intervals of
    single days, in which `warm_up_s` at the beginning do not count.
    """

    form: str = FORM
    site: str
    log: str
    seq: int
    sha256: str
    scenario_sha256: str
    replications: int
    from_ms: int
    horizon_s: float | None
    warm_up_s: float
    made_ms: int
    kpis: Mapping[str, PredictionInterval]

    @property
    def name(self) -> str:
        """The name of its file: from when on, and the hash of what it was made of."""
        made_of = (self.site, self.log, self.seq, self.sha256, self.scenario_sha256, self.replications)
        digest = hashlib.sha256(json.dumps((*made_of, self.from_ms)).encode()).hexdigest()
        return f"{self.from_ms}-{digest[:16]}.json"


def forecast_of(fork: Fork, run: Path, replications: Path, *, made_ms: int) -> KeptForecast:
    """What a simulation from `fork` foretells, by the folder of its run and its replications.json."""
    inputs: Mapping[str, Any] = json.loads((run / HEAD).read_text(encoding="utf-8"))["inputs"]
    values: Mapping[str, list[float]] = json.loads(replications.read_text(encoding="utf-8"))["values"]
    return KeptForecast(
        site=fork.site,
        log=fork.log,
        seq=fork.seq,
        sha256=fork.sha256,
        scenario_sha256=hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest(),
        replications=min(map(len, values.values())),
        from_ms=fork.now_ms,
        horizon_s=inputs["scenario"]["horizon_s"],
        warm_up_s=inputs["warm_up_s"],
        made_ms=made_ms,
        kpis={name: prediction_interval(each) for name, each in values.items()},
    )


def keep_forecast(twin: Path, forecast: KeptForecast) -> Path:
    """Keep a forecast in the folder `twin`; its file. It is on disk when this returns; one that is kept stays."""
    path = twin / FOLDER / forecast.name
    if not path.exists():
        with write_whole(path) as aside, aside.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(forecast), indent=1) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    return path


def kept_forecasts(twins: Iterable[Path]) -> tuple[KeptForecast, ...]:
    """All that are kept in these folders, in order of the time they speak of; none where there is no such folder.

    Raises BadDataError for a file that is no forecast.
    """
    files = {path.name: path for twin in twins for path in (twin / FOLDER).glob("[0-9]*.json")}
    found = [_read(path) for path in files.values()]
    return tuple(sorted(found, key=lambda each: (each.from_ms, each.name)))


def _read(path: Path) -> KeptForecast:
    try:
        forecast = msgspec.json.decode(path.read_bytes(), type=KeptForecast)
    except (OSError, msgspec.DecodeError) as error:
        raise BadDataError(f"{path} is no forecast ({error}): restore it, or move it away") from error
    if forecast.form != FORM:
        raise BadDataError(f"{path} is of form '{forecast.form}', expected '{FORM}': move it away")
    return forecast
