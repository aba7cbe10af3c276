"""What a gate asks of a block, and what its trials say to that; nothing here plays or prints."""
