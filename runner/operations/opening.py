"""What a run's manifest says when the run begins, and the time as files have it; it writes nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from platform import python_version

from runner.operations.spending import models_at_published_prices
from runner.operations.stage import Stage
from runner.store.manifest import Kind, Manifest
from runner.transports.published import PACKAGE


def open_manifest(stage: Stage, command: Sequence[str], kind: Kind = "play") -> Manifest:
    """The manifest of a run that begins now; the run's name is not known yet."""
    return Manifest(
        run="",
        kind=kind,
        command=tuple(command),
        folder=str(stage.folder),
        asked=stage.asked.dump(),
        versions={name: version(name) for name in ("conversation-runner", "openai")}
        | ({PACKAGE: version(PACKAGE)} if models_at_published_prices(stage) else {})
        | {"python": python_version()},
        plan=stage.plan,
        settings={name: stage.settings.named(name).dump() for name, _ in stage.endpoints},
        started_at=stamp(),
    )


def stamp() -> str:
    """The time in UTC, as files have it: `2026-11-22T15:40:12.113Z`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def name_stamp() -> str:
    """The time in UTC, as the names of runs have it: `20261122-154012`."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
