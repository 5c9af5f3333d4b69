"""Made-up demand of a given shape, and the shape of real demand: skew, baskets, seasons, arrivals."""
