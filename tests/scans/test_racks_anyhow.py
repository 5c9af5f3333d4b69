"""The same racks to the last bit: with any number of threads, with numba and as plain Python."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from scans.recognition.racks.find_racks import find_racks

CEILING_M, PITCH_M, DEPTH_M = 6.0, 2.8, 1.1


def two_rows() -> npt.NDArray[np.float64]:
    """Points (N, 3) of two rows of two bays: uprights, braces between them, beams."""
    rng = np.random.default_rng(0)
    boxes = []
    for v in (2.0, 6.0):
        for u in 3.0 + PITCH_M * np.arange(3):
            boxes.append(((u - 0.04, v, 0.2), (u + 0.04, v + DEPTH_M, 3.9), 1500))
            boxes += [
                ((u - 0.05, face, 0.05), (u + 0.05, face + 0.008, 4.0), 500) for face in (v, v + DEPTH_M)
            ]
        for face in (v, v + DEPTH_M):
            beams = [(z - 0.12, z) for z in (1.5, 3.0)]
            boxes += [((3.0, face, low), (3.0 + 2 * PITCH_M, face + 0.008, top), 600) for low, top in beams]
    return np.concatenate([rng.uniform(low, high, (count, 3)) for low, high, count in boxes])


def told() -> str:
    """All of the rows, floats to the last bit."""
    points = two_rows()
    rows = find_racks(points, points[:, 2].copy(), CEILING_M)
    return "\n".join(f"{row} {row.posts.tolist()}" for row in rows)


def test_any_number_of_threads_finds_the_same_rows() -> None:
    points = two_rows()
    once, again = (find_racks(points, points[:, 2].copy(), CEILING_M, workers=count) for count in (1, 3))
    assert len(once) >= 2
    assert [str(row) for row in once] == [str(row) for row in again]
    assert [row.posts.tolist() for row in once] == [row.posts.tolist() for row in again]


def test_plain_python_finds_the_same_rows(compiled_and_plain: Callable[..., tuple[str, str]]) -> None:
    compiled, plain = compiled_and_plain(
        "from test_racks_anyhow import told; print(told())", path="tests/scans"
    )
    assert compiled.count("FoundRow") >= 2
    assert compiled == plain
