"""Folded runs, transcripts and assessments as HTML, Markdown, JUnit XML, JSON and annotations: pure functions, never of live state; nothing is written."""
