"""The console command: it opens the front door and does nothing else."""

from runner.cli import app


def main() -> None:
    """Run the command line that was typed, and end with its exit code."""
    app(prog_name="runner")


if __name__ == "__main__":
    main()
