"""Going on from what the live twin knows: a scenario of now, and what is foretold by it."""
