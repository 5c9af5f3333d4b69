"""Numbered tasks of one kind, done by this process, by others of this machine, or by a cluster."""
