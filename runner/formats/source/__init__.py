"""Bytes to nodes: files as text, YAML and tables as nodes that know their line and column; it knows no scenario."""
