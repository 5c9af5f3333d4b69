"""Planned halls as the command line calls them: files in, files out."""

from __future__ import annotations

from pathlib import Path

from layouts.layout_file.layout_of import layout_of, left_out
from layouts.layout_file.read_layout import build_layout_file
from layouts.layout_file.write_layout import layout_yaml
from server.site_files import require_room, write_planned_site
from server.sites import load_site
from spatial.facility import Facility
from spatial.facility_json import read_facility
from spatial.progress import Progress, silent
from spatial.whole_files import write_whole


def hall_at(path: Path) -> Facility:
    """The facility of a site's folder, of a facility.json, or of a layout file."""
    if path.is_dir():
        return load_site(path).facility
    return build_layout_file(path) if path.suffix in (".yaml", ".yml") else read_facility(path)


def build_site(file: Path, folder: Path, *, progress: Progress = silent) -> Facility:
    """Build the layout `file` into the site `folder`; what cannot be built leaves an older site as it is."""
    progress("building", 0.0)
    facility = build_layout_file(file)
    require_room(folder)
    progress("writing", 0.4)
    write_planned_site(folder, facility)
    return facility


def write_layout_of(hall: Path, file: Path, *, within_m: float) -> tuple[str, ...]:
    """Write the layout file of a hall; returns what a layout cannot say of it, and what would make it shorter."""
    facility = hall_at(hall)
    layout = layout_of(facility, within_m=within_m)
    write_text(file, layout_yaml(layout))
    alone = sum(block.rows == (1,) for block in layout.blocks)
    told = left_out(facility, layout)
    if len(layout.blocks) > 2 and 2 * alone > len(facility.racks):
        told += (
            f"{alone} of {len(facility.racks)} rows stand alone, as they differ by more than {within_m:g} m: "
            "a larger --within takes rows that are nearly alike for blocks",
        )
    return told


def write_text(path: Path, text: str) -> None:
    """Write a text file whole."""
    with write_whole(path) as aside:
        aside.write_text(text, encoding="utf-8")
