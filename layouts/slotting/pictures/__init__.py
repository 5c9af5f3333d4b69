"""A slotting plan in pictures: velocities before and after, moves, what they bring wherever one stops."""
