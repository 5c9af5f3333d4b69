"""Congestion in slotting: a price of crowding inside the search, and the simulator as the judge of what it finds."""
