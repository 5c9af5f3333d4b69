"""More of the same: what a history of orders is like, as what made-up orders are drawn from."""
