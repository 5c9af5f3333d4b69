"""Replications already played are kept one by one, so that work taken up again plays none of them twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from layouts.scenario import PATHS, Scenario
from layouts.scenario_files import digests_of
from layouts.what_if.play_points import Figures
from spatial.whole_files import write_whole


@dataclass(frozen=True)
class KeptFigures:
    """`figures`, each replication of which is read from `folder` where it is known, else played and kept there."""

    figures: Figures
    folder: Path

    def __call__(self, scenario: Scenario, replication: int) -> Mapping[str, float]:
        """The figures of a replication."""
        file = self.folder / _key(scenario) / f"{replication}.json"
        if file.exists():
            known: dict[str, float] = json.loads(file.read_text(encoding="utf-8"))
            return known
        figures = {name: float(value) for name, value in self.figures(scenario, replication).items()}
        with write_whole(file) as aside:
            aside.write_text(json.dumps(figures), encoding="utf-8")
        return figures


def _key(scenario: Scenario) -> str:
    told = [scenario.model_dump_json(exclude=set(PATHS)), digests_of(scenario)]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]
