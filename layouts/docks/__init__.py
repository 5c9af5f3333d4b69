"""Dock doors and the yard before them: which truck waits how long, and which door it should get."""
