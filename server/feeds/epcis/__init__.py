"""EPCIS 2.0: what happened to goods at a read point, captured as live events."""
