"""What an importer gives: the facility, the roads in it, and a report of what became of the file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spatial.errors import BadDataError
from spatial.exchange.draft import FARTHEST_M, MOST_WARNINGS, Draft
from spatial.exchange.route_network import RouteNetwork
from spatial.facility import Facility, Provenance
from spatial.facility_json import facility_to_json


@dataclass(frozen=True, kw_only=True)
class PlantReport:
    """What was read from a file and what was not.

    `used` and `left_out` count the file's own elements by their kind. `warnings` name a place in the file where
    it departs from its form; `notes` say how it was understood and what it does not tell.
    """

    file: str
    form: str
    version: str
    used: Mapping[str, int]
    left_out: Mapping[str, int]
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return {
            "file": self.file,
            "form": self.form,
            "version": self.version,
            "used": dict(self.used),
            "left_out": dict(self.left_out),
            "warnings": list(self.warnings),
            "notes": list(self.notes),
        }

    def lines(self) -> Iterator[str]:
        """The counts, for people; warnings and notes aside."""
        yield f"{self.file}: {self.form} {self.version}: {_counted(self.used)}"
        if self.left_out:
            yield f"left out: {_counted(self.left_out)}"


@dataclass(frozen=True, kw_only=True)
class Plant:
    """A planned facility and the roads that vehicles drive in it, both in one frame: metres, Z up."""

    facility: Facility
    roads: RouteNetwork
    report: PlantReport


class Told(Draft):
    """A draft whose warnings can be asked for."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.warnings: list[str] = []

    def warn(self, at: str, message: str) -> None:
        """Note an oddity that was read past."""
        super().warn(at, message)
        if len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(f"{at}: {message}")


def finished_plant(path: Path, facility: Facility, roads: RouteNetwork, report: PlantReport) -> Plant:
    """The plant with the file as its provenance; notes that come twice are told once.

    Raises BadDataError where the facility breaks its form, or a curve goes astray.
    """
    _require_near_curves(path, roads)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    source = Provenance(source=path.name, sha256=digest, method=report.form)
    facility = replace(facility, provenance=(source,))
    try:
        facility_to_json(facility)
    except BadDataError as error:
        raise BadDataError(f"{path}: cannot be kept as a facility: {error}: mend it in the file") from error
    once = replace(
        report,
        used={kind: count for kind, count in report.used.items() if count},
        left_out={kind: count for kind, count in report.left_out.items() if count},
        warnings=tuple(dict.fromkeys(report.warnings)),
        notes=tuple(dict.fromkeys(report.notes)),
    )
    return Plant(facility=facility, roads=roads, report=once)


def _require_near_curves(path: Path, roads: RouteNetwork) -> None:
    for edge in roads.edges:
        for curve in (use.trajectory for use in edge.uses if use.trajectory is not None):
            if any(max(abs(point.x), abs(point.y)) > FARTHEST_M for point in curve.points):
                raise BadDataError(
                    f"{path}: edge '{edge.id}': a control point of its curve is farther off than "
                    f"{FARTHEST_M:.0f} m: mend the curve"
                )


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "nothing"
