"""What is asked of a site by name: places and goods found, what they hold, their colours, and the way there."""
