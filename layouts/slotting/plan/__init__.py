"""A slotting plan from proposals to proof to files."""
