"""The links of the chain as the command line and the demo call them: files in, files out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from layouts.kpis import kpis, kpis_dict
from layouts.plan_scenario import PlannedShift, plan_scenario
from layouts.run import Run
from layouts.run_files import write_run
from layouts.scenario import Scenario, read_scenario
from layouts.simulation.run_scenario import run_scenario
from layouts.tours.between import Way, way_between
from layouts.tours.tour import tours_dict
from scans.readers import open_scans
from scans.scan_to_facility import Scanned, scan_to_facility
from scans.units import Unit
from server.site_files import require_room, write_json, write_site
from server.sites import load_site
from spatial.exchange.control_points import read_control_points
from spatial.exchange.formats import read_network, write_network
from spatial.exchange.reconcile import reconcile
from spatial.exchange.reconciliation import Reconciliation
from spatial.exchange.source_frame import UNTOLD, SourceFrame
from spatial.facility import Station
from spatial.floor.agents import AgentClass
from spatial.floor.floor_rules import NO_RULES
from spatial.floor.free_space import Unknown
from spatial.floor.rules_file import read_floor_rules
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph
from spatial.progress import Progress, silent


def scan_site(
    files: Sequence[Path],
    folder: Path,
    *,
    unit: Unit | None = None,
    poses: Path | None = None,
    drop_invalid: bool = False,
    depot: tuple[float, float] | None = None,
    name: str | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Scanned:
    """Scan `files` into the site `folder`; if any of it raises, nothing is written and an older site stays.

    Raises BadDataError for a broken file or a folder that cannot be written, UndecidedError without a floor.
    """
    require_room(folder)
    scans = open_scans(files, unit=unit, poses=poses, drop_invalid=drop_invalid)
    scanned = scan_to_facility(
        scans,
        name=name or folder.resolve().name,
        stations=() if depot is None else (_depot(*depot),),
        seed=seed,
        progress=progress,
    )
    write_site(folder, scanned)
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
    graph = build_graph(
        facility, agent, None if rules is None else read_floor_rules(rules, facility), unknown=unknown
    )
    write_network(path, graph, form, facility=facility)
    return graph


def path_on_site(folder: Path, agent: AgentClass, start: str, end: str, *, rules: Path | None = None) -> Way:
    """The way on a site from one location or station to another."""
    facility = load_site(folder).facility
    known = NO_RULES if rules is None else read_floor_rules(rules, facility)
    return way_between(facility, agent, start, end, rules=known)


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


def simulate_scenario(path: Path, folder: Path, *, progress: Progress = silent) -> tuple[Run, dict[str, Any]]:
    """Simulate scenario.yaml into the run `folder`; returns the run and its KPIs as plain values."""
    progress("planning and walking", 0.1)
    run = run_scenario(read_scenario(path))
    progress("writing", 0.8)
    write_run(folder, run)
    progress("done", 1.0)
    return run, kpis_dict(kpis(run))


def _depot(x: float, y: float) -> Station:
    return Station(id="DEPOT", level="L0", kind="depot", pose=(x, y, 0.0))
