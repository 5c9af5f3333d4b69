"""When to maintain what: the windows in which a simulated line loses least, as a calendar."""
