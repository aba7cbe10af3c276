"""The run folder: journal, transcripts, manifest, files; it knows no engine and no report."""
