"""The live twin of one process: takes events in, keeps the state, tells who follows."""
