"""What is kept of a run to hold others against, what belongs together, and whether it got worse."""
