"""What a person or a program sees of a run: it is told of events and notices, and decides nothing about the run."""
