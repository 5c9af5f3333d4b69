"""The present that viewers follow: of a run that is played, or of the live twin."""
