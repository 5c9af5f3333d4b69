"""The floors above the floor: decks that people walk on and under, and what stands on each."""
