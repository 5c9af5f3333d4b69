"""Energy by zone, line and asset, and when it is more than the work explains."""
