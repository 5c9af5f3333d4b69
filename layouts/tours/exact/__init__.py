"""Optimal tours by dynamic programming over the floor, from its one end to the other."""
