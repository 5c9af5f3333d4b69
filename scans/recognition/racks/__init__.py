"""Rack rows: blocks of structure, and the frames, bays and tiers they are made of."""
