"""The hard rules of a slotting: what is told of items and locations, what follows, and what cannot hold together."""
