"""Slotting: which SKU is picked from where, by rules that never break, proven by the simulator."""
