"""The way from one slotting to another: moves in an order that is safe to stop anywhere, what they take and bring."""
