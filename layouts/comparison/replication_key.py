"""What a replication's figures depend on, as one hash: equal keys mean equal figures."""

from __future__ import annotations

import hashlib
import json
import sys
from functools import lru_cache, partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from layouts.scenario import PATHS, Scenario
from layouts.what_if.play_points import Figures
from spatial.errors import BadDataError
from spatial.tasks.workers import packed

PACKAGES = ("aisletwin", "numpy", "numba", "scipy", "shapely")
"""Their versions are part of the key."""

SOURCES = ("layouts", "spatial")
"""A changed line of these is too: the version of a working copy stays the same while it changes."""


def replication_key(scenario: Scenario, figures: Figures) -> str:
    """The SHA-256 of a scenario's fields, its files' bytes wherever they lie, `figures`, and the code that plays.

    Of `figures` it holds what travels to a worker and the text of its module, not what that imports from beyond
    aisletwin. Raises BadDataError for a file that cannot be read, TypeError for figures that cannot travel.
    """
    record = {
        "scenario": scenario.model_dump(mode="json", exclude=set(PATHS)),
        "files": {name: _file(name, getattr(scenario, name)) for name in PATHS},
        "figures": _figures(figures),
        "code": _code(),
    }
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def _file(name: str, path: Path | None) -> str | None:
    if path is None:
        return None
    file = path / "facility.json" if name == "site" and path.is_dir() else path
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise BadDataError(f"{name} {file} cannot be read ({error.strerror}): check the path") from error


def _figures(figures: Figures) -> str:
    digest = hashlib.sha256(packed(partial(figures)))
    function = figures.func if isinstance(figures, partial) else figures
    source = getattr(sys.modules.get(function.__module__), "__file__", None)
    if source is not None:
        digest.update(Path(source).read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _code() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for package in PACKAGES:
        digest.update(f"{package} {version(package)}\n".encode())
    for name in SOURCES:
        spec = find_spec(name)
        for folder in map(Path, (spec and spec.submodule_search_locations) or ()):
            for file in sorted(folder.rglob("*.py")):
                digest.update(f"{name}/{file.relative_to(folder).as_posix()}\n".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()
