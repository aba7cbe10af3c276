"""A comparison as an experiment: what is tried on what, in which order, and what came of it; nothing here plays or prints."""
