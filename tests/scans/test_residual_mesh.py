"""What no element explains is kept as a surface, and only that."""

from __future__ import annotations

import numpy as np
import trimesh

from scans.residual_mesh import residual_mesh
from spatial.facility import Facility, Level, Rack, Wall

OUTLINE = ((0.0, 0.0), (10.0, 0.0), (10.0, 8.0), (0.0, 8.0))
HALL = Facility(
    id="H",
    name="H",
    kind="as_built",
    levels=(Level(id="L0", elevation_m=0.0, outline=OUTLINE),),
    walls=(Wall(id="W1", level="L0", p0=(0.0, 0.0), p1=(10.0, 0.0), height_m=6.0),),
    racks=(
        Rack(
            id="R1", level="L0", kind="pallet_rack", center=(5.0, 4.0), base_z_m=0.0, yaw_rad=0.0,
            length_m=4.0, depth_m=1.0, height_m=3.0,
        ),
    ),
)  # fmt: skip


def box_of_points(low: tuple[float, float, float], high: tuple[float, float, float]) -> np.ndarray:
    axes = [np.arange(a, b, 0.05) for a, b in zip(low, high, strict=True)]
    return np.stack(np.meshgrid(*axes), -1).reshape(-1, 3)


def test_floor_wall_rack_and_roof_are_explained() -> None:
    seen = [
        box_of_points((0, 0, -0.02), (10, 8, 0.02)),
        box_of_points((0, -0.02, 0), (10, 0.02, 6)),
        box_of_points((3.1, 3.6, 0.2), (6.9, 4.4, 2.9)),
        box_of_points((0, 0, 5.9), (10, 8, 6.0)),
    ]
    assert residual_mesh(np.concatenate(seen), HALL) is None


def test_a_hanging_thing_becomes_a_closed_surface_of_its_size() -> None:
    lamp = box_of_points((1.05, 1.05, 3.0), (1.95, 1.95, 3.45))
    mesh = residual_mesh(lamp, HALL)
    assert mesh is not None
    surface = trimesh.Trimesh(*mesh, process=False)
    assert surface.is_watertight
    assert surface.volume > 0  # faces look outward
    np.testing.assert_allclose(surface.extents, [0.9, 0.9, 0.45], atol=0.16)


def test_a_stray_point_is_no_thing() -> None:
    assert residual_mesh(np.array([[2.0, 2.0, 3.0]]), HALL) is None
