"""The present of a warehouse: what was told about it, and the state that follows from that."""
