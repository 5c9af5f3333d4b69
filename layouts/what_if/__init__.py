"""What-if curves: one scenario with one or two of its settings varied, on common random numbers."""
