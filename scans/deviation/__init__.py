"""What is otherwise than planned, or than it was: points held against a plan, and against older points."""
