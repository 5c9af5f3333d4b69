"""The product's path: where a lot or what lay on a handling unit went, what became of it, what it was made of."""
