"""Long work beside the live twin: a durable queue, and processes that run it where it disturbs least."""
