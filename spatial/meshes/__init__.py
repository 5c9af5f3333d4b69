"""Facility to triangles: boxes, parts of buildings and racks, glTF files."""
