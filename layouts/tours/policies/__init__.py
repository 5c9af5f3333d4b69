"""Routing policies: the rules of thumb by which pickers walk, one file a policy."""
