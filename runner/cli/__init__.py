"""The front door: the app, its one error boundary, and one file per command."""
