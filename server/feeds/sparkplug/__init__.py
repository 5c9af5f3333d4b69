"""Sparkplug B: readings and life of edge nodes and their devices, as live events."""
