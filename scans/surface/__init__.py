"""Surfaces of what no element of a facility explains."""
