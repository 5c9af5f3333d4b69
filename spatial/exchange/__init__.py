"""Navigation graphs in other forms, and networks drawn by others held against what the scan found."""
