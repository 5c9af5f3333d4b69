"""The links of the chain as the command line and the demo call them: files in, files out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layouts.kpis import kpis, kpis_dict
from layouts.plan_scenario import PlannedShift, plan_scenario
from layouts.run import Run
from layouts.run_files import REPLICATIONS, write_run
from layouts.scenario import Scenario, read_scenario
from layouts.simulation.replicate import ONCE, ReplicationPlan, replicate, replications_dict
from layouts.simulation.run_scenario import figures_of, run_scenario, vehicles_of
from layouts.statistics.replications import Replications
from layouts.tours.between import Way, way_between
from layouts.tours.tour import tours_dict
from layouts.what_if.curve import Curve, what_if
from layouts.what_if.curve_files import write_curve
from layouts.what_if.spec import Spec
from scans.readers import open_scans
from scans.scan_to_facility import Scanned, scan_to_facility
from scans.units import Unit
from scans.up_axis import Up
from server.chores.site_tiles import CloudTiles, tiles_of_scan
from server.site_files import require_room, write_json, write_site
from server.sites import load_site
from spatial.errors import BadDataError
from spatial.exchange.control_points import read_control_points
from spatial.exchange.formats import read_network, write_network
from spatial.exchange.reconcile import reconcile
from spatial.exchange.reconciliation import Reconciliation
from spatial.exchange.source_frame import UNTOLD, SourceFrame
from spatial.facility import Station
from spatial.floor.agents import AgentClass
from spatial.floor.facility_rules import rules_on
from spatial.floor.free_space import Unknown
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph
from spatial.progress import Progress, silent
from spatial.tasks.open_workers import open_workers


def scan_site(
    files: Sequence[Path],
    folder: Path,
    *,
    unit: Unit | None = None,
    poses: Path | None = None,
    drop_invalid: bool = False,
    columns: Sequence[str] | None = None,
    up: Up | None = None,
    depot: tuple[float, float] | None = None,
    name: str | None = None,
    seed: int = 0,
    cloud: CloudTiles = "thinned",
    check_aliasing: bool | None = None,
    taken_at: str | None = None,
    triangles: int | None = None,
    workers: int = 1,
    cluster: str | None = None,
    progress: Progress = silent,
) -> Scanned:
    """Scan `files` into the site `folder`; if any of it raises, nothing is written and an older site stays.

    `cloud` says which points the browser's tiles have, `check_aliasing` and `taken_at` are as in `scan_to_facility`,
    `triangles` as in `write_site`.
    Who reads is as in `open_workers`; a cluster reaches `files`, and what lies beside `folder`, by the same names.
    Raises BadDataError for a broken file or a folder that cannot be written, UndecidedError without a floor.
    """
    require_room(folder)
    if cluster is not None:
        files, folder = [file.absolute() for file in files], folder.absolute()
    scans = open_scans(files, unit=unit, poses=poses, drop_invalid=drop_invalid, columns=columns, up=up)
    with open_workers(workers, cluster=cluster) as readers:
        scanned = scan_to_facility(
            scans,
            name=name or folder.resolve().name,
            stations=() if depot is None else (_depot(*depot),),
            seed=seed,
            check_aliasing=check_aliasing,
            taken_at=taken_at,
            workers=readers,
            scratch=None if cluster is None else folder.parent,
            progress=_part(progress, 0.0, 0.8),
        )
    tiles = tiles_of_scan(scans, scanned, cloud, _part(progress, 0.8, 1.0))
    write_site(folder, scanned, tiles, triangles=triangles)
    return scanned


def graph_site(
    folder: Path,
    path: Path,
    agent: AgentClass,
    *,
    rules: Path | None = None,
    unknown: Unknown = "closed",
    form: str = "node-link",
) -> NavGraph:
    """Write the navigation graph of a site for an agent class, by the rules of a file."""
    facility = load_site(folder).facility
    graph = build_graph(facility, agent, rules_on(facility, rules), unknown=unknown)
    write_network(path, graph, form, facility=facility)
    return graph


def path_on_site(folder: Path, agent: AgentClass, start: str, end: str, *, rules: Path | None = None) -> Way:
    """The way on a site from one location or station to another."""
    facility = load_site(folder).facility
    return way_between(facility, agent, start, end, rules=rules_on(facility, rules))


def reconcile_site(
    folder: Path,
    path: Path,
    agent: AgentClass,
    *,
    frame: SourceFrame = UNTOLD,
    form: str | None = None,
    points: Path | None = None,
    **wishes: Any,
) -> Reconciliation:
    """Hold the network of a file against a site; `points` is a CSV of control points, `wishes` as `reconcile`."""
    return reconcile(
        read_network(path, frame=frame, form=form),
        load_site(folder).facility,
        agent,
        control_points=() if points is None else read_control_points(points),
        **wishes,
    )


def plan_site(scenario: Scenario, output: Path | None, *, progress: Progress = silent) -> PlannedShift:
    """Plan the tours of a scenario, each with how short it could be; written to `output` if one is named."""
    shift = plan_scenario(load_site(scenario.site).facility, scenario, is_bounded=True, progress=progress)
    if output is not None:
        write_json(output, tours_dict(shift.plan))
    return shift


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """The run of replication 0 with its KPIs as plain values, and all replications where there are several."""

    run: Run
    figures: dict[str, Any]
    replications: Replications | None


def simulate_scenario(
    path: Path,
    folder: Path,
    *,
    plan: ReplicationPlan = ONCE,
    interval_s: float = 900.0,
    progress: Progress = silent,
) -> Simulated:
    """Simulate scenario.yaml into the run `folder`, and again as often as `plan` says."""
    scenario = read_scenario(path)
    with _told_as_bad_data(path):
        run = run_scenario(scenario, progress=_part(progress, 0.0, 0.5))
    figures = kpis(run, interval_s=interval_s, warm_up_s=run.inputs["warm_up_s"], vehicles=vehicles_of(run))
    progress("writing", 0.5)
    write_run(folder, run, figures=figures)
    done = None
    if plan.first > 1 or plan.wanted:
        done = replicate(scenario, plan, progress=_part(progress, 0.5, 1.0))
        write_json(folder / REPLICATIONS, replications_dict(done))
    progress("done", 1.0)
    return Simulated(run=run, figures=kpis_dict(figures), replications=done)


def what_if_scenario(
    path: Path,
    folder: Path,
    spec: Spec,
    *,
    figure: str,
    plan: ReplicationPlan,
    progress: Progress = silent,
) -> Curve:
    """Simulate scenario.yaml at every point of `spec` into the what-if `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with _told_as_bad_data(path):
        curve = what_if(
            read_scenario(path),
            spec,
            figures_of,
            folder=folder,
            figure=figure,
            wanted=plan.wanted,
            first=plan.first,
            most=plan.most,
            workers=plan.workers,
            cluster=plan.cluster,
            progress=progress,
        )
    write_curve(folder, curve)
    return curve


@contextmanager
def _told_as_bad_data(path: Path) -> Iterator[None]:
    """Settings that do not fit each other, or the site, are the scenario's."""
    try:
        yield
    except ValueError as error:
        raise BadDataError(f"{path}: {error}") from error


def _part(progress: Progress, start: float, end: float) -> Progress:
    """Progress of a part of the work, from `start` to `end` of the whole."""
    return lambda what, share: progress(what, start + (end - start) * share)


def _depot(x: float, y: float) -> Station:
    return Station(id="DEPOT", level="L0", kind="depot", pose=(x, y, 0.0))
