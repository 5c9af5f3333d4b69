"""VDA 5050: what automated vehicles tell of themselves, as live events."""
