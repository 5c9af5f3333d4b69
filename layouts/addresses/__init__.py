"""Addresses of locations: a scheme, the addresses it gives a hall, and what a WMS list says against it."""
