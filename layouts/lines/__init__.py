"""Packing and kitting lines: stations with servers and buffers, one behind the other, fed by orders."""
