"""IFC models of buildings read as planned facilities."""
