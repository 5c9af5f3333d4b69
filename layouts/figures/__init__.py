"""What can be read off a run: each file folds its events into one kind of figure."""
