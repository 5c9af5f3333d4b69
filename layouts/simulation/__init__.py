"""A shift played out: tours compiled to a tape, a kernel that plays it, events that tell of it."""
