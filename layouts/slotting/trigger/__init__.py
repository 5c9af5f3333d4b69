"""When to slot anew: the saving of a re-slot, seen day by day, against what its moves cost."""
