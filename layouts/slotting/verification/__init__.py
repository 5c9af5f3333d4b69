"""What a plan promised and what came of it: on the demand that came, by the clock, and as it was carried out."""
