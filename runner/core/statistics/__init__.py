"""Rates, intervals and tests: numbers in, numbers out; nothing here knows what a conversation is."""
