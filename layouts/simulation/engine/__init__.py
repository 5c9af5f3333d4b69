"""Plays instruction lists against shared resources: flat arrays in, a log and totals out."""
