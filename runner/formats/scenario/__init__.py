"""Nodes to scenarios: one module for each part of a scenario file; what is wrong is noted with its address."""
