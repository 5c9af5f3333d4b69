"""The hall itself: floor, walls with their doors, outline."""
