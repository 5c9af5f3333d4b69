"""Drawings and models of buildings read as planned facilities: geometry, not pictures."""
