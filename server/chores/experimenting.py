"""An experiment as the command line asks for it: a scenario file and a design in, a folder out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from layouts.experiment.design import Design
from layouts.experiment.experiment import run_experiment
from layouts.experiment.files import write_experiment
from layouts.experiment.result import ExperimentResult
from layouts.scenario import read_scenario
from layouts.simulation.run_scenario import figures_of
from server.site_files import require_room
from spatial.errors import BadDataError


def experiment_on(path: Path, folder: Path, design: Design, **wishes: Any) -> ExperimentResult:
    """Simulate scenario.yaml in every cell of `design` into `folder`; see `run_experiment` for `wishes`."""
    require_room(folder)
    scenario = read_scenario(path)
    try:
        result = run_experiment(scenario, design, figures_of, folder=folder, **wishes)
    except ValueError as error:
        raise BadDataError(f"{path}: {error}") from error
    write_experiment(folder, result)
    return result
