"""What simulated figures say: intervals, warm-up, replications, common random numbers, selection, knees."""
