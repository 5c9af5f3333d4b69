"""What differs between two facilities: two layouts, or a layout and a scan."""
