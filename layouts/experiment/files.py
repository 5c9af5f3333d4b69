"""An experiment as files: experiment.json, effects.csv, cells.csv and main-effects.svg."""

from __future__ import annotations

import json
from pathlib import Path

from layouts.experiment.picture import main_effects_svg
from layouts.experiment.record import cells_csv, effects_csv, experiment_dict
from layouts.experiment.result import ExperimentResult
from spatial.whole_files import write_whole

FILES = ("experiment.json", "effects.csv", "cells.csv", "main-effects.svg")


def write_experiment(folder: Path, result: ExperimentResult) -> None:
    """Write the four files into `folder`, made if missing; each is there whole or not at all."""
    record = json.dumps(experiment_dict(result), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    texts = (record, effects_csv(result), cells_csv(result), main_effects_svg(result))
    for name, text in zip(FILES, texts, strict=True):
        with write_whole(folder / name) as aside:
            aside.write_text(text, encoding="utf-8")
