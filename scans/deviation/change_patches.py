"""Cells of change joined to patches, and patches to objects."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from scans.deviation.finding import Finding, judge, mm
from scans.deviation.frames import Floats
from scans.deviation.m3c2 import CELL_M, CloudDistances

Kind = Literal["moved", "moved_back", "gone", "new"]

_LINK_M = 1.8 * CELL_M
_OBJECT_M = 0.4


@dataclass(frozen=True, kw_only=True)
class ChangeLimits:
    """What counts as a change, each 0 or more.

    `limit_m` the least mean shift of a patch; `registration_sigma_m` of one scan to the other; `cells`, each of
    10 × 10 cm, a shifted patch has at least; half of that what rays show to be gone or new.
    """

    limit_m: float = 0.01
    registration_sigma_m: float = 0.003
    cells: int = 25

    def __post_init__(self) -> None:
        for name in ("limit_m", "registration_sigma_m"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} {getattr(self, name)} is below 0 or no number: give 0 or more")
        if self.cells < 1:
            raise ValueError(f"cells {self.cells} is below 1: a patch has cells")


@dataclass(frozen=True)
class Patch:
    """Joined cells of one kind at `core` (C, 3): their mean shift along the normals, metres, and its sigma.

    What is gone or new has no shift.
    """

    kind: Kind
    core: Floats
    by_m: float | None
    sigma_m: float

    @property
    def area_m2(self) -> float:
        """Of its cells."""
        return len(self.core) * CELL_M**2


def shifted_patches(
    cells: CloudDistances, limits: ChangeLimits, kind: Literal["moved", "moved_back"]
) -> Iterator[Patch]:
    """Patches of cells beyond their level of detection, to one side each; "moved_back" of the newer scan's cells."""
    changed = np.abs(cells.distance) > cells.level_of_detection(limits.registration_sigma_m)
    for sign in (1.0, -1.0):
        own = cells.where(changed & (np.sign(cells.distance) == sign))
        for rows in _joined(own.core, _LINK_M, limits.cells):
            weight = 1 / np.maximum(own.sigma[rows], 1e-4) ** 2
            mean = float(np.sum(weight * own.distance[rows]) / np.sum(weight))
            scatter = float(np.std(own.distance[rows])) / math.sqrt(len(rows))
            yield Patch(kind, own.core[rows], mean, math.hypot(scatter, limits.registration_sigma_m))


def lone_patches(core: Floats, kind: Kind, limits: ChangeLimits) -> Iterator[Patch]:
    """Patches of cells (C, 3) that only one scan has."""
    for rows in _joined(core, _LINK_M, max(1, limits.cells // 2)):  # rays prove them: half as many will do
        yield Patch(kind, core[rows], None, CELL_M / math.sqrt(12.0))


def objects(patches: list[Patch], limits: ChangeLimits) -> Iterator[Finding]:
    """A finding for patches less than 40 cm apart: size, volume, the shift that most of its area shows."""
    if not patches:
        return
    of_patch = np.repeat(np.arange(len(patches)), [len(patch.core) for patch in patches])
    core = np.concatenate([patch.core for patch in patches])
    for number, rows in enumerate(_joined(core, _OBJECT_M, 1), start=1):
        own = [patches[i] for i in np.unique(of_patch[rows])]
        yield _object(f"change-{number}", own, core[rows], limits)


def _object(name: str, own: list[Patch], core: Floats, limits: ChangeLimits) -> Finding:
    moved = [patch for patch in own if patch.by_m is not None]
    area = max(sum(patch.area_m2 for patch in own if patch.kind == kind) for kind in ("moved", "moved_back"))
    size = np.ptp(core, axis=0) + CELL_M
    lone = {kind: sum(patch.area_m2 for patch in own if patch.kind == kind) for kind in ("gone", "new")}
    if moved:
        area_moved = sum(patch.area_m2 for patch in moved)
        by = sum(abs(patch.by_m or 0.0) * patch.area_m2 for patch in moved) / area_moved
        sigma = max(patch.sigma_m for patch in moved)
        told = f"surface shifted by {mm(by, sigma)} over {area:.2f} m²"
        volume = by * area
    if sum(lone.values()) > area:
        by, sigma = float(size.max()), CELL_M / math.sqrt(12.0)
        told = f"{lone['new']:.2f} m² new, {lone['gone']:.2f} m² gone"
        volume = float(np.prod(size))
    x, y, z = core.mean(axis=0).tolist()
    return Finding(
        type="surface_changed",
        verdict=judge(by, sigma, limits.limit_m),
        text=f"{name} at ({x:.2f}, {y:.2f}, {z:.2f}), {size[0]:.1f} × {size[1]:.1f} × {size[2]:.1f} m: {told}",
        place={"change": name},
        by_m=by,
        sigma_m=sigma,
        limit_m=limits.limit_m,
        more={
            "at": (x, y, z),
            "size_m": tuple(size.tolist()),
            "area_m2": area,
            "volume_m3": volume,
            "new_m2": lone["new"],
            "gone_m2": lone["gone"],
        },
    )


def _joined(core: Floats, link_m: float, least: int) -> Iterator[npt.NDArray[np.int64]]:
    """Rows of the points (C, 3) that chains of links join, `least` of them or more."""
    if not len(core):
        return
    pairs = cKDTree(core).query_pairs(link_m, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(core),) * 2)
    part = connected_components(graph, directed=False)[1]
    order = np.argsort(part, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(part[order])) + 1):
        if len(rows) >= least:
            yield rows
