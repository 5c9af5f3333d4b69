"""Two halls held against each other as the command line asks for it: files in, files out."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from layouts.diff.facility_diff import FacilityDiff, diff_facilities
from layouts.diff.model import diff_glb
from layouts.diff.picture import diff_svg
from layouts.report.diff_page import diff_html
from server.chores.planned import hall_at, write_text
from server.sites import FACILITY
from spatial.errors import BadDataError
from spatial.progress import Progress, silent
from spatial.whole_files import write_whole


def diff_halls(
    a: Path,
    b: Path,
    *,
    svg: Path | None = None,
    html: Path | None = None,
    glb: Path | None = None,
    progress: Progress = silent,
) -> FacilityDiff:
    """The difference of two halls, also written as a plan, as a page and in 3D where that is asked for.

    Halls of one name, as plans of the same hall are, go by the names of their files.
    """
    progress("reading", 0.0)
    one, other = hall_at(a), hall_at(b)
    if one.name == other.name:
        one, other = replace(one, name=_called(a)), replace(other, name=_called(b))
    progress("comparing", 0.3)
    try:
        found = diff_facilities(one, other)
    except ValueError as error:
        raise BadDataError(f"{a} and {b}: {error}") from error
    progress("writing", 0.6)
    if svg is not None:
        write_text(svg, diff_svg(found, one, other))
    if html is not None:
        write_text(html, diff_html(found, one, other, sources={str(hall): _sha256(hall) for hall in (a, b)}))
    if glb is not None:
        with write_whole(glb) as aside:
            aside.write_bytes(diff_glb(found, one, other))
    return found


def _called(hall: Path) -> str:
    own = hall.resolve()
    return own.parent.name if own.name == FACILITY else own.stem if own.is_file() else own.name


def _sha256(hall: Path) -> str:
    file = hall / FACILITY if hall.is_dir() else hall
    return hashlib.sha256(file.read_bytes()).hexdigest()
