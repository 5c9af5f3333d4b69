"""DXF plans read as planned facilities."""
