"""Feeds: how what others tell becomes live events, or a dead letter with the reason."""
