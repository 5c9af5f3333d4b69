"""Rules that a layout must keep: room, height, ways out, reach, loads; each a finding with its source."""
