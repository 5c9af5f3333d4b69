"""A report as values for JSON: the comparison's own, with inputs and hashes, worst places, halls and rules."""

from __future__ import annotations

from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from layouts.comparison.record import comparison_dict
from layouts.comparison.sensitivity_record import sensitivity_dict
from layouts.diff.record import diff_dict
from layouts.report.report_data import Report
from layouts.report.settings import input_files, settings_sha256
from layouts.report.shown_shift import ShownShift
from layouts.report.validity import limits_of_validity
from layouts.rules.report import findings_dict


def report_dict(report: Report) -> dict[str, Any]:
    """`comparison_dict` and beside it what the page tells more; the same report gives the same bytes."""
    return {
        **comparison_dict(report.comparison, front=report.beside.front, money=report.beside.money),
        "title": report.title,
        "version": version("aisletwin"),
        "made_up_orders": list(report.made_up),
        "notes": list(report.comparison.notes),
        "inputs": {shift.name: _inputs(shift) for shift in report.shifts},
        "shown_replication": report.replication,
        "worst_places": {
            shift.name: {"blocked_s": shift.blocked_s, "places": [asdict(place) for place in shift.worst]}
            for shift in report.shifts
        },
        "halls": {name: diff_dict(diff) for name, diff in report.halls.items()},
        "rules": {name: findings_dict(found) for name, found in report.findings.items()},
        "sensitivity": None
        if report.beside.sensitivity is None
        else sensitivity_dict(report.beside.sensitivity, report.beside.price_flips),
        "limits_of_validity": list(limits_of_validity(report)),
    }


def _inputs(shift: ShownShift) -> dict[str, Any]:
    return {
        "settings_sha256": settings_sha256(shift.scenario),
        "settings": shift.inputs["scenario"],
        "files": {kind: {"name": name, "sha256": digest} for kind, name, digest in input_files(shift)},
        "warm_up_s": shift.warm_up_s,
        "assumed": list(shift.notes),
    }
