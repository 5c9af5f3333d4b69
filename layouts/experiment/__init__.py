"""Experiments: several settings of a scenario changed together by a design, their effects with intervals."""
