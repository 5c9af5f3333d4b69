"""Files that were made before are read again: a report takes as long as its simulation, the same one no time."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from layouts.comparison.replication_key import replication_key
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import figures_of
from spatial.errors import BadDataError
from spatial.whole_files import write_whole

Files = Mapping[str, bytes]
"""By name."""


def report_key(scenarios: Mapping[str, Scenario], told: Sequence[Any]) -> str:
    """The SHA-256 of what a report is made of: the scenarios with their files and the code, and values for JSON."""
    keys = {name: replication_key(scenario, figures_of) for name, scenario in scenarios.items()}
    record = json.dumps([list(keys.items()), told], sort_keys=True)
    return hashlib.sha256(record.encode()).hexdigest()


def remembered(cache: Path | None, name: str, make: Callable[[], Files]) -> Files:
    """The files that the archive `name` in the folder `cache` holds, else what `make` gives, which it then keeps.

    Raises BadDataError for an archive that cannot be read.
    """
    if cache is None:
        return make()
    path = cache / f"{name}.zip"
    if path.exists():
        try:
            with zipfile.ZipFile(path) as archive:
                return {each: archive.read(each) for each in archive.namelist()}
        except (OSError, zipfile.BadZipFile) as error:
            raise BadDataError(f"{path} holds no report ({error}): delete it") from error
    files = make()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, data in files.items():
            # a fixed time: by default it would be now
            archive.writestr(zipfile.ZipInfo(each), data, zipfile.ZIP_DEFLATED)
    with write_whole(path) as aside:
        aside.write_bytes(packed.getvalue())
    return files
