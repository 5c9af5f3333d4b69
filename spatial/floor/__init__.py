"""The floor of a level: who moves on it, and where there is room for them."""
