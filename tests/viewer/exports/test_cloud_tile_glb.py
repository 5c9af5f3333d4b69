"""A tile of a cloud is glTF that Khronos' validator has nothing to say about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from scans.cloud import PointCloud
from scans.tiles.build import build_tiles


def test_the_validator_has_nothing_to_say(
    tmp_path: Path, validate_gltf: Callable[[Path], dict[str, Any]]
) -> None:
    points = np.random.default_rng(0).uniform(0, 20, (500, 3)).astype(np.float32)
    warm = points[:, 2].copy()
    warm[3] = np.nan
    cloud = PointCloud(
        points,
        np.array([5e5, 5e6, 0.0]),
        intensity=points[:, 0],
        colour=np.full((500, 3), 90, np.uint8),
        scalars={"temperature": warm},
    )
    build_tiles([cloud], tmp_path / "cloud")
    said = validate_gltf(tmp_path / "cloud" / "r.glb")
    assert [said[kind] for kind in ("numErrors", "numWarnings", "numInfos", "numHints")] == [0, 0, 0, 0], said
