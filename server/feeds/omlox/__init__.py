"""omlox: where tags and vehicles are and which fences they cross, as live events."""
