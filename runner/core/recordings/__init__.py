"""What a recorded exchange says, when it is taken for a question, and what a miss is told."""
