"""A file that says what the messages of a feed mean: topics to events, fields with units, times and ids."""
