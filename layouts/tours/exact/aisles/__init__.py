"""Parallel aisles in any number of blocks, walked either way."""
