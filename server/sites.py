"""A site: the folder that holds one facility and what was made from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from spatial.errors import BadDataError
from spatial.facility import Facility, Location
from spatial.facility_json import read_facility

FACILITY, MESH, CLOUD = "facility.json", "facility.glb", "cloud.ply"
TILES, TILESET = "cloud", "tileset.json"
"""The folder of the scan's tiles, and the file in it that tells of them."""


@dataclass(frozen=True)
class Site:
    """A facility and the folder it came from."""

    folder: Path
    facility: Facility

    def file(self, name: str) -> Path | None:
        """The path of `name` in the site's folder, None if it is not there."""
        path = self.folder / name
        return path if path.is_file() else None

    @cached_property
    def locations(self) -> dict[str, Location]:
        """Locations by id."""
        return {location.id: location for location in self.facility.locations}


def load_site(folder: Path) -> Site:
    """The site in `folder`. Raises BadDataError without a readable facility.json."""
    path = folder / FACILITY
    if not path.is_file():
        raise BadDataError(f"{path} is missing: a site is a folder that `aisletwin scan` wrote")
    return Site(folder, read_facility(path))
