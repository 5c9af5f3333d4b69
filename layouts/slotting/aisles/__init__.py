"""Slotting among parallel aisles: shortest tours, and what one more stop adds to them at all places."""
