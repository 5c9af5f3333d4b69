"""Scattered storage: a SKU in several places, with what they hold and what is wanted."""
