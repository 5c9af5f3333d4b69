"""Generated warehouses with exact truth, in the form of scan_bench, so that rules are not tuned to one file.

    python benchmarks/generated_halls.py FOLDER [--kinds dense …] [--seeds 1 …]

A hall is drawn as a plan, changed as built, stocked and cluttered, made solid box by box and scanned by
`scans.virtual`. The same kind and seed give the same bytes; `dense`, `thin`, `clutter`, `noisy` and `sparse` of one
seed are the same racks.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hall_boxes import Solid, hall_solid, movers_solid
from hall_drawing import Drawing, draw_hall, stream
from hall_frame import Floats, Record, turn
from hall_plans import KINDS

from scans.cloud import PointCloud
from scans.laz_writer import write_laz
from scans.ray_scene import RayScene
from scans.virtual import TerrestrialScanner, VirtualScan, scan_terrestrial

_MOVERS = 2
_SIGHT_M = 40.0
_BEAMS_BY_POINT = 1.02
"""Beams that leave the scanner for each that comes back, about."""


@dataclass(frozen=True, eq=False)
class Hall:
    """A generated hall: its truth and plan, and its triangles. `truth["unseen"]` lists the empty slots, as
    `[rack, bay, tier, position]`, of which no station sees anything.
    """

    kind: str
    seed: int
    drawing: Drawing
    solid: Solid

    @property
    def name(self) -> str:
        return f"{self.kind}{self.seed}"

    @property
    def truth(self) -> Record:
        return self.drawing.truth

    def scan(self, points: int | None = None) -> VirtualScan:
        """About `points` (the kind's, if not given); `element` of each is an index in `hall_boxes.PARTS`."""
        return _joined(list(self.stations(points)), self.drawing.poses)

    def stations(self, points: int | None = None) -> Iterator[VirtualScan]:
        """What each station sees, one after the other."""
        wanted, eyes = points or KINDS[self.kind].points, self.drawing.poses
        step = math.sqrt(360 * 150 * len(eyes) / (wanted * _BEAMS_BY_POINT))
        scanner = TerrestrialScanner(step_deg=min(step, 10.0), noise_m=KINDS[self.kind].noise_m)
        for number, eye in enumerate(eyes):
            yield self._from_station(number, eye, scanner)

    def _from_station(self, number: int, eye: Floats, scanner: TerrestrialScanner) -> VirtualScan:
        """People walk elsewhere at every station: in the whole cloud they are ghosts."""
        rng = stream(self.seed * 1000 + number, "movers")
        away, heading = rng.uniform(2.0, 6.0, _MOVERS), rng.uniform(0, 2 * math.pi, _MOVERS)
        places = eye[:2] + np.column_stack([away * np.cos(heading), away * np.sin(heading)])
        solid = self.solid.plus(movers_solid(places, self.truth))
        seed = self.seed * 1000 + number
        return scan_terrestrial(
            solid.vertices, solid.faces, solid.part, eye[None], scanner=scanner, seed=seed
        )

    def write(self, folder: Path) -> Path:
        """Scan it and write its five files, named as those of scan_bench; returns the LAZ."""
        records = {
            ".truth": self.truth, ".plan": self.drawing.plan, ".deviations": self.drawing.deviations,
            "_tls.poses": {"poses": self.drawing.poses.tolist()},
        }  # fmt: skip
        for ending, record in records.items():
            (folder / f"{self.name}{ending}.json").write_text(json.dumps(record))
        path = folder / f"{self.name}_tls.laz"
        write_laz(path, self.scan().cloud)
        return path


def generated_hall(kind: str, seed: int, *, size_m: tuple[float, float] | None = None) -> Hall:
    """The hall of a kind (of KINDS) and a seed; `size_m` is its width and length where they are not to be drawn."""
    drawing = draw_hall(kind, KINDS[kind], seed, size_m)
    solid = hall_solid(drawing.truth, stream(seed, "loads"))
    drawing.truth["unseen"] = _unseen_slots(drawing.truth, solid, drawing.poses)
    return Hall(kind, seed, drawing, solid)


def _unseen_slots(truth: Record, solid: Solid, poses: Floats) -> list[list[int]]:
    """Empty slots no inner place of which is in sight of a station within 40 m."""
    empty = [slot[:4] for slot in truth["slots"] if not slot[4]]
    racks = {rack["id"]: rack for rack in truth["racks"]}
    places = np.concatenate([np.empty((0, 27, 3)), *(_inside(racks[s[0]], *s[1:])[None] for s in empty)])
    scene, seen = RayScene(solid.vertices, solid.faces), np.zeros(len(empty), dtype=bool)
    for eye in poses:
        near = np.flatnonzero(~seen & (np.linalg.norm(places[:, 13] - eye, axis=1) < _SIGHT_M))
        rays = (places[near] - eye).reshape(-1, 3).astype(np.float32)
        seen[near] = (scene.cast(eye, rays).distance.reshape(-1, 27) > 1.0).any(axis=1)
    return [slot for slot, is_seen in zip(empty, seen.tolist(), strict=True) if not is_seen]


def _inside(rack: Record, bay: int, tier: int, position: int) -> Floats:
    """Places (27, 3) spread in the lower metre of a slot."""
    on_floor = [0.0] if rack["kind"] == "pallet_rack" else []
    bottoms = [*on_floor, *rack["beam_z"], rack["beam_z"][-1] + 1.0]
    bottom, height = bottoms[tier], min(1.0, 0.8 * (bottoms[tier + 1] - bottoms[tier]))
    pitch = rack["bay_clear"] / rack["positions"]
    start = rack["post"] + bay * (rack["bay_clear"] + rack["post"]) - rack["length"] / 2
    u = start + (position + np.array([0.2, 0.5, 0.8])) * pitch
    v = np.array([-0.35, 0.0, 0.35]) * rack["depth"]
    w = rack["base_z"] + bottom + height * np.array([0.15, 0.45, 0.8])
    local = np.stack(np.meshgrid(u, v, w, indexing="ij"), axis=-1).reshape(-1, 3)
    plan = local[:, :2] @ turn(rack["yaw"]).T + rack["centre"]
    return np.column_stack([plan, local[:, 2]])


def _joined(scans: Sequence[VirtualScan], poses: Floats) -> VirtualScan:
    """Scans of one station each as one; `station` is the row of `poses`."""
    origin = np.round(poses.mean(axis=0))
    cloud = PointCloud(
        points=np.concatenate([scan.cloud.world_points() - origin for scan in scans]).astype(np.float32),
        origin=origin,
        intensity=np.concatenate(
            [scan.cloud.intensity for scan in scans if scan.cloud.intensity is not None]
        ),
        station=np.repeat(np.arange(len(scans), dtype=np.int32), [len(scan.cloud) for scan in scans]),
    )
    element = np.concatenate([scan.element for scan in scans])
    return VirtualScan(cloud, element, np.concatenate([scan.range_m for scan in scans]), poses)


if __name__ == "__main__":
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path)
    options.add_argument("--kinds", nargs="+", choices=KINDS, default=[k for k in KINDS if k != "big"])
    options.add_argument("--seeds", nargs="+", type=int, default=[1])
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for each in given.kinds:
        for one in given.seeds:
            print(generated_hall(each, one).write(given.folder))
