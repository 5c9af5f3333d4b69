"""The event store: one append-only log of live events, durable before it acknowledges."""
