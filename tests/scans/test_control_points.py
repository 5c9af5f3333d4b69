"""Control points: the fit against known motions, its covariance by draws, and what is named or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import chi2

from scans.registration.control_points import (
    ControlFit,
    ControlPoint,
    Target,
    fit_control_points,
    read_control_points,
    read_targets,
)
from scans.registration.se3 import exp, inverse, log
from spatial.errors import BadDataError
from spatial.poses import transform_points

WORLD = np.array([[0, 0, 1.5], [18, 1, 2.0], [20, 14, 1.0], [2, 12, 4.0], [9, 7, 3.0]], dtype=np.float64)
POSE = exp([0.02, -0.01, 2.5, 400_000.0, -30.0, 1.0])


def fitted(
    count: int, *, noise_m: float = 0.0, seed: int = 0, scale: float = 1.0, off: int | None = None
) -> ControlFit:
    """The fit of the first points, known to 2 mm and seen to 2 mm; `off` is one that is wrong by 5 cm."""
    rng = np.random.default_rng(seed)
    in_world = WORLD[:count] + POSE[:3, 3]
    in_scan = transform_points(inverse(POSE), in_world) / scale
    known = in_world + rng.normal(0, noise_m, (count, 3))
    seen = in_scan + rng.normal(0, noise_m, (count, 3))
    if off is not None:
        seen[off] += [0.03, -0.03, 0.027]
    points = {f"P{k}": ControlPoint(f"P{k}", known[k]) for k in range(count)}
    return fit_control_points(points, [Target(f"P{k}", "hall", seen[k]) for k in range(count)])


@pytest.mark.parametrize("count", [3, 4, 5])
def test_exact_points_give_the_exact_pose(count: int) -> None:
    fit = fitted(count)
    assert np.allclose(fit.world_from_scan, POSE, atol=1e-6)
    assert max(fit.residual_mm.values()) < 1e-3
    assert fit.outliers == ()
    assert fit.notes == ()


def near(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """log(a b⁻¹) of poses far from the origin, about the origin."""
    return log(a @ inverse(b))


def test_errors_fall_into_their_ellipsoids() -> None:
    inside = []
    for seed in range(200):
        fit = fitted(5, noise_m=0.002, seed=seed)
        error = near(POSE, fit.world_from_scan)
        # at the points, not at an origin 400 km away, where six numbers can hardly be told apart
        shift = np.eye(6)
        middle = POSE[:3, 3] + WORLD.mean(axis=0)
        shift[3:, :3] = -np.array(
            [[0, -middle[2], middle[1]], [middle[2], 0, -middle[0]], [-middle[1], middle[0], 0]]
        )
        error, covariance = shift @ error, shift @ fit.covariance @ shift.T
        inside.append(error @ np.linalg.solve(covariance, error) < chi2.ppf(0.95, 6))
    assert 0.90 <= np.mean(inside) <= 0.99


@pytest.mark.parametrize("off", range(5))
def test_an_outlier_is_named_and_left_out(off: int) -> None:
    fit = fitted(5, noise_m=0.001, off=off)
    assert fit.outliers == (f"P{off}",)
    assert fit.residual_mm[f"P{off}"] == pytest.approx(50, abs=12)
    assert max(mm for name, mm in fit.residual_mm.items() if name != f"P{off}") < 6
    assert f"'P{off}' lies" in fit.notes[0]
    assert np.linalg.norm(fit.world_from_scan[:3, 3] - POSE[:3, 3]) < 0.01


def test_three_that_contradict_name_none_for_certain() -> None:
    with pytest.raises(BadDataError, match=r"3 control points of scan 'hall' contradict .* too few to tell"):
        fitted(3, off=1)


def test_two_points_or_points_in_a_line_are_refused() -> None:
    with pytest.raises(BadDataError, match="shows 2 control points, 3 are needed"):
        fitted(2)
    line = {f"L{k}": ControlPoint(f"L{k}", np.array([3.0 * k, 5.0 * k, 1.0])) for k in range(5)}
    with pytest.raises(BadDataError, match="lie in a line"):
        fit_control_points(line, [Target(name, "hall", one.position) for name, one in line.items()])


@pytest.mark.parametrize(("scale", "is_told"), [(1.0005, False), (1.002, True), (0.998, True)])
def test_a_scale_off_by_more_than_a_thousandth_is_told_and_not_applied(scale: float, is_told: bool) -> None:
    fit = fitted(5, scale=scale)
    assert fit.scale == pytest.approx(scale, abs=1e-6)
    assert ("is to be scaled by" in "".join(fit.notes)) is is_told
    assert np.linalg.det(fit.world_from_scan[:3, :3]) == pytest.approx(1.0)
    assert fit.outliers == ()


def test_tables_are_read_and_their_faults_named(tmp_path: Path) -> None:
    points, targets = tmp_path / "control.csv", tmp_path / "targets.csv"
    points.write_text("id,x,y,z,sigma_m\nP1,1,2,3,0.004\nP2,4,5,0,\n", "utf-8")
    targets.write_text("id;scan;x;y;z\nP1;a.laz;0.5;0;0\nP1;b.laz;0.5;0;0\n", "utf-8")
    known, seen = read_control_points(points), read_targets(targets)
    assert known["P1"].sigma_m == 0.004
    assert known["P2"].position.tolist() == [4, 5, 0]
    assert [(target.id, target.scan) for target in seen] == [("P1", "a.laz"), ("P1", "b.laz")]
    for text, fault in (
        ("id,x,y\n", "no column 'z'"),
        ("id,x,y,z\nP1,1,2,\n", "column 'z'.* is empty"),
        ("id,x,y,z\nP1,1,two,3\n", "'two' where a finite number"),
        ("id,x,y,z\nP1,1,2,3\nP1,1,2,3\n", "'P1' comes twice"),
        ("id,x,y,z,sigma_m\nP1,1,2,3,-1\n", "-1 m is not above 0"),
    ):
        points.write_text(text, "utf-8")
        with pytest.raises(BadDataError, match=fault):
            read_control_points(points)
