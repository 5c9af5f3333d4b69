"""Pick tours: batching, routing policies and the plan they make."""
