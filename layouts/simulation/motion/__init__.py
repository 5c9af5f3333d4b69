"""How agents move: speed profiles along legs, turns, crowds on foot, lifting."""
