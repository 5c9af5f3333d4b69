"""An experiment as values for JSON and as two CSV tables, in the figures' own units."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import Any

from layouts.experiment.result import Effect, ExperimentResult
from layouts.experiment.text import answers, is_shown
from layouts.statistics.intervals import Estimate
from layouts.what_if.curve import value_text

ESTIMATE = ("value", "low", "high", "confidence", "n", "method")


def experiment_dict(result: ExperimentResult) -> dict[str, Any]:
    """As JSON holds it: the design, the answers, all effects by size, the means by value, every cell's runs.

    `best` is null where no indifference zone was given.
    """
    return {
        "schema": "aisletwin.experiment/1",
        "design": {
            "kind": result.design.kind,
            "words": result.design.words,
            "resolution": result.design.resolution,
            "factors": [
                {"name": factor.name, "values": list(factor.values)} for factor in result.design.factors
            ],
        },
        "figure": result.figure,
        "indifference": result.indifference,
        "confidence": result.confidence,
        "each_confidence": result.each_confidence,
        "correction": "Bonferroni",
        "replications": result.n,
        "converged": result.converged,
        "unsure": list(result.unsure),
        "left_out": dict(result.left_out),
        "notes": list(result.notes),
        "answers": list(answers(result)),
        "effects": [_effect(effect, result.figure) for effect in result.ranked],
        "level_means": [
            {
                "factor": mean.factor,
                "value": mean.value,
                "figures": {name: one.record() for name, one in mean.figures.items()},
            }
            for mean in result.level_means
        ],
        "leader": {
            "name": result.leader.leader,
            "is_clear": result.leader.is_clear,
            "cells": [{"name": each.name, "verdict": each.verdict} for each in result.leader.systems],
        },
        "best": None if result.best is None else asdict(result.best),
        "cells": [
            {
                "name": cell.name,
                "values": dict(cell.values),
                "levels": {name: level.record() for name, level in cell.levels.items()},
                "runs": {name: list(values) for name, values in cell.runs.items()},
            }
            for cell in result.cells
        ],
    }


def effects_csv(result: ExperimentResult) -> str:
    """A row for each effect on each figure, by size in the experiment's own."""
    rows = [
        [
            effect.name,
            len(effect.factors),
            name,
            *_cells(effect.figures[name]),
            value_text(is_shown(effect.figures[name])),
        ]
        for effect in result.ranked
        for name in result.figures
    ]
    return _csv(["effect", "factors", "figure", *ESTIMATE, "is_shown"], rows)


def cells_csv(result: ExperimentResult) -> str:
    """A row for each figure of each cell, in the order of the design."""
    rows = [
        [*map(value_text, cell.values.values()), name, *_cells(cell.levels[name])]
        for cell in result.cells
        for name in result.figures
    ]
    return _csv([*result.cells[0].values, "figure", *ESTIMATE], rows)


def _effect(effect: Effect, figure: str) -> dict[str, Any]:
    return {
        "name": effect.name,
        "changes": list(effect.changes),
        "factors": list(effect.factors),
        "aliases": list(effect.aliases),
        "is_shown": is_shown(effect.figures[figure]),
        "figures": {name: estimate.record() for name, estimate in effect.figures.items()},
    }


def _cells(estimate: Estimate) -> list[Any]:
    record = estimate.record()
    return [record[name] for name in ESTIMATE]


def _csv(header: list[str], rows: list[list[Any]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerows([header, *rows])
    return text.getvalue()
