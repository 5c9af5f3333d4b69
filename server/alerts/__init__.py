"""Alerts: rules in files with their own tests, an engine that folds over the log, ways out to people and machines."""
