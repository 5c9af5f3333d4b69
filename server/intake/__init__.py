"""The way into the log: many hand over, one thread writes, and nobody is told before it is on disk."""
