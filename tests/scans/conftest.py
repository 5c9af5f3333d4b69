"""A small hall's points, halls of known racks scanned by the virtual scanner, and where the shared data lie."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from layouts.demo_hall import demo_hall, demo_scan_positions
from scans.cloud import PointCloud
from scans.laz_writer import write_laz
from scans.readers import ScanSet, open_scans
from scans.scan_to_facility import Scanned, scan_to_facility
from scans.strays import is_stray
from scans.thinning import VOXEL_M
from scans.virtual import TerrestrialScanner, VirtualScan, scan_terrestrial
from scans.voxels import VoxelAccumulator
from spatial.facility import Bay, Facility, Level, Location, Opening, Rack, Tier, Wall
from spatial.locations import location_box
from spatial.meshes.mesh import facility_mesh
from spatial.poses import Matrix4, pose_from_xyz_yaw, transform_points

SHARED = Path(__file__).parents[2].parent / "shared" / "data"

BAYS, BAY_M, UPRIGHT_M, DEPTH_M = 3, 2.7, 0.1, 1.1
ROW_M = BAYS * BAY_M + (BAYS + 1) * UPRIGHT_M
TIERS_M, BEAM_M, RACK_HEIGHT_M = (1.5, 3.0), 0.12, 4.2
ROW_START_M = 3.0
SCANNER_M = 1.6
STEP_DEG = 0.6
SEED = 0


@pytest.fixture
def shared_data() -> Path:
    if not SHARED.is_dir():
        pytest.skip("skipped: ../shared/data is not here")
    return SHARED


@pytest.fixture
def hall() -> npt.NDArray[np.float64]:
    """2,000 points (N, 3) in a hall of 30 × 40 × 9 m, in whole millimetres."""
    rng = np.random.default_rng(1)
    return np.round(rng.uniform(0, [30, 40, 9], (2000, 3)), 3)


@dataclass(frozen=True)
class World:
    """A planned hall with a roof: x runs along its rows, y across them, in a frame at `world_from_hall`.

    A row fills x from 3.0 to 11.5 m and y from its lower edge on; the walls are 6 m high.
    """

    plan: Facility
    world_from_hall: Matrix4

    @property
    def elevation_m(self) -> float:
        return self.plan.levels[0].elevation_m

    def place(self, x: float, y: float) -> npt.NDArray[np.float64]:
        """World x, y (2,) of a place in the hall's own frame."""
        return np.asarray(transform_points(self.world_from_hall, [[x, y, 0.0]])[0, :2])

    def local(self, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """World points (N, 3) in the hall's own frame."""
        hall_from_world: Matrix4 = np.linalg.inv(self.world_from_hall).astype(np.float64)
        return transform_points(hall_from_world, points)

    def scan(
        self,
        places: Sequence[tuple[float, float]],
        scanner: TerrestrialScanner = TerrestrialScanner(step_deg=STEP_DEG),  # noqa: B008 (frozen)
    ) -> VirtualScan:
        """The hall seen from scanners at eye height."""
        mesh = facility_mesh(self.plan)
        level, first = self.plan.levels[0], len(mesh.vertices)
        roof = np.array([(*xy, self.elevation_m + self.plan.walls[0].height_m) for xy in level.outline])
        eyes = [(*self.place(x, y), self.elevation_m + SCANNER_M) for x, y in places]
        return scan_terrestrial(
            np.vstack([mesh.vertices, roof]),
            np.vstack([mesh.faces, first + np.array([[0, 2, 1], [0, 3, 2]])]),
            np.append(mesh.face_element, [0, 0]),
            eyes,
            scanner=scanner,
            seed=SEED,
        )

    def inside(self, scan: VirtualScan) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """One point a voxel (N, 3), without strays, floor and walls, and the heights (N,) above the floor."""
        voxels = VoxelAccumulator(VOXEL_M)
        voxels.add(scan.cloud)
        cloud = voxels.cloud()
        points = cloud.points[~is_stray(cloud.points)] + cloud.origin
        heights = points[:, 2] - self.elevation_m
        at = self.local(points)
        corner = self.local([(*self.plan.levels[0].outline[2], 0.0)])
        kept = ((at[:, :2] > 0.1) & (at[:, :2] < corner[0, :2] - 0.1)).all(1) & (heights > 0.05)
        return points[kept], heights[kept]


WorldMaker = Callable[..., World]
Recogniser = Callable[..., Scanned]


def build_world(
    rows: Sequence[float] = (4.0,),
    *,
    size_m: tuple[float, float] = (14.5, 9.0),
    yaw_deg: float = 17.0,
    origin: tuple[float, float] = (30.0, -20.0),
    elevation_m: float = 0.2,
    wall_m: float = 6.0,
    doors: tuple[Opening, ...] = (),
    occupied: Callable[[int, int, int], bool] = lambda bay, tier, position: (bay + tier + position) % 2 == 0,
) -> World:
    """A hall of `size_m` with a pallet rack at each of `rows`; `doors` are in the wall along y = 0."""
    pose = pose_from_xyz_yaw(*origin, 0.0, math.radians(yaw_deg))

    def place(x: float, y: float) -> tuple[float, float]:
        world = transform_points(pose, [[x, y, 0.0]])[0]
        return float(world[0]), float(world[1])

    x, y = size_m
    corners = (place(0, 0), place(x, 0), place(x, y), place(0, y))
    pitch = BAY_M + UPRIGHT_M
    racks = tuple(
        Rack(
            id=f"R{number}",
            level="L0",
            kind="pallet_rack",
            center=place(ROW_START_M + ROW_M / 2, low + DEPTH_M / 2),
            base_z_m=elevation_m,
            yaw_rad=math.radians(yaw_deg),
            length_m=ROW_M,
            depth_m=DEPTH_M,
            height_m=RACK_HEIGHT_M,
            upright_width_m=UPRIGHT_M,
            bays=tuple(Bay(offset_m=UPRIGHT_M + k * pitch, width_m=BAY_M) for k in range(BAYS)),
            tiers=tuple(Tier(z_m=z, beam_height_m=BEAM_M) for z in TIERS_M),
        )
        for number, low in enumerate(rows, start=1)
    )
    plan = Facility(
        id="PLAN",
        name="plan",
        kind="planned",
        levels=(Level(id="L0", elevation_m=elevation_m, outline=corners),),
        walls=tuple(
            Wall(
                id=f"W{i + 1}",
                level="L0",
                p0=corners[i],
                p1=corners[(i + 1) % 4],
                height_m=wall_m,
                thickness_m=0.2,
                openings=() if i else doors,
            )
            for i in range(4)
        ),
        racks=racks,
        locations=tuple(place for rack in racks for place in _locations(rack, occupied)),
    )
    return World(plan, pose)


def _locations(rack: Rack, occupied: Callable[[int, int, int], bool]) -> list[Location]:
    """Three places side by side in every bay, the loads of half their height."""
    locations = []
    for bay, tier, position in np.ndindex(BAYS, len(TIERS_M) + 1, 3):
        center, size = location_box(rack, bay, tier, position + 1, 3)
        full = occupied(bay, tier, position)
        locations.append(
            Location(
                id=f"{rack.id}-{bay}-{tier}-{position + 1}",
                rack=rack.id,
                bay=bay,
                tier=tier,
                position=position + 1,
                center=center,
                size_m=size,
                state="occupied" if full else "empty",
                fill=0.5 if full else None,
            )
        )
    return locations


@pytest.fixture(scope="session")
def world() -> WorldMaker:
    return build_world


def write_scan(
    folder: Path, clouds: Sequence[PointCloud], stations: npt.NDArray[np.float64] | None
) -> ScanSet:
    """The clouds as a LAZ file each, opened again with their stations' positions if there are any."""
    paths = [folder / f"scan-{number}.laz" for number in range(len(clouds))]
    for path, cloud in zip(paths, clouds, strict=True):
        write_laz(path, cloud)
    if stations is None:
        return open_scans(paths)
    poses = folder / "poses.json"
    poses.write_text(json.dumps({"poses": stations.tolist()}), encoding="utf-8")
    return open_scans(paths, poses=poses)


@pytest.fixture(scope="session")
def scan_files(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., ScanSet]:
    """`scan_files(clouds, stations)` writes the clouds to files and opens those."""

    def write(clouds: Sequence[PointCloud], stations: npt.NDArray[np.float64] | None) -> ScanSet:
        return write_scan(tmp_path_factory.mktemp("scan"), clouds, stations)

    return write


@pytest.fixture(scope="session")
def recognise(scan_files: Callable[..., ScanSet]) -> Recogniser:
    """`recognise(clouds, stations)` writes the clouds to files and gives what is recognised in those."""

    def run(clouds: Sequence[PointCloud], stations: npt.NDArray[np.float64] | None) -> Scanned:
        return scan_to_facility(scan_files(clouds, stations), name="T1", seed=SEED)

    return run


def moved(scan: VirtualScan, world_from_scan: Matrix4) -> VirtualScan:
    """The same measurement in another frame."""
    points = transform_points(world_from_scan, scan.cloud.world_points())
    origin = np.round(points.mean(0))
    cloud = replace(scan.cloud, points=(points - origin).astype(np.float32), origin=origin)
    return replace(scan, cloud=cloud, stations=transform_points(world_from_scan, scan.stations))


@pytest.fixture(scope="session")
def move() -> Callable[[VirtualScan, Matrix4], VirtualScan]:
    return moved


@dataclass(frozen=True)
class Case:
    """A world, the scan of it, and what was recognised."""

    world: World
    scan: VirtualScan
    found: Scanned


@pytest.fixture(scope="session")
def one_row(recognise: Recogniser) -> Case:
    """One row in the middle of the hall, seen from both sides."""
    world = build_world()
    scan = world.scan([(5.0, 2.0), (10.0, 2.0), (5.0, 7.0), (10.0, 7.0)])
    return Case(world, scan, recognise([scan.cloud], scan.stations))


@pytest.fixture(scope="session")
def demo_case(recognise: Recogniser) -> Case:
    """The demo hall seen from its own stations, with beams a little wider apart than in the demo: 0.5°."""
    plan = demo_hall(SEED)
    mesh = facility_mesh(plan)
    scan = scan_terrestrial(
        mesh.vertices,
        mesh.faces,
        mesh.face_element,
        demo_scan_positions(plan),
        scanner=TerrestrialScanner(step_deg=0.5),
        seed=SEED,
    )
    return Case(World(plan, np.eye(4)), scan, recognise([scan.cloud], scan.stations))
