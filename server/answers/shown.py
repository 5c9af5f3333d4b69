"""What is shown of a warehouse: the site, and a run, a slotting plan and a planned hall beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from layouts.diff.deviations import Deviation, deviations
from layouts.diff.facility_diff import diff_facilities
from layouts.run import Run
from layouts.run_files import read_run
from layouts.slotting.pictures.velocity_map import VELOCITY, VelocityMap, read_velocity_map
from server.chores.planned import hall_at
from server.sites import Site, load_site
from spatial.errors import BadDataError


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A site with what goes with it; `deviations` are those from a planned hall."""

    site: Site
    run: Run | None = None
    plan: VelocityMap | None = None
    deviations: tuple[Deviation, ...] | None = None


def read_shown(
    site_dir: Path, run_dir: Path | None = None, *, plan_dir: Path | None = None, planned: Path | None = None
) -> Shown:
    """Read the folders of a site, a run and a slotting plan, and hold the site against a planned hall: a site or a
    layout file. Raises BadDataError for what is not what it must be.
    """
    site = load_site(site_dir)
    return Shown(
        site=site,
        run=None if run_dir is None else read_run(run_dir),
        plan=None if plan_dir is None else read_velocity_map(plan_dir / VELOCITY),
        deviations=None if planned is None else _deviations(planned, site),
    )


def _deviations(planned: Path, site: Site) -> tuple[Deviation, ...]:
    hall = hall_at(planned)
    try:
        return deviations(diff_facilities(hall, site.facility), hall, site.facility)
    except ValueError as error:
        raise BadDataError(f"{planned} and {site.folder}: {error}") from error
