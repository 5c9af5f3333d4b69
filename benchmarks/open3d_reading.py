"""The peer beside the speed of a scan: open3d's cloud of a LAZ file, thinned as ours is."""

from __future__ import annotations

from pathlib import Path

import laspy
import numpy as np
import open3d as o3d

from scans.thinning import VOXEL_M


def downsampled(path: Path) -> o3d.geometry.PointCloud:
    """The file's points by laspy, about their own corner, one for each voxel."""
    las = laspy.read(path)
    xyz = np.asarray(las.xyz)
    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(xyz - xyz.min(axis=0)))
    return cloud.voxel_down_sample(VOXEL_M)
