"""The edge role: a process near the sensors that keeps what they tell while the central server cannot be reached."""
