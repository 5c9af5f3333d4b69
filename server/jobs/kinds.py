"""The kinds of jobs: a shift, a what-if, a comparison, a slotting plan, and any of the first two from now on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from layouts.scenario import PATHS, read_scenario
from layouts.scenario_files import site_file
from server.jobs.job import Desk, Kind, below
from spatial.errors import BadDataError

MOST_REPLICATIONS = 1_000


def simulate(arguments: Mapping[str, Any], desk: Desk) -> None:
    """`scenario`, `replications` = 1: the run, and replications.json where there are several."""
    from layouts.simulation.replicate import replications_dict
    from layouts.simulation.run_scenario import figures_of
    from layouts.statistics.replications import run_replications
    from server.chores.chain import simulate_scenario
    from server.jobs.kept_figures import KeptFigures
    from server.site_files import write_json

    path = below(desk.root, arguments["scenario"], name="scenario")
    simulate_scenario(path, desk.folder / "run", progress=lambda what, share: desk.progress(what, share / 2))
    count = arguments.get("replications", 1)
    if count > 1:
        figures, scenario = KeptFigures(figures_of, desk.kept), read_scenario(path)
        done = run_replications(
            lambda number: figures(scenario, number),
            wanted={},
            first=count,
            most=count,
            progress=lambda what, share: desk.progress(what, 0.5 + share / 2),
        )
        write_json(desk.folder / "replications.json", replications_dict(done))


def what_if(arguments: Mapping[str, Any], desk: Desk) -> None:
    """`scenario`, `what_if` (NAME=VALUES, one or more), `figure`, `replications` = 10: what-if.json, .csv, .svg."""
    from layouts.simulation.run_scenario import figures_of
    from layouts.what_if.curve import what_if as curve_of
    from layouts.what_if.curve_files import write_curve
    from layouts.what_if.spec import parse_spec
    from server.jobs.kept_figures import KeptFigures

    path = below(desk.root, arguments["scenario"], name="scenario")
    variants = desk.kept / "variants"
    variants.mkdir(exist_ok=True)
    count = arguments.get("replications", 10)
    try:
        curve = curve_of(
            read_scenario(path),
            parse_spec(arguments["what_if"]),
            KeptFigures(figures_of, desk.kept),
            folder=variants,
            figure=arguments.get("figure", "lines_per_hour"),
            first=count,
            most=count,
            progress=desk.progress,
        )
    except ValueError as error:
        raise BadDataError(f"{arguments['scenario']}: {error}") from error
    write_curve(desk.folder, curve)


def compare(arguments: Mapping[str, Any], desk: Desk) -> None:
    """`scenarios`, the first of which is the baseline, `figure`, `replications` = 10: comparison.json."""
    from server.chores.comparing import compare_scenarios, scenarios_at
    from server.site_files import write_json

    paths = [below(desk.root, text, name="scenarios") for text in arguments["scenarios"]]
    count = arguments.get("replications", 10)
    found = compare_scenarios(
        scenarios_at(paths),
        cache=desk.kept,
        progress=desk.progress,
        figure=arguments.get("figure", "lines_per_hour"),
        first=count,
        most=count,
    )
    write_json(desk.folder / "comparison.json", found.record())


def slot(arguments: Mapping[str, Any], desk: Desk) -> None:
    """`scenario`, `settings` (optional), `seed` = 0: a slotting plan."""
    from layouts.slotting.plan.make_plan import PlanWishes
    from layouts.slotting.rules.least_conflict import Infeasible
    from server.chores.slotting import plan_slotting

    settings = arguments.get("settings")
    found = plan_slotting(
        below(desk.root, arguments["scenario"], name="scenario"),
        None if settings is None else below(desk.root, settings, name="settings"),
        desk.folder,
        PlanWishes(seed=arguments.get("seed", 0)),
        progress=desk.progress,
    )
    if isinstance(found, Infeasible):
        raise BadDataError("no slotting keeps all rules: see `aisletwin slot` for the rules that conflict")


def now(arguments: Mapping[str, Any], desk: Desk) -> None:
    """`fork` (a folder), `base` (scenario.yaml), `what_if` (optional): the scenario of now and what comes of it.

    `scenario_now` writes the scenario; then it is a what-if where one is asked for, else a shift. Several shifts are
    a forecast, which is kept in the twin's folder, that of the jobs.
    """
    from layouts.run_files import REPLICATIONS
    from server.clock import clock_ms
    from server.fork.forecast import forecast_of, keep_forecast
    from server.fork.fork import read_fork
    from server.fork.scenario_now import scenario_now

    base = read_scenario(below(desk.root, arguments["base"], name="base"))
    forked = read_fork(below(desk.root, arguments["fork"], name="fork"))
    told = scenario_now(forked, base, desk.kept / "scenario")
    rest = {name: value for name, value in arguments.items() if name not in ("fork", "base")}
    inner = desk._replace(root=desk.kept)
    play = what_if if "what_if" in arguments else simulate
    play({**rest, "scenario": told.scenario.relative_to(desk.kept).as_posix()}, inner)
    replications = desk.folder / REPLICATIONS
    if replications.exists():
        forecast = forecast_of(forked.fork, desk.folder / "run", replications, made_ms=clock_ms())
        keep_forecast(desk.root, forecast)
    for path in told.scenario.parent.iterdir():
        if path.name != told.scenario.name:  # whose paths hold for the place where it was written
            (desk.folder / path.name).write_bytes(path.read_bytes())


def _files(*names: str, lists: Sequence[str] = (), options: Sequence[str] = ()) -> Any:
    def files(arguments: Mapping[str, Any], root: Path) -> Sequence[Path]:
        unknown = sorted(arguments.keys() - {*names, *lists, *options})
        missing = [name for name in (*names, *lists) if name not in arguments and name != "settings"]
        if unknown or missing:
            what = f"'{unknown[0]}' is not known" if unknown else f"'{missing[0]}' is missing"
            raise BadDataError(f"{what}: arguments are {', '.join((*names, *lists, *options))}")
        count = arguments.get("replications", 2)
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_REPLICATIONS:
            raise BadDataError(f"replications {count!r} is not within 1 and {MOST_REPLICATIONS}")
        for name in lists:
            if not isinstance(arguments[name], list) or not arguments[name]:
                raise BadDataError(f"{name} {arguments[name]!r} is no list: give one with at least one text")
        texts = {name: arguments[name] for name in names if arguments.get(name) is not None}
        paths = [below(root, text, name=name) for name, text in texts.items() if name != "fork"]
        paths += [below(root, text, name="scenarios") for text in arguments.get("scenarios", ())]
        found = [file for path in paths for file in (path, *_beneath(path))]
        if "fork" in texts:
            folder = below(root, texts["fork"], name="fork")
            found += [folder / "fork.json", folder / "state.json"]
        return found

    return files


def _beneath(path: Path) -> Sequence[Path]:
    """The files that a scenario names."""
    if path.name == "slot.yaml" or not path.exists():
        return ()
    try:
        scenario = read_scenario(path)
    except BadDataError:
        return ()  # the settings of a slotting plan; the job itself tells what is wrong with a scenario
    named = [getattr(scenario, name) for name in PATHS if name != "site"]
    return [site_file(scenario), *(each for each in named if each is not None)]


KINDS: Mapping[str, Kind] = {
    "simulate": Kind(simulate, _files("scenario", options=("replications",))),
    "what_if": Kind(what_if, _files("scenario", lists=("what_if",), options=("figure", "replications"))),
    "compare": Kind(compare, _files(lists=("scenarios",), options=("figure", "replications"))),
    "slot": Kind(slot, _files("scenario", "settings", options=("seed",))),
    "now": Kind(now, _files("fork", "base", options=("what_if", "figure", "replications"))),
}
"""All kinds by name."""

KINDS_ADDRESS = "server.jobs.kinds:KINDS"
