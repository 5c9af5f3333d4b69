"""Real demand to come: quantiles for each SKU and day, tested on the past, and who is needed for it."""
