"""The facility mesh: areas and volumes are those of the parts, every face knows whose it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import open3d as o3d
import pytest
import trimesh

from layouts.demo_hall import demo_hall, demo_scan_positions
from spatial.facility import (
    Bay,
    Column,
    Facility,
    FloorHeights,
    Level,
    Location,
    Obstacle,
    Opening,
    Rack,
    Tier,
    Wall,
)
from spatial.floor_heights import floor_height
from spatial.locations import location_box
from spatial.meshes.building_parts import SLAB_M
from spatial.meshes.mesh import PARTS, FacilityMesh, Part, facility_mesh

L_SHAPE = ((0.0, 0.0), (6.0, 0.0), (6.0, 2.0), (2.0, 2.0), (2.0, 6.0), (0.0, 6.0))
RACK = Rack(
    id="R1",
    level="L0",
    kind="pallet_rack",
    center=(1.0, 3.0),
    base_z_m=0.5,
    yaw_rad=np.pi / 2,
    length_m=5.7,
    depth_m=1.0,
    height_m=3.0,
    upright_width_m=0.1,
    bays=(Bay(offset_m=0.1, width_m=2.7), Bay(offset_m=2.9, width_m=2.7)),
    tiers=(Tier(z_m=1.2, beam_height_m=0.1), Tier(z_m=2.4, beam_height_m=0.1)),
)


def facility(**parts: object) -> Facility:
    level = Level(id="L0", elevation_m=0.5, outline=L_SHAPE)
    return replace(Facility(id="F", name="F", kind="planned", levels=(level,)), **parts)


def solid(mesh: FacilityMesh, part: Part) -> trimesh.Trimesh:
    return trimesh.Trimesh(*mesh.part(part), process=True)


def test_an_empty_facility_has_an_empty_mesh() -> None:
    mesh = facility_mesh(Facility(id="F", name="F", kind="planned"))
    assert mesh.vertices.shape == (0, 3)
    assert mesh.faces.shape == (0, 3)


def test_a_flat_floor_is_a_closed_slab_below_its_outline_less_its_holes() -> None:
    hole = ((0.5, 0.5), (1.5, 0.5), (1.5, 1.5), (0.5, 1.5))
    floor = facility(levels=(Level(id="L0", elevation_m=0.5, outline=L_SHAPE, holes=(hole,)),))
    triangles = solid(facility_mesh(floor), "floor")
    area = 6 * 2 + 4 * 2 - 1
    assert triangles.is_watertight
    assert triangles.volume == pytest.approx(area * SLAB_M)
    top = triangles.face_normals[:, 2] > 0.5
    assert triangles.area_faces[top].sum() == pytest.approx(area)
    assert np.allclose(triangles.triangles[top][..., 2], 0.5)
    assert top[: np.count_nonzero(top)].all()  # first what is seen from above


def test_a_sloping_floor_keeps_its_heights() -> None:
    def height(x: float, y: float) -> float:
        return 0.3 + 0.01 * x - 0.02 * y

    samples = tuple((x, y, height(x, y)) for x in (0.0, 2.0, 4.0, 6.0) for y in (0.0, 2.0, 4.0, 6.0))
    level = Level(id="L0", elevation_m=0.0, outline=L_SHAPE, floor=FloorHeights(points=samples, grid_m=2.0))
    assert floor_height(level, [(1.0, 1.0), (5.0, 0.5)]) == pytest.approx([height(1, 1), height(5, 0.5)])
    assert floor_height(level, [(-9.0, 0.0)]) == pytest.approx([height(0, 0)])
    scattered = replace(level, floor=FloorHeights(points=samples, grid_m=1.7))
    assert floor_height(scattered, [(1.0, 1.0)]) == pytest.approx([height(1, 1)])
    vertices, _ = facility_mesh(facility(levels=(level,))).part("floor")
    above = vertices[: len(vertices) // 2]
    assert above[:, 2] == pytest.approx(height(above[:, 0], above[:, 1]), abs=1e-9)
    assert vertices[len(above) :] == pytest.approx(above - [0.0, 0.0, SLAB_M])
    assert solid(facility_mesh(facility(levels=(level,))), "floor").is_watertight


def test_an_outline_that_crosses_itself_is_refused() -> None:
    bow = ((0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0))
    with pytest.raises(ValueError, match="outline of level 'L0'"):
        facility_mesh(facility(levels=(Level(id="L0", elevation_m=0.0, outline=bow),)))


@pytest.mark.parametrize("turned", [False, True])
def test_a_wall_stands_outside_the_room_with_its_openings_cut(turned: bool) -> None:
    door = Opening(id="D", kind="dock_door", s0_m=1.0, s1_m=3.0, z0_m=0.0, z1_m=2.5, closed=True)
    window = Opening(id="N", kind="window", s0_m=2.0, s1_m=4.0, z0_m=3.0, z1_m=3.5)
    ends = ((6.0, 0.0), (0.0, 0.0)) if turned else ((0.0, 0.0), (6.0, 0.0))
    wall = Wall(
        id="W", level="L0", p0=ends[0], p1=ends[1], height_m=4.0, thickness_m=0.2, openings=(door, window)
    )
    mesh = facility_mesh(facility(walls=(wall,)))
    body = solid(mesh, "wall")
    assert body.volume == pytest.approx(0.2 * (6 * 4 - 2 * 2.5 - 2 * 0.5))
    assert body.bounds[:, 1] == pytest.approx([-0.2, 0.0])
    assert body.bounds[:, 2] == pytest.approx([0.5, 4.5])
    panel, _ = mesh.part("door")
    assert panel[:, 2].max() - panel[:, 2].min() == pytest.approx(2.5)
    owners = {mesh.element_ids[i] for i in mesh.face_element[mesh.face_part == PARTS.index("door")]}
    assert owners == {"D"}


def test_a_wall_with_floor_on_both_sides_stands_half_on_each() -> None:
    inner = Wall(id="W", level="L0", p0=(1.0, 1.0), p1=(5.0, 1.0), height_m=4.0, thickness_m=0.2)
    assert solid(facility_mesh(facility(walls=(inner,))), "wall").bounds[:, 1] == pytest.approx([0.9, 1.1])


def test_a_rack_has_its_uprights_and_beams_but_for_the_missing_ones() -> None:
    whole = solid(facility_mesh(facility(racks=(RACK,))), "beam")
    assert whole.volume == pytest.approx(2 * 2 * 2 * 2.7 * 0.05 * 0.1)
    assert whole.bounds[:, 2] == pytest.approx([0.5 + 1.1, 0.5 + 2.4])
    less = solid(facility_mesh(facility(racks=(replace(RACK, missing_beams=((1, 0),)),))), "beam")
    assert less.volume == pytest.approx(whole.volume * 3 / 4)
    posts = solid(facility_mesh(facility(racks=(RACK,))), "upright")
    assert posts.bounds == pytest.approx(np.array([[0.5, 0.15, 0.5], [1.5, 5.85, 3.5]]))


def test_a_load_fills_its_share_of_an_occupied_place_and_an_empty_one_stays_empty() -> None:
    center, size = location_box(RACK, 1, 1, 2, 3)
    assert center == pytest.approx((1.0, 3.0 - 5.7 / 2 + 2.9 + 1.35, 0.5 + (1.2 + 2.3) / 2))
    assert size == pytest.approx((0.9, 1.0, 1.1))
    place = Location(
        id="P", rack="R1", bay=1, tier=1, position=2, center=center, size_m=size, state="occupied", fill=0.5
    )
    mesh = facility_mesh(facility(racks=(RACK,), locations=(place, replace(place, id="Q", state="empty"))))
    load, pallet = solid(mesh, "load"), solid(mesh, "pallet")
    assert pallet.bounds[0, 2] == pytest.approx(0.5 + 1.2)
    assert load.bounds[1, 2] == pytest.approx(0.5 + 1.2 + 0.5 * 1.1)
    assert load.bounds[0, 2] == pytest.approx(pallet.bounds[1, 2])
    owners = {mesh.element_ids[i] for i in mesh.face_element[mesh.face_part == PARTS.index("load")]}
    assert owners == {"P"}


def test_a_prism_over_a_bent_footprint_is_closed() -> None:
    stack = Obstacle(id="O", level="L0", kind="unknown", footprint=L_SHAPE[::-1], z0_m=0.2, z1_m=1.2)
    prism = solid(facility_mesh(facility(obstacles=(stack,))), "obstacle")
    assert prism.is_watertight
    assert prism.volume == pytest.approx(20.0)
    assert prism.bounds[:, 2] == pytest.approx([0.7, 1.7])


def test_a_column_stands_turned_on_the_floor() -> None:
    column = Column(id="C", level="L0", center=(3.0, 1.0), size_m=(0.2, 0.4), yaw_rad=np.pi / 2, height_m=5.0)
    body = solid(facility_mesh(facility(columns=(column,))), "column")
    assert body.bounds == pytest.approx(np.array([[2.8, 0.9, 0.5], [3.2, 1.1, 5.5]]))


def test_faces_of_the_whole_hall_are_sound_and_name_their_element_and_level() -> None:
    hall = demo_hall()
    mesh = facility_mesh(hall)
    assert np.isfinite(mesh.vertices).all()
    assert mesh.faces.min() == 0
    assert mesh.faces.max() == len(mesh.vertices) - 1
    assert len(mesh.face_element) == len(mesh.face_part) == len(mesh.faces)
    assert trimesh.triangles.area(mesh.vertices[mesh.faces]).min() > 0
    assert len(mesh.element_ids) == len(mesh.element_kinds) == len(mesh.element_levels)
    beams = mesh.face_element[mesh.face_part == PARTS.index("beam")]
    assert {mesh.element_ids[i] for i in beams} == {rack.id for rack in hall.racks}
    for part in PARTS[1:]:
        assert solid(mesh, part).volume > 0, part


def test_a_ray_from_the_scanner_meets_the_floor_below_and_a_rack_face_beside_it() -> None:
    hall = demo_hall()
    mesh = facility_mesh(hall)
    world = o3d.t.geometry.RaycastingScene()
    world.add_triangles(mesh.vertices.astype(np.float32), mesh.faces.astype(np.uint32))
    place = demo_scan_positions(hall)[0]
    rays = np.array([[*place, 0.0, 0.0, -1.0]], dtype=np.float32)
    answer = world.cast_rays(o3d.core.Tensor(rays))
    assert answer["t_hit"].item() == pytest.approx(1.6, abs=1e-4)
    face = answer["primitive_ids"].item()
    assert mesh.element_kinds[mesh.face_element[face]] == "level"
