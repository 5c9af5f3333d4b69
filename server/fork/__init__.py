"""Going on from what the live twin knows: a scenario of now, and the past played again."""
