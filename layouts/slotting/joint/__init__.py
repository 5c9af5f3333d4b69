"""Slots and batches together: where SKUs stand decides which orders go well together, and the other way round."""
