"""From a voxel cloud to the parts of a building: floor, walls, rack rows, obstacles, aisles."""
