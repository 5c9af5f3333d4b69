"""What accepted recommendations promised, and what became of it."""
