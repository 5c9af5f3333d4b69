"""Order batching: which order lines are picked on one tour."""
