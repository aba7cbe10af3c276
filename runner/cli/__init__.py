"""The front door: the app, its one error boundary, and one file per command."""

from runner.cli.app import app

__all__ = ["app"]
