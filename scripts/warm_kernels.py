"""Work one small shift, so that the first real command does not wait while numba compiles its kernels."""

from __future__ import annotations

from pathlib import Path

from layouts.demo_hall import demo_hall
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_on

run_on(demo_hall(), Scenario(site=Path(), pickers=2, synthetic_orders=4))
