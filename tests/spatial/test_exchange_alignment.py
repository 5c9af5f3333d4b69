"""A network is placed by matched points as exactly as they allow, or not at all."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.errors import UndecidedError
from spatial.exchange.alignment import IDENTITY, Alignment, Match, align
from spatial.exchange.route_network import (
    EdgeUse,
    NetworkEdge,
    NetworkNode,
    NetworkStation,
    RouteNetwork,
    edge_lines,
)
from spatial.exchange.trajectory import ControlPoint, Trajectory
from spatial.exchange.transformed import transformed

SOURCE = np.array([(0.0, 0.0), (20.0, 1.0), (18.0, 12.0), (-3.0, 9.0), (7.0, 5.0)])


def moved(points: np.ndarray, *, scale: float = 1.0, yaw: float = 0.0, shift=(0.0, 0.0)) -> np.ndarray:
    c, s = math.cos(yaw), math.sin(yaw)
    return scale * points @ np.array([[c, s], [-s, c]]) + shift


def matches(source: np.ndarray, target: np.ndarray) -> list[Match]:
    return [
        Match(name=f"P{k}", source=tuple(a), target=tuple(b))
        for k, (a, b) in enumerate(zip(source.tolist(), target.tolist(), strict=True))
    ]


@settings(max_examples=100, deadline=None)
@given(
    scale=st.floats(0.01, 100),
    yaw=st.floats(-math.pi, math.pi),
    shift=st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)),
)
def test_an_exact_similarity_is_found_exactly(scale: float, yaw: float, shift: tuple[float, float]) -> None:
    source = SOURCE if scale >= 1 else SOURCE / scale
    target = moved(source, scale=scale, yaw=yaw, shift=shift)
    found = align(matches(source, target))
    assert found.scale == pytest.approx(scale, rel=1e-9)
    assert math.remainder(found.yaw_rad - yaw, 2 * math.pi) == pytest.approx(0, abs=1e-8)
    assert np.allclose(found.apply(source), target, atol=1e-6)
    assert found.outliers == ()


def test_noise_is_told_by_sigma_as_large_as_the_error_is() -> None:
    random, errors, sigmas = np.random.default_rng(4), [], []
    corner = np.array([(40.0, 30.0)])
    truth, middle = moved(corner, yaw=0.4)[0], moved(SOURCE, yaw=0.4).mean(axis=0)
    out = (truth - middle) / np.linalg.norm(truth - middle)
    for _ in range(400):
        target = moved(SOURCE, yaw=0.4) + random.normal(0, 0.02, SOURCE.shape)
        found = align(matches(SOURCE, target), free_scale=False)
        off = found.apply(corner)[0] - truth
        errors.append(out[0] * off[1] - out[1] * off[0])
        sigmas.append(found.sigma_at([truth])[0])
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(np.sqrt(np.mean(np.square(sigmas))), rel=0.1)


def test_a_displaced_match_is_left_out_and_named() -> None:
    target = moved(SOURCE, yaw=1.0, shift=(3, 4))
    target[2] += (2.5, 0.0)
    found = align(matches(SOURCE, target))
    assert found.outliers == ("P2",)
    assert found.residual_m["P2"] == pytest.approx(2.5, abs=1e-6)
    assert found.yaw_rad == pytest.approx(1.0)
    assert found.sigma_m == pytest.approx(0, abs=1e-9)


def test_many_matches_with_a_third_wrong_are_still_placed() -> None:
    random = np.random.default_rng(0)
    source = random.uniform(-50, 50, (120, 2))
    target = moved(source, yaw=-0.3, shift=(9, 9))
    target[:40] += random.uniform(5, 20, (40, 2))
    found = align(matches(source, target))
    assert found.outliers == tuple(f"P{k}" for k in range(40))
    assert found.yaw_rad == pytest.approx(-0.3)


def test_two_matches_place_a_network_of_the_right_size_only() -> None:
    pair = SOURCE[:2]
    found = align(matches(pair, moved(pair, yaw=0.5)))
    assert (found.scale, found.yaw_rad) == (1.0, pytest.approx(0.5))
    with pytest.raises(UndecidedError, match=r"the 2 matched points disagree: .*match more points"):
        align(matches(pair, moved(pair, scale=1.2)))


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        (SOURCE[:0], SOURCE[:0], r"0 matched point\(s\) cannot place"),
        (SOURCE[:1], SOURCE[:1], r"1 matched point\(s\) cannot place .*control points"),
        (SOURCE[:1].repeat(3, axis=0), SOURCE[:3], r"lie within 1\.0 m"),
        (SOURCE, SOURCE / 100, r"lie within 1\.0 m"),
        (SOURCE, SOURCE * (1, -1), "only mirrored do 5 of 5 .*y_axis='down'"),
        (SOURCE, SOURCE[[3, 0, 4, 1, 2]], "disagree"),
    ],
)
def test_what_cannot_be_decided_says_why(source: np.ndarray, target: np.ndarray, reason: str) -> None:
    with pytest.raises(UndecidedError, match=reason):
        align(matches(source, target))


def test_a_tolerance_must_be_positive() -> None:
    with pytest.raises(ValueError, match="tolerance_m 0 must be above 0"):
        align(matches(SOURCE, SOURCE), tolerance_m=0)


def test_curves_headings_and_stations_move_with_their_network() -> None:
    points = tuple(ControlPoint(x=x, y=y) for x, y in ((0.0, 0.0), (5.0, 8.0), (10.0, 0.0)))
    curve = Trajectory(degree=2, knots=(0.0, 0.0, 0.0, 1.0, 1.0, 1.0), points=points)
    use = EdgeUse(orientation_rad=0.2, orientation_to="world", trajectory=curve)
    network = RouteNetwork(
        id="n",
        nodes=tuple(NetworkNode(id=str(x), xy=(x, 0.0), level="a", yaw_rad=3.0) for x in (0.0, 10.0)),
        edges=(NetworkEdge(id="e", tail="0.0", head="10.0", uses=(use,)),),
        stations=(NetworkStation(id="s", nodes=("0.0",), pose=(1.0, 2.0, 0.1)),),
    )
    turn = Alignment(**{**vars(IDENTITY), "yaw_rad": math.pi / 2, "shift": (100.0, 0.0)})
    placed = transformed(network, turn, {"a": "L0"})
    assert placed.nodes[1].xy == pytest.approx((100.0, 10.0))
    assert placed.nodes[1].level == "L0"
    assert placed.nodes[1].yaw_rad == pytest.approx(3.0 + math.pi / 2 - 2 * math.pi)
    assert placed.edges[0].uses[0].orientation_rad == pytest.approx(0.2 + math.pi / 2)
    assert placed.stations[0].pose == pytest.approx((98.0, 1.0, 0.1 + math.pi / 2))
    assert edge_lines(placed)[0].length == pytest.approx(edge_lines(network)[0].length)
