"""Scenarios held against a baseline on the same orders: verdicts, the best of k, the Pareto front, and money."""
