"""A comparison as one file to read, print and sign: HTML with plans, the same as JSON, and plans as pictures."""
