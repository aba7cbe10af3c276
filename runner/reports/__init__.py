"""Folded runs and transcripts as pages: pure functions from values to HTML, never of live state; nothing is written."""
