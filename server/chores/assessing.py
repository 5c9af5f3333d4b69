"""A folder of a site's data as `assess` reads it: which file is what, and where the answer goes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from layouts.live.sensors import Sensors, read_sensors
from layouts.readiness.assess import Assessment, SiteData, assess
from layouts.readiness.page import assessment_html
from layouts.readiness.registry import read_registry
from layouts.wms.fields import TABLES
from layouts.wms.mapping import WmsMapping, read_mapping
from server.chores.planned import hall_at, write_text
from server.chores.wms_exports import MAPPING, SUFFIXES, merged_settings
from server.site_files import require_room, write_json
from server.sites import FACILITY
from spatial.errors import BadDataError
from spatial.facility import Facility
from spatial.progress import Progress, silent

REGISTRY, SENSORS, LAYOUTS = "sources.yaml", "sensors.yaml", ("layout.yaml", "layout.yml")
PAGE, RECORD = "readiness.html", "readiness.json"
OTHER_NAMES = {
    "order_lines": "lines",
    "orderlines": "lines",
    "stock": "slots",
    "inventory": "slots",
    "slotting": "slots",
    "picks": "tasks",
    "sensor_readings": "readings",
    "sensors": "readings",
    "sensor_log": "readings",
    "vehicles": "positions",
    "vehicle_log": "positions",
    "vehicle_positions": "positions",
    "maintenance": "downtime",
    "failures": "downtime",
}
"""What else files of tables are called."""


def site_data(
    folder: Path,
    *,
    registry: Path | None = None,
    mapping: Path | None = None,
    settings: Sequence[dict[str, Any]] = (),
) -> tuple[SiteData, tuple[str, ...]]:
    """What lies in the `folder`, and a sentence for each file like a table that is read as none.

    The registry, mapping, sensors and hall are those of the folder if they are there and no other is named. Raises
    BadDataError for a folder without any table, for two files of one table, and for a file of these that is wrong.
    """
    if not folder.is_dir():
        raise BadDataError(f"{folder} is no folder: name the one with the site's exports and logs")
    files, passed_over = _tables(folder)
    if not files:
        raise BadDataError(
            f"{folder} holds no table: name files {', '.join(TABLES)}.csv or .parquet, see docs/readiness.md"
        )
    its_registry, its_mapping = _one(registry, folder / REGISTRY), _one(mapping, folder / MAPPING)
    told = WmsMapping() if its_mapping is None else read_mapping(its_mapping)
    data = SiteData(
        files=files,
        mapping=merged_settings(told, settings),
        sensors=read_sensors(folder / SENSORS) if (folder / SENSORS).is_file() else Sensors(),
        facility=_hall(folder),
        registry=None if its_registry is None else read_registry(its_registry),
        registry_file=str(its_registry or REGISTRY),
    )
    return data, passed_over


def assess_site(
    data: SiteData,
    output: Path | None,
    *,
    now_s: float | None,
    as_of_s: float | None = None,
    progress: Progress = silent,
) -> Assessment:
    """Assess the data; with `output` its page and record are written into that folder."""
    if output is not None:
        require_room(output)
    progress("reading and checking", 0.0)
    found = assess(data, now_s=now_s, as_of_s=as_of_s)
    if output is not None:
        progress("writing", 0.9)
        output.mkdir(parents=True, exist_ok=True)
        sources = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in data.files.values()}
        write_json(output / RECORD, found.to_record())
        write_text(output / PAGE, assessment_html(found, title="Data readiness", sources=sources))
    return found


def _tables(folder: Path) -> tuple[dict[str, Path], tuple[str, ...]]:
    files: dict[str, Path] = {}
    others = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES:
            continue
        name = path.stem.lower().replace("-", "_").replace(" ", "_")
        table = OTHER_NAMES.get(name, name)
        if table not in TABLES:
            others.append(
                f"{path} is not read, its name is no table's: rename it to one of {', '.join(TABLES)}"
            )
        elif table in files:
            raise BadDataError(
                f"the table {table} comes twice, as {files[table]} and {path}: keep one of them"
            )
        else:
            files[table] = path
    return {table: files[table] for table in TABLES if table in files}, tuple(others)


def _one(named: Path | None, usual: Path) -> Path | None:
    return named if named is not None else usual if usual.is_file() else None


def _hall(folder: Path) -> Facility | None:
    names = (FACILITY, *LAYOUTS)
    return next((hall_at(folder / name) for name in names if (folder / name).is_file()), None)
