"""Shortest paths over the open floor, in any direction, and the distances among many places."""
