"""A point cloud of any size as an octree of tiles: 3D Tiles 1.1 of glTF points."""
