"""What a slotting costs beside walking, in seconds of work: reaching, refilling, uneven zones."""
