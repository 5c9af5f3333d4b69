"""Tours over any table of lengths: local search, lower bounds, and proof where the budget allows it."""
