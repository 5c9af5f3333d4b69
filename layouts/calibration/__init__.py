"""Calibration: what the floor's own logs say of the numbers a simulation is fed with, and whether it foretells."""
