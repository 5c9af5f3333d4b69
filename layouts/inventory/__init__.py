"""Perpetual inventory: what lies where by the book, what was seen, and what to count."""
