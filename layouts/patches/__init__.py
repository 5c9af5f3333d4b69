"""Patches: a short list of changes to a hall that stands or is planned, and their exact inverse."""
