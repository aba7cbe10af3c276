"""How many trials are played: a pool on one event loop. Engines know a sink for events, never the store."""
