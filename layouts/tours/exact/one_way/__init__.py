"""Parallel aisles that are walked one way only."""
