"""Frames, errors, the facility, its mesh and its navigation graph."""
