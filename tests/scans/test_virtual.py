"""The virtual scanner against what geometry and statistics say."""

import laspy
import numpy as np
import pytest

from scans.laz_writer import write_laz
from scans.virtual import MIXED, TerrestrialScanner, scan_terrestrial, write_truth
from scans.virtual_camera import DepthCamera, scan_depth_camera, unproject

BOX_FACES = np.array(
    [[0, 2, 1], [1, 2, 3], [4, 5, 6], [5, 7, 6], [0, 1, 4], [1, 5, 4],
     [2, 6, 3], [3, 6, 7], [0, 4, 2], [2, 4, 6], [1, 3, 5], [3, 7, 5]]
)  # fmt: skip
SIDES = np.repeat(np.arange(6), 2)
EXACT = TerrestrialScanner(step_deg=1.0, noise_m=0.0, mixed_share=0.0, half_signal_m=float("inf"))


def box(low, high):
    low, high = np.asarray(low, float), np.asarray(high, float)
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
    return low + corners * (high - low), BOX_FACES


def room_with_pillar():
    room, room_faces = box((-10, -8, 0), (10, 8, 6))
    pillar, pillar_faces = box((3, -0.5, 0), (4, 0.5, 6))
    vertices = np.concatenate([room, pillar])
    faces = np.concatenate([room_faces, pillar_faces + len(room)])
    return vertices, faces, np.repeat([0, 1], 12)


def distance_to_box(points, low, high):
    return np.minimum(np.abs(points - low), np.abs(points - high)).min(axis=1)


def test_points_without_noise_lie_on_the_box_even_at_utm_coordinates():
    low, high = np.array([500_000.0, 5_300_000.0, 400.0]), np.array([500_030.0, 5_300_040.0, 409.0])
    scan = scan_terrestrial(*box(low, high), SIDES, [(low + high) / 2], scanner=EXACT)

    assert len(scan.cloud) == 360 * 151
    assert distance_to_box(scan.cloud.world_points(), low, high).max() < 1e-4


def test_the_truth_names_the_side_that_a_point_lies_on():
    low, high = np.array([-10.0, -8.0, 0.0]), np.array([10.0, 8.0, 6.0])
    scan = scan_terrestrial(*box(low, high), SIDES, [(0, 0, 2)], scanner=EXACT)
    points = scan.cloud.world_points()

    planes = [(0, low), (0, high), (1, low), (1, high), (2, low), (2, high)]
    side_of_face = [planes[i] for i in (0, 1, 2, 3, 4, 5)]
    for side in range(6):
        of_side = points[scan.element == side]
        offsets = [np.abs(of_side[:, axis] - bound[axis]).max() for axis, bound in side_of_face]
        assert min(offsets) < 1e-4


def test_ranges_scatter_with_the_stated_sigma():
    noisy = TerrestrialScanner(step_deg=1.0, noise_m=0.005, mixed_share=0.0, half_signal_m=float("inf"))
    scan = scan_terrestrial(*box((-9, -9, 0), (9, 9, 9)), SIDES, [(0, 0, 2)], scanner=noisy)

    error = np.linalg.norm(scan.cloud.world_points() - scan.stations[0], axis=1) - scan.range_m
    n = len(error)
    assert abs(error.mean()) < 4 * 0.005 / np.sqrt(n)
    assert abs(error.std() - 0.005) < 4 * 0.005 / np.sqrt(2 * n)


def test_mixed_pixels_lie_between_pillar_and_wall_near_the_silhouette_only():
    scanner = TerrestrialScanner(
        step_deg=0.5, elevation_from_deg=-30, elevation_to_deg=30, noise_m=0.0, half_signal_m=float("inf"),
        beam_divergence_mrad=4, mixed_share=1.0,
    )  # fmt: skip
    pillar, pillar_faces = box((3, -0.5, -50), (4, 0.5, 50))
    wall = np.array([[10, -900, -900], [10, 900, -900], [10, 900, 900], [10, -900, 900]], float)
    vertices, faces = (
        np.concatenate([pillar, wall]),
        np.concatenate([pillar_faces, [[8, 9, 10], [8, 10, 11]]]),
    )
    scan = scan_terrestrial(vertices, faces, [0] * 12 + [1] * 2, [(0.0, 0.0, 0.0)], scanner=scanner)
    points = scan.cloud.world_points()
    mixed = points[scan.element == MIXED]

    assert 30 < len(mixed) < 0.02 * len(points)
    # seen from x = 0, the silhouette of the pillar is that of its near face
    azimuth = np.abs(np.arctan2(mixed[:, 1], mixed[:, 0]))
    assert np.abs(azimuth - np.arctan2(0.5, 3.0)).max() < 0.0041 / np.cos(np.radians(30))
    assert (mixed[:, 0] > 2.9).all()
    assert (mixed[:, 0] < 10.1).all()
    # and they fill the gap between the two
    assert 4 < np.median(mixed[:, 0]) < 9


def test_no_mixed_pixel_where_none_is_asked_for():
    scan = scan_terrestrial(*room_with_pillar(), [(0.0, 0.0, 1.6)], scanner=EXACT)
    assert (scan.element != MIXED).all()


def test_half_of_the_beams_that_meet_a_wall_head_on_return_from_the_half_signal_range():
    scanner = TerrestrialScanner(
        step_deg=0.02, elevation_from_deg=-0.5, elevation_to_deg=0.5, half_signal_m=50
    )
    wall = np.array([[50, -1, -1], [50, 1, -1], [50, 1, 1], [50, -1, 1]], float)
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    near = TerrestrialScanner(
        step_deg=0.02, elevation_from_deg=-0.5, elevation_to_deg=0.5, half_signal_m=float("inf")
    )

    beams = len(scan_terrestrial(wall, faces, [0, 0], [(0, 0, 0)], scanner=near).cloud)
    returns = len(scan_terrestrial(wall, faces, [0, 0], [(0, 0, 0)], scanner=scanner).cloud)

    assert beams > 4000
    assert abs(returns / beams - 0.5) < 4 * 0.5 / np.sqrt(beams)


def test_the_same_seed_gives_the_same_bytes_and_a_further_station_changes_no_other():
    scanner = TerrestrialScanner(step_deg=2.0)
    stations = [(0.0, 0.0, 1.6), (-5.0, 3.0, 1.6)]
    one = scan_terrestrial(*room_with_pillar(), stations, scanner=scanner, seed=7)
    same = scan_terrestrial(*room_with_pillar(), stations, scanner=scanner, seed=7)
    more = scan_terrestrial(*room_with_pillar(), [*stations, (0.0, 5.0, 1.6)], scanner=scanner, seed=7)
    other = scan_terrestrial(*room_with_pillar(), stations, scanner=scanner, seed=8)

    assert one.cloud.points.tobytes() == same.cloud.points.tobytes()
    assert one.cloud.intensity.tobytes() == same.cloud.intensity.tobytes()
    assert more.cloud.points[: len(one.cloud)].tobytes() == one.cloud.points.tobytes()
    assert other.cloud.points.tobytes() != one.cloud.points.tobytes()
    assert np.unique(one.cloud.station).tolist() == [0, 1]


def test_beams_into_the_open_give_no_point():
    floor = np.array([[-50, -50, 0], [50, -50, 0], [50, 50, 0], [-50, 50, 0]], float)
    scan = scan_terrestrial(floor, [[0, 1, 2], [0, 2, 3]], [4, 4], [(0, 0, 1.6)], scanner=EXACT)
    assert np.abs(scan.cloud.world_points()[:, 2]).max() < 1e-4
    assert (scan.element == 4).all()


def test_a_fine_raster_in_strips_is_the_raster_in_one():
    fine = TerrestrialScanner(step_deg=0.15, noise_m=0.0, mixed_share=0.0, half_signal_m=float("inf"))
    scan = scan_terrestrial(*box((-9, -9, 0), (9, 9, 9)), SIDES, [(0, 0, 2)], scanner=fine)
    assert len(scan.cloud) == 2400 * 1001


@pytest.mark.parametrize(
    ("name", "value"), [("step_deg", 0), ("noise_m", -1), ("mixed_share", 2), ("range_to_m", 0.1)]
)
def test_a_scanner_beyond_its_limits_is_refused(name, value):
    with pytest.raises(ValueError, match=name):
        TerrestrialScanner(**{name: value})


def test_arrays_of_another_shape_are_refused():
    vertices, faces = box((0, 0, 0), (1, 1, 1))
    with pytest.raises(ValueError, match="face_element"):
        scan_terrestrial(vertices, faces, [0], [(0, 0, 0)])
    with pytest.raises(ValueError, match="outside 0 to 7"):
        scan_terrestrial(vertices, faces + 5, SIDES, [(0, 0, 0)])
    with pytest.raises(ValueError, match="positions"):
        scan_terrestrial(vertices, faces, SIDES, np.empty((0, 3)))


def test_laz_and_truth_are_written_as_they_are_and_twice_the_same(tmp_path):
    scan = scan_terrestrial(
        *room_with_pillar(), [(0, 0, 1.6), (2, 5, 1.6)], scanner=TerrestrialScanner(step_deg=2)
    )
    write_laz(tmp_path / "a.laz", scan.cloud)
    write_laz(tmp_path / "b.laz", scan.cloud)
    write_truth(tmp_path / "a.truth.npz", scan)

    read = laspy.read(tmp_path / "a.laz")
    assert np.abs(np.asarray(read.xyz) - scan.cloud.world_points()).max() <= 0.00006
    assert np.array_equal(read.point_source_id, scan.cloud.station)
    assert np.array_equal(read.intensity, scan.cloud.intensity)
    assert (tmp_path / "a.laz").read_bytes() == (tmp_path / "b.laz").read_bytes()
    with np.load(tmp_path / "a.truth.npz") as truth:
        assert np.array_equal(truth["element"], scan.element)
        assert np.array_equal(truth["stations"], scan.stations)


def test_a_depth_image_of_a_slanted_plane_is_the_analytic_one():
    """Plane z = 3 + x / 2 in the camera's frame: along a pixel's ray, z = 3 / (1 − (u − cx) / (2 fx))."""
    camera = DepthCamera(width=64, height=48, fx=60, fy=60, cx=31.5, cy=23.5, noise_per_m2=0.0)
    plane = np.array([[x, y, 3 + x / 2] for x, y in [(-5, -9), (5, -9), (5, 9), (-5, 9)]], float)
    scan = scan_depth_camera(plane, [[0, 1, 2], [0, 2, 3]], [6, 6], [np.eye(4)], camera=camera)

    expected = 3 / (1 - (np.arange(64) - 31.5) / 120)
    assert np.abs(scan.depth_mm[0] - 1000 * expected).max() <= 0.51
    assert (scan.element == 6).all()


def test_unprojected_pixels_lie_on_the_walls_where_the_camera_stands():
    low, high = np.array([400_000.0, 5_000_000.0, 0.0]), np.array([400_006.0, 5_000_005.0, 4.0])
    forward = np.eye(4)
    # camera x right, y down, z forward; it looks along world +Y
    forward[:3, :3] = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])
    forward[:3, 3] = (low + high) / 2
    camera = DepthCamera(noise_per_m2=0.0)
    scan = scan_depth_camera(*box(low, high), SIDES, [forward, forward], camera=camera)
    cloud = unproject(scan.depth_mm, scan.world_from_camera, camera)

    assert len(cloud) == 2 * camera.width * camera.height
    # half a millimetre of rounding along a ray of at most 1.5 × its depth
    assert distance_to_box(cloud.world_points(), low, high).max() < 0.0008
    assert cloud.world_points()[:, 1].min() > forward[1, 3]
    assert np.unique(cloud.station).tolist() == [0, 1]


def test_depth_noise_grows_with_the_square_of_the_depth():
    camera = DepthCamera(noise_per_m2=0.004)
    for depth in (1.0, 4.0):
        wall = np.array([[x, y, depth] for x, y in [(-99, -99), (99, -99), (99, 99), (-99, 99)]], float)
        scan = scan_depth_camera(wall, [[0, 1, 2], [0, 2, 3]], [0, 0], [np.eye(4)], camera=camera)
        sigma = (scan.depth_mm / 1000.0).std()
        assert sigma == pytest.approx(0.004 * depth**2, rel=0.02)


def test_depth_beyond_the_reach_is_zero_and_names_nothing():
    wall = np.array([[x, y, 9.0] for x, y in [(-99, -99), (99, -99), (99, 99), (-99, 99)]], float)
    camera = DepthCamera(noise_per_m2=0.0)
    scan = scan_depth_camera(wall, [[0, 1, 2], [0, 2, 3]], [0, 0], [np.eye(4)], camera=camera)
    assert (scan.depth_mm == 0).all()
    assert (scan.element == -1).all()
    assert len(unproject(scan.depth_mm, scan.world_from_camera, camera)) == 0
