"""Facility to navigation graph: free space of an agent, lanes, access points, shortest paths."""
